"""`sum_of`: a number added up over events."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from autoflow.kinds.base import MEMORY, ZONE, Condition, Topic
from autoflow.kinds.fields import Operators, PropertyPath
from autoflow.kinds.memory import InWindow, Memory, SumForGood
from autoflow.kinds.operators import Test
from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY, Where
from autoflow.model.contact import Total, Window
from autoflow.model.durations import Duration
from autoflow.model.values import Value, from_millionths


@dataclass(frozen=True, kw_only=True)
class SumOf(Condition):
    """Holds while the sum of an event's property passes the number operator beside it.

    The sum over no events is 0; an event whose property is no number adds nothing.
    """

    word: ClassVar[str] = "sum_of"
    example: ClassVar[str] = "{sum_of: purchased.total, within_last: 365 days, at_least: 500}"

    sum_of: Annotated[str, PropertyPath()]
    test: Annotated[Test, Operators("number")]
    where: Where = EVERY
    within_last: Duration | None = None

    @cached_property
    def _memory(self) -> SumForGood | InWindow:
        event, _, measured = self.sum_of.partition(".")
        if self.within_last is None:
            return SumForGood((event,), self.where, measured)
        return InWindow((event,), self.where, measured, self.within_last)

    def topics(self) -> frozenset[Topic]:
        own = (MEMORY, self._memory.key)
        return frozenset({own, ZONE}) if self.within_last and self.within_last.months else frozenset({own})

    def memories(self) -> tuple[Memory, ...]:
        return (self._memory,)

    def judge(self, view: View) -> tuple[bool, int | None]:
        memory = self._memory
        cell = view.cell(memory.key)
        if isinstance(memory, InWindow):
            if not isinstance(cell, Window):
                return self.test.passes(0, view), None
            total, _, change = memory.state(cell, view)
            return self.test.passes(total, view), change
        return self.test.passes(cell.total if isinstance(cell, Total) else 0, view), None

    def seen(self, view: View) -> Value:
        cell = view.cell(self._memory.key)
        if isinstance(cell, Window):
            assert isinstance(self._memory, InWindow)
            return from_millionths(self._memory.state(cell, view)[0])
        return from_millionths(cell.total) if isinstance(cell, Total) else 0

    def says(self) -> str:
        window = f" within the last {self.within_last}" if self.within_last else ""
        return f"the sum of {self.sum_of}{window} {self.test.says()}"
