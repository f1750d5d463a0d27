"""`sum_of`: a number added up over events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.fields import Operators, PropertyPath
from autoflow.kinds.measures import Measure, Measured
from autoflow.kinds.memory import InWindow, Memory, SumForGood
from autoflow.kinds.operators import Test
from autoflow.kinds.view import View
from autoflow.model.contact import Total, Window
from autoflow.model.durations import Duration


@dataclass(frozen=True, kw_only=True)
class SumOf(Measure):
    """Holds while the sum of an event's property passes the number operator beside it.

    The sum over no events is 0; an event whose property is no number adds nothing. With a window it may be
    compared with the same time before: `less_than: 50% of before`.
    """

    word: ClassVar[str] = "sum_of"
    example: ClassVar[str] = "{sum_of: purchased.total, within_last: 365 days, at_least: 500}"
    named: ClassVar[str] = "the sum of"
    adds_up: ClassVar[bool] = True

    sum_of: Annotated[str, PropertyPath()]
    test: Annotated[Test, Operators("number", share=True)]

    @property
    def path(self) -> str:
        return self.sum_of

    def memory(self, window: Duration | None) -> Memory:
        if window is None:
            return SumForGood((self.event,), self.where, self.measured)
        return InWindow((self.event,), self.where, self.measured, window)

    def measure(self, memory: Memory, view: View) -> Measured:
        cell = view.cell(memory.key)
        if isinstance(cell, Window) and isinstance(memory, InWindow):
            total, _, change = memory.state(cell, view)
            return total, change
        return (cell.total if isinstance(cell, Total) else 0), None
