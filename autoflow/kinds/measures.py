"""What the conditions over a number of events have in common: a number worked out, and an operator beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, ClassVar

from autoflow.kinds.base import MEMORY, ZONE, Condition, Finding, Lack, Topic
from autoflow.kinds.fields import Operators
from autoflow.kinds.lacking import of_number, of_value
from autoflow.kinds.limits import OfBefore, compares
from autoflow.kinds.memory import Memory
from autoflow.kinds.operators import Test
from autoflow.kinds.said import denied
from autoflow.kinds.values_kept import PeakValues
from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY, Where
from autoflow.model.durations import Duration
from autoflow.model.values import Value, from_millionths

Measured = tuple[int | None, int | None]
"""A number in millionths (None where there is none), and the next instant at which time changes it."""


@dataclass(frozen=True, kw_only=True)
class Measure(Condition):
    """Works a number out over events, for good or in a window, and holds it against an operator."""

    subject: ClassVar[str] = ""
    named: ClassVar[str]
    adds_up: ClassVar[bool] = False

    test: Annotated[Test, Operators("number")]
    where: Where = EVERY
    within_last: Duration | None = None

    @property
    def path(self) -> str:
        """`EVENT.PROPERTY`."""
        raise NotImplementedError

    @cached_property
    def event(self) -> str:
        """The event that is looked at."""
        return self.path.partition(".")[0]

    @cached_property
    def measured(self) -> str:
        """The property that is looked at."""
        return self.path.partition(".")[2]

    def memory(self, window: Duration | None) -> Memory:
        """What must be remembered for a window of that length, or for good."""
        raise NotImplementedError

    def measure(self, memory: Memory, view: View) -> Measured:
        """The number now."""
        raise NotImplementedError

    def so_much(self, more: str) -> str:
        """`3 more` of what adds up, in plain words."""
        return f"{more} of {self.path}"

    @cached_property
    def _memory(self) -> Memory:
        return self.memory(self.within_last)

    @cached_property
    def _longer(self) -> Memory:
        window = self.within_last
        assert window is not None
        return self.memory(
            replace(window, months=2 * window.months, days=2 * window.days, micros=2 * window.micros)
        )

    @property
    def _share(self) -> OfBefore | None:
        return self.test.operand if isinstance(self.test.operand, OfBefore) else None

    def memories(self) -> tuple[Memory, ...]:
        if self._share is None or self.within_last is None:  # a share needs a window, which `findings` tells
            return (self._memory,)
        return (self._memory, self._longer)

    def topics(self) -> frozenset[Topic]:
        own = frozenset((MEMORY, memory.key) for memory in self.memories())
        return own | {ZONE} if self.within_last and self.within_last.months else own

    def judge(self, view: View) -> tuple[bool, int | None]:
        seen, change = self.measure(self._memory, view)
        if self._share is not None:
            longer, other = self.measure(self._longer, view)
            changes = [each for each in (change, other) if each is not None]
            now = seen or 0
            return compares(self.test.word, now, (longer or 0) - now, self._share), min(changes, default=None)
        if seen is None:
            return self.test.holds(None, view), change
        return self.test.passes(seen, view), change

    def seen(self, view: View) -> Value:
        seen = self.measure(self._memory, view)[0]
        return None if seen is None else from_millionths(seen)

    def misses(self, view: View) -> bool:
        return self._share is None and self.measure(self._memory, view)[0] is None

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        window = f" within {self.within_last}" if self.within_last else ""
        subject = f"{self.named} {self.path}{window}"
        if self._share is not None:
            words = "" if wanted else "not "
            asked = self.test.says().removeprefix("is ")
            return Lack(f"{subject} would {words}have to be {asked}")
        seen = self.measure(self._memory, view)[0]
        if self.adds_up:
            return of_number(
                lambda more: f"{self.so_much(more)}{window}",
                self.test,
                seen,
                view,
                wanted=wanted,
                subject=subject,
            )
        value = None if seen is None else from_millionths(seen)
        return of_value(subject, self.test, value, view, wanted=wanted)

    def findings(self) -> list[Finding]:  # type: ignore[override]
        if self._share is None or self.within_last is not None:
            return []
        message = "A share of the time before needs a window to compare with."
        return [Finding(self.test.word, "missing-window", message, "Add within_last: 30 days, for example.")]

    def says(self) -> str:
        return f"{self._about} {self.test.says()}"

    def denied(self) -> str:
        return f"{self._about} {denied(self.test.says())}"

    @property
    def _about(self) -> str:
        window = f" within the last {self.within_last}" if self.within_last else ""
        where = f"{self.where.says()}," if self.where.tests else ""
        return f"{self.named} {self.path}{window}{where}"


@dataclass(frozen=True, kw_only=True)
class Peak(Measure):
    """The highest or the lowest number."""

    highest: ClassVar[bool]

    def memory(self, window: Duration | None) -> Memory:
        return PeakValues((self.event,), self.where, self.measured, self.highest, window)

    def measure(self, memory: Memory, view: View) -> Measured:
        assert isinstance(memory, PeakValues)
        return memory.peak(view.cell(memory.key), view)
