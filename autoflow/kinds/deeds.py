"""What `did` and `did_not` have in common: counting events, for good, in a window, or since a run's start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

from autoflow.kinds.base import MEMORY, ZONE, Condition, Finding, Topic
from autoflow.kinds.fields import Name, Times
from autoflow.kinds.memory import KEPT, FirstTimes, InWindow, LastTimes, Memory
from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY, Where
from autoflow.model.contact import Cell, Window
from autoflow.model.contact import Times as TimesCell
from autoflow.model.durations import Duration
from autoflow.model.instants import to_iso
from autoflow.model.values import Value

Count = Annotated[int | None, Times()]


@dataclass(frozen=True)
class Deed(Condition):
    """Counts the events called `event` and asks for at least one, or for what the operators say."""

    negated: ClassVar[bool] = False

    where: Where = EVERY
    at_least: Count = None
    at_most: Count = None
    exactly: Count = None
    within_last: Duration | None = None
    longer_ago_than: Duration | None = None
    since: Literal["start"] | None = None

    @property
    def event(self) -> str:
        """The name of the events that are counted."""
        raise NotImplementedError

    def topics(self) -> frozenset[Topic]:
        window = self.within_last or self.longer_ago_than
        own = (MEMORY, self._memory.key)
        return frozenset({own, ZONE} if window and window.months else {own})

    def memories(self) -> tuple[Memory, ...]:
        return (self._memory,)

    def settled_after(self, memory: str) -> int | None:
        return self._needed if self._window is None and self.since is None else None

    def since_start(self) -> Self:
        return self if self.within_last or self.longer_ago_than else replace(self, since="start")

    @cached_property
    def _needed(self) -> int:
        counts = (self.at_least, self.at_most and self.at_most + 1, self.exactly and self.exactly + 1)
        return max(1, *(count or 0 for count in counts))

    @cached_property
    def _memory(self) -> Memory:
        events = (self.event,)
        if self.longer_ago_than is not None:
            return FirstTimes(events, self.where, self._needed, self.longer_ago_than)
        if self.within_last is None:
            return LastTimes(events, self.where)
        if self._needed > KEPT or self.within_last.fixed is None:
            return InWindow(events, self.where, "", self.within_last)
        return LastTimes(events, self.where, self._needed)

    @cached_property
    def _window(self) -> Duration | None:
        return self.within_last or self.longer_ago_than

    @cached_property
    def _fixed(self) -> int | None:
        return self._window.fixed if self._window is not None else None

    def _cell(self, view: View) -> Cell | None:
        cells = view.run.memory if self.since is not None and view.run is not None else view.record.memory
        return cells.get(self._key)

    @cached_property
    def _key(self) -> str:
        return self._memory.key

    def _counted_by_calendar(self, cell: TimesCell, view: View) -> tuple[int, int | None]:
        """The last of a month comes a month later no later than the day before it: ends are in no order."""
        assert self._window is not None
        ends = [self._window.window_end(at, view.zone) for at in cell.times]
        left = sum(1 for end in ends if end <= view.now)
        change = min((end for end in ends if end > view.now), default=None)
        return (left if self.longer_ago_than is not None else len(ends) - left), change

    def _count(self, cell: Cell | None, view: View) -> tuple[int, int | None]:
        """How often it counts now, and when time next changes that."""
        if cell is None:
            return 0, None
        if isinstance(cell, Window):
            assert isinstance(self._memory, InWindow)
            return self._memory.state(cell, view)[1:]
        assert isinstance(cell, TimesCell)
        if self._window is None:
            return cell.total, None
        if self._fixed is None:
            return self._counted_by_calendar(cell, view)
        left = 0
        change = None
        fixed, now = self._fixed, view.now
        for at in cell.times:  # ascending, and so are the instants at which they leave the window
            end = at + fixed
            if end > now:
                change = end
                break
            left += 1
        return (left if self.longer_ago_than is not None else len(cell.times) - left), change

    def judge(self, view: View) -> tuple[bool, int | None]:
        cell = self._cell(view)
        if self._window is None and cell is not None:  # most of them, most of the time
            count, change = cell.total, None
        else:
            count, change = self._count(cell, view)
        if self.at_most is None and self.exactly is None:
            least = 1 if self.at_least is None else self.at_least
            if self.within_last is not None and count < least:
                change = None  # time takes events out of a window and brings none in
            return (count >= least) is not self.negated, change
        holds = (
            (self.at_least is None or count >= self.at_least)
            and (self.at_most is None or count <= self.at_most)
            and (self.exactly is None or count == self.exactly)
        )
        return holds is not self.negated, change

    def seen(self, view: View) -> Value:
        cell = self._cell(view)
        seen: dict[str, Value] = {"times": self._count(cell, view)[0]}
        if isinstance(cell, TimesCell) and cell.times:
            seen["first" if self.longer_ago_than else "last"] = to_iso(cell.times[-1])
        return seen

    def findings(self) -> list[Finding]:  # type: ignore[override]
        found = []
        if self.within_last and self.longer_ago_than:
            found.append(
                Finding(
                    "longer_ago_than",
                    "two-windows",
                    "A window cannot be both within_last and longer_ago_than.",
                    "Write two conditions, one for each.",
                )
            )
        if self.longer_ago_than and (self.at_most is not None or self.exactly is not None):
            field = "at_most" if self.at_most is not None else "exactly"
            found.append(
                Finding(
                    field,
                    "needs-at-least",
                    f"longer_ago_than counts with at_least, not with {field}.",
                    "Use at_least, or within_last with did_not.",
                )
            )
        return found

    def says(self) -> str:
        parts = [f"has{' not' if self.negated else ''} done {self.event}"]
        for word in ("at_least", "at_most", "exactly"):
            count = getattr(self, word)
            if count is not None:
                parts.append(f"{word.replace('_', ' ')} {count} time{'' if count == 1 else 's'}")
        if self.where.tests:
            parts.append("where " + " and ".join(f"{name} {test.says()}" for name, test in self.where.tests))
        if self.within_last:
            parts.append(f"within the last {self.within_last}")
        if self.longer_ago_than:
            parts.append(f"longer ago than {self.longer_ago_than}")
        if self.since:
            parts.append("since the start")
        return " ".join(parts)


EventName = Annotated[str, Name("event")]
