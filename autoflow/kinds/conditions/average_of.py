"""`average_of`: the mean of a number over events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.computed import round_half_even
from autoflow.kinds.fields import PropertyPath
from autoflow.kinds.measures import Measure, Measured
from autoflow.kinds.memory import InWindow, Memory, SumForGood
from autoflow.kinds.view import View
from autoflow.model.contact import Total, Window
from autoflow.model.durations import Duration


@dataclass(frozen=True, kw_only=True)
class AverageOf(Measure):
    """Holds while the mean of an event's property passes the number operator beside it.

    There is none without events that have the number, and then only complements hold.
    """

    word: ClassVar[str] = "average_of"
    example: ClassVar[str] = "{average_of: purchased.total, within_last: 365 days, at_least: 80}"
    named: ClassVar[str] = "the average of"

    average_of: Annotated[str, PropertyPath()]

    @property
    def path(self) -> str:
        return self.average_of

    def memory(self, window: Duration | None) -> Memory:
        if window is None:
            return SumForGood((self.event,), self.where, self.measured)
        return InWindow((self.event,), self.where, self.measured, window)

    def measure(self, memory: Memory, view: View) -> Measured:
        cell, change = view.cell(memory.key), None
        if isinstance(cell, Window) and isinstance(memory, InWindow):
            total, count, change = memory.state(cell, view)
        else:
            total, count = (cell.total, cell.count) if isinstance(cell, Total) else (0, 0)
        return (round_half_even(total, count) if count else None), change
