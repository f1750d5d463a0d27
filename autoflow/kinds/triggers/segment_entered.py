"""`segment_entered`: the contact has come into a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Topic, Trigger
from autoflow.kinds.fields import Name


@dataclass(frozen=True)
class SegmentEntered(Trigger):
    """Starts at the second at which the contact comes into the segment."""

    word: ClassVar[str] = "segment_entered"
    short: ClassVar[str] = "segment"
    example: ClassVar[str] = "segment_entered: lapsed-buyers"
    default_reentry: ClassVar[str] = "never"

    segment: Annotated[str, Name("segment")]

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self.segment)})
