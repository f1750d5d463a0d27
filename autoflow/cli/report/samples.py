"""A few mails of a recipe to open, as they would have been sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from markupsafe import Markup, escape

from autoflow.lab.simulation.tally import RecipeTally
from autoflow.language.definitions import Recipe
from autoflow.model.effects import Message
from autoflow.model.problems import AutoflowError
from autoflow.post.content.render import Rendered

Mail = Callable[[Message], Rendered]
"""Makes the mail of a decided message, and sends nothing; raises `AutoflowError` where it cannot be made."""

MOST = 3
_SENDS = "send_email"
_MOST_EACH, _MOST_TOGETHER = 150_000, 3_000_000  # characters: the page goes out by mail
_LINKS_ASIDE = "<style>a,area{pointer-events:none!important}</style>"


class Sample(NamedTuple):
    """A mail: `page` is its HTML, ready to stand in an attribute, "" where it is too large to show."""

    template: str
    subject: str
    to: str
    contact: str
    at: int
    page: Markup


@dataclass
class Samples:
    """Chooses and makes the samples of all recipes of one page, which together are no larger than a mail may be."""

    mail: Mail
    left: int = _MOST_TOGETHER

    def of(self, tally: RecipeTally, recipe: Recipe) -> list[Sample]:
        """One of each template first, then more; in the order in which the recipe sends them."""
        order = list(
            dict.fromkeys(step.action.target() for step in recipe.steps if step.action.word == _SENDS)
        )
        chosen: list[Sample] = []
        for message, contact in self._one_by_one(tally, order):
            if len(chosen) == MOST:
                break
            try:
                rendered = self.mail(message)
            except AutoflowError:
                continue  # what cannot be made is told elsewhere
            page = self._page(rendered.html)
            to = str(message.values.get("to") or "")
            chosen.append(Sample(message.name, rendered.subject, to, contact, message.at, page))
        return sorted(chosen, key=lambda sample: (order.index(sample.template), sample.at, sample.contact))

    def _one_by_one(self, tally: RecipeTally, order: list[str]) -> Iterator[tuple[Message, str]]:
        listed = [tally.samples.get(template, []) for template in order]
        for row in zip_longest(*listed):
            yield from ((each[2], each[1]) for each in row if each is not None)

    def _page(self, html: str) -> Markup:
        page = escape(html + _LINKS_ASIDE)
        if len(page) > min(_MOST_EACH, self.left):
            return Markup()
        self.left -= len(page)
        return page
