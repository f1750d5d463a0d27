"""`split`: some one way, some another, by chance that a replay draws again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, NamedTuple

from autoflow.kinds.base import Action, Finding, Step, Way
from autoflow.kinds.fields import Parts
from autoflow.kinds.hand import Go, Hand

BUCKETS = 10_000


class Part(NamedTuple):
    """One part: `buckets` of the 10,000, that is hundredths of a percent."""

    name: str
    buckets: int
    steps: tuple[Step, ...]
    holdout: bool


def bucket(*names: str) -> int:
    """Where somebody falls: sha256 of the names, in 10,000 buckets (language.md, rule 12)."""
    return int.from_bytes(hashlib.sha256("/".join(names).encode()).digest()[:8], "big") % BUCKETS


@dataclass(frozen=True)
class Split(Action):
    """Parts contacts by percent. A contact stays with his part, in later versions and entries too.

    With `draw: each_entry` each entry is drawn anew. To a part with `holdout: true` nothing is sent from here on and
    nobody is told, so that its goals show what would have happened anyway; without actions of its own it walks
    those of the first other part.
    """

    word: ClassVar[str] = "split"
    short: ClassVar[str] = "parts"
    example: ClassVar[str] = (
        "split:\n  - {name: a, percent: 90, actions: [{add_tag: wrote}]}\n  - {name: rest, percent: 10, holdout: true}"
    )

    parts: Annotated[tuple[Part, ...], Parts()]
    draw: Literal["once", "each_entry"] = "once"

    def nested(self) -> tuple[tuple[Step, ...], ...]:
        return tuple(part.steps for part in self.parts)

    def tells(self) -> str:
        again = (
            "each time anew"
            if self.draw == "each_entry"
            else "whoever comes here again goes the same way again"
        )
        return f"let chance choose one of these ways; {again}"

    def brief(self) -> str:
        return "draw by chance"

    def ways(self) -> tuple[Way, ...]:
        return tuple(map(self._way, range(len(self.parts))))

    def _way(self, number: int) -> Way:
        part, walked = self.parts[number], self._walked(number)
        share = f'{part.buckets / 100:g}% of them, "{part.name}"'
        if not part.holdout:
            return Way(share, number)
        silence = "from here on nothing is sent to them and nobody is told of them"
        if part.steps:
            return Way(f"{share}, held out ({silence})", number, silent=True)
        goes = f'they go the way of "{self.parts[walked].name}", and {silence}'
        return Way(f"{share}, held out", walked, goes=goes, silent=True)

    def do(self, hand: Hand) -> Go:
        return self.walk(hand, self.drawn(hand))

    def drawn(self, hand: Hand) -> int:
        """The number of the part into which the contact falls."""
        run = hand.view.run
        assert run is not None
        each = (str(run.entry),) if self.draw == "each_entry" else ()
        drawn = bucket(run.recipe, hand.step, hand.view.record.key, *each)
        for number, part in enumerate(self.parts):
            drawn -= part.buckets
            if drawn < 0:
                return number
        raise AssertionError("the parts make 100 percent")

    def walk(self, hand: Hand, number: int) -> Go:
        """Go on with the part of that number."""
        hand.draw(self.parts[number].name, holdout=self.parts[number].holdout)
        return Go(self._walked(number))

    def _walked(self, branch: int) -> int:
        part = self.parts[branch]
        if not part.holdout or part.steps:
            return branch
        return next(number for number, other in enumerate(self.parts) if not other.holdout)

    def findings(self) -> Iterator[Finding]:
        whole = sum(part.buckets for part in self.parts)
        if whole != BUCKETS:
            message = f"The parts make {whole / 100:g} percent, not 100."
            yield Finding("parts", "value", message, "Add a part for the rest, or change a percent.")
        if all(part.holdout for part in self.parts):
            yield Finding("parts", "value", "Every part is held out.", "Take holdout away from one.")
        names = [part.name for part in self.parts]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Finding("parts", "value", f'Two parts are called "{name}".', "Rename one.")
