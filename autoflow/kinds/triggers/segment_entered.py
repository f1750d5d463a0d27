"""`segment_entered`: the contact has come into a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.base import Condition
from autoflow.kinds.conditions.in_segment import InSegment
from autoflow.kinds.moves import SegmentMove


@dataclass(frozen=True)
class SegmentEntered(SegmentMove):
    """Starts at the second at which the contact comes into the segment.

    With `for`, so much later, if he is still in it by then. Whoever was in it when the
    segment was made or changed has not moved.
    """

    word: ClassVar[str] = "segment_entered"
    example: ClassVar[str] = "segment_entered: lapsed-buyers"
    default_reentry: ClassVar[str] = "never"
    into: ClassVar[bool] = True

    def standing(self) -> Condition:
        return InSegment(self.segment)

    def surely(self) -> Condition:
        return self.standing()
