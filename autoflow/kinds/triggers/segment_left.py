"""`segment_left`: the contact has gone out of a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.base import Condition
from autoflow.kinds.conditions.in_segment import InSegment
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.moves import SegmentMove


@dataclass(frozen=True)
class SegmentLeft(SegmentMove):
    """Starts at the second at which the contact goes out of the segment.

    With `for`, so much later, if he has not come back by then. Whoever was out of it when the
    segment was made or changed has not moved.
    """

    word: ClassVar[str] = "segment_left"
    example: ClassVar[str] = "segment_left: {segment: vip, for: 7 days}"
    into: ClassVar[bool] = False

    def surely(self) -> Condition:
        return NoneOf((InSegment(self.segment),))
