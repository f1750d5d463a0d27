"""`segment_left`: the contact has gone out of a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Topic, Trigger
from autoflow.kinds.fields import Name


@dataclass(frozen=True)
class SegmentLeft(Trigger):
    """Starts at the second at which the contact goes out of the segment."""

    word: ClassVar[str] = "segment_left"
    short: ClassVar[str] = "segment"
    example: ClassVar[str] = "segment_left: vip"

    segment: Annotated[str, Name("segment")]

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self.segment)})
