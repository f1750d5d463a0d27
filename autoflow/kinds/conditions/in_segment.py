"""`in_segment`: whether the contact is a member of a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import SEGMENT, Condition, Lack, Topic
from autoflow.kinds.fields import Name
from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(frozen=True)
class InSegment(Condition):
    """Holds while the contact is a member of the segment."""

    word: ClassVar[str] = "in_segment"
    example: ClassVar[str] = "{in_segment: vip}"

    in_segment: Annotated[str, Name("segment")]

    def topics(self) -> frozenset[Topic]:
        return frozenset({(SEGMENT, self.in_segment)})

    def holds(self, view: View) -> bool:
        return self.in_segment in view.record.segments

    def seen(self, view: View) -> Value:
        return self.holds(view)

    def seen_at(self, view: View) -> int | None:
        """Since when he is in it, or, as far as that is known, out of it."""
        record = view.record
        return record.segments.get(self.in_segment) or record.moved.get(self.in_segment)

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        return Lack(f'would have to be {"in" if wanted else "out of"} the segment "{self.in_segment}"')

    def says(self) -> str:
        return f'is in the segment "{self.in_segment}"'
