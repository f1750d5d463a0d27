"""What `segment_entered` and `segment_left` have in common: a move, and how long it has lasted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import SEGMENT, ZONE, Topic, Trigger
from autoflow.kinds.fields import Name
from autoflow.kinds.view import View
from autoflow.model.durations import Duration


@dataclass(frozen=True)
class SegmentMove(Trigger):
    """A contact comes into a segment or goes out of it."""

    short: ClassVar[str] = "segment"
    into: ClassVar[bool]

    segment: Annotated[str, Name("segment")]
    for_: Duration | None = None

    def says(self) -> str:
        lasting = f" and stays {'in' if self.into else 'out of'} it for {self.for_}" if self.for_ else ""
        return f'the contact {"comes into" if self.into else "leaves"} the segment "{self.segment}"{lasting}'

    def beside(self) -> tuple[str, ...]:
        if self.into:
            return (
                "Whoever is in it already when this is applied does not enter: nobody comes in by a file.",
            )
        return ("Whoever is out of it already when this is applied does not enter: nobody leaves by a file.",)

    def hears(self) -> frozenset[Topic]:
        if self.for_ is None:
            return frozenset({(self.word, self.segment)})
        return frozenset({(f"{self.word} for", f"{self.segment} {self.for_}")})

    def topics(self) -> frozenset[Topic] | None:
        if self.for_ is None:
            return None
        own = (SEGMENT, self.segment)
        return frozenset({own, ZONE}) if self.for_.months else frozenset({own})

    def fires_at(self, view: View, after: int) -> int | None:
        assert self.for_ is not None
        moved = view.record.moved.get(self.segment)
        if moved is None or (self.segment in view.record.segments) is not self.into:
            return None
        due = self.for_.window_end(moved, view.zone)
        return due if due > after else None
