"""`page_visited`: a visit to a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from autoflow.kinds.base import EVENT, Condition, Signal, Topic, Trigger
from autoflow.kinds.conditions.did import Did
from autoflow.kinds.fields import Glob
from autoflow.kinds.operators import Test
from autoflow.kinds.view import View
from autoflow.kinds.where import Discriminant, Where
from autoflow.model.event import PAGE_VISITED

_FIELDS = (
    "path",
    "url",
    "title",
    "referrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
)


@dataclass(frozen=True)
class PageVisited(Trigger):
    """Starts when the contact visits a page. `*` stands for anything: `path: /products/*`."""

    word: ClassVar[str] = "page_visited"
    short: ClassVar[str] = "path"
    example: ClassVar[str] = "page_visited: {path: /products/x200}"

    path: Annotated[str | None, Glob()] = None
    url: Annotated[str | None, Glob()] = None
    title: Annotated[str | None, Glob()] = None
    referrer: Annotated[str | None, Glob()] = None
    utm_source: Annotated[str | None, Glob()] = None
    utm_medium: Annotated[str | None, Glob()] = None
    utm_campaign: Annotated[str | None, Glob()] = None
    utm_term: Annotated[str | None, Glob()] = None
    utm_content: Annotated[str | None, Glob()] = None

    def says(self) -> str:
        return f"a page is visited{self.where.says()}"

    def hears(self) -> frozenset[Topic]:
        return frozenset({(EVENT, PAGE_VISITED)})

    def discriminant(self) -> Discriminant | None:
        return self.where.discriminant

    def accepts(self, signal: Signal, view: View) -> bool:
        return self.where.matches(signal.properties, view)

    @cached_property
    def where(self) -> Where:
        """What the visit must be like."""
        globs = ((name, getattr(self, name)) for name in _FIELDS)
        return Where(tuple((name, Test("matches", glob, "text")) for name, glob in globs if glob is not None))

    def surely(self) -> Condition:
        return Did(did=PAGE_VISITED, where=self.where)
