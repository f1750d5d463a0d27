"""What `did` and `did_not` have in common: counting events, for good, in a window, or since a run's start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self, cast

from autoflow.kinds.base import MEMORY, ZONE, Condition, Finding, Lack, Topic
from autoflow.kinds.deeds_lacking import lack
from autoflow.kinds.fields import Name, Times
from autoflow.kinds.limits import OfBefore, compares
from autoflow.kinds.memory import KEPT, FirstTimes, InWindow, LastTimes, Memory
from autoflow.kinds.pairs import Sequence
from autoflow.kinds.said import where_says
from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY, Where
from autoflow.model.contact import Cell, Pairs, Window
from autoflow.model.contact import Times as TimesCell
from autoflow.model.durations import Duration
from autoflow.model.instants import to_iso
from autoflow.model.values import Value

Count = Annotated[int | None, Times()]
CountOrShare = Annotated[int | OfBefore | None, Times(share=True)]


@dataclass(frozen=True)
class Deed(Condition):
    """Counts the events called `event` and asks for at least one, or for what the operators say."""

    negated: ClassVar[bool] = False

    where: Where = EVERY
    at_least: CountOrShare = None
    at_most: CountOrShare = None
    exactly: Count = None
    within_last: Duration | None = None
    longer_ago_than: Duration | None = None
    first_time_within_last: Duration | None = None
    then: Annotated[str | None, Name("event")] = None
    within: Duration | None = None
    since: Literal["start"] | None = None

    @property
    def event(self) -> str:
        """The name of the events that are counted."""
        raise NotImplementedError

    def topics(self) -> frozenset[Topic]:
        own = frozenset((MEMORY, memory.key) for memory in self.memories())
        return own | {ZONE} if self._window and self._window.months else own

    def memories(self) -> tuple[Memory, ...]:
        return (self._memory,) if self._share is None else (self._memory, self._longer)

    def settled_after(self, memory: str) -> int | None:
        plain = self._window is None and self.since is None and self.then is None
        return self._needed if plain else None

    def since_start(self) -> Self:
        return self if self._window else replace(self, since="start")

    @cached_property
    def _needed(self) -> int:
        least, most = (count if isinstance(count, int) else None for count in (self.at_least, self.at_most))
        counts = (least, most and most + 1, self.exactly and self.exactly + 1)
        return max(1, *(count or 0 for count in counts))

    @cached_property
    def _memory(self) -> Memory:
        events = (self.event,)
        if self.then is not None:
            return Sequence((self.event, self.then), EVERY, self.where, self.within)
        if self.first_time_within_last is not None:
            return FirstTimes(events, self.where, 1, self.first_time_within_last)
        if self.longer_ago_than is not None:
            return FirstTimes(events, self.where, self._needed, self.longer_ago_than)
        if self.within_last is None:
            return LastTimes(events, self.where)
        if self._needed > KEPT or self.within_last.fixed is None or self._share is not None:
            return InWindow(events, self.where, "", self.within_last)
        return LastTimes(events, self.where, self._needed)

    @cached_property
    def _longer(self) -> Memory:
        """The window that reaches back as far again, for what is compared with the time before."""
        window = self.within_last or Duration(0, 0, 0)
        twice = replace(window, months=2 * window.months, days=2 * window.days, micros=2 * window.micros)
        return InWindow((self.event,), self.where, "", twice)

    @cached_property
    def _share(self) -> OfBefore | None:
        return next((each for each in (self.at_least, self.at_most) if isinstance(each, OfBefore)), None)

    @cached_property
    def _window(self) -> Duration | None:
        return self.within_last or self.longer_ago_than or self.first_time_within_last

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

    def _sequence(self, cell: Cell | None, view: View) -> tuple[bool, int | None]:
        done = cell.done if isinstance(cell, Pairs) else []
        if self.within_last is None:
            return bool(done), None
        ahead = [end for at in done if (end := self.within_last.window_end(at, view.zone)) > view.now]
        return bool(ahead), min(ahead, default=None)

    def _against_before(self, share: OfBefore, view: View) -> tuple[bool, int | None]:
        """The count in the window against that in the window before."""
        seen = [self._in_window(memory, view) for memory in (self._memory, self._longer)]
        now, both = (count for count, _ in seen)
        word = "at_least" if self.at_least is share else "at_most"
        change = min((change for _, change in seen if change is not None), default=None)
        return compares(word, now, both - now, share), change

    def _in_window(self, memory: Memory, view: View) -> tuple[int, int | None]:
        cell = view.record.memory.get(memory.key)
        if not isinstance(cell, Window) or not isinstance(memory, InWindow):
            return 0, None
        return memory.state(cell, view)[1:]

    def _first_time(self, cell: Cell | None, view: View) -> tuple[bool, int | None]:
        if not isinstance(cell, TimesCell) or not cell.times:
            return False, None
        assert self.first_time_within_last is not None
        end = self.first_time_within_last.window_end(cell.times[0], view.zone)
        return (True, end) if end > view.now else (False, None)

    def judge(self, view: View) -> tuple[bool, int | None]:
        cell = self._cell(view)
        if self._special:
            if self._share is not None:
                holds, change = self._against_before(self._share, view)
            elif self.then is not None:
                holds, change = self._sequence(cell, view)
            else:
                holds, change = self._first_time(cell, view)
            return holds is not self.negated, change
        if self._window is None and cell is not None:  # most of them, most of the time
            assert isinstance(cell, TimesCell)
            count, change = cell.total, None
        else:
            count, change = self._count(cell, view)
        if self.at_most is None and self.exactly is None:
            least = 1 if self.at_least is None else cast("int", self.at_least)
            if self.within_last is not None and count < least:
                change = None  # time takes events out of a window and brings none in
            return (count >= least) is not self.negated, change
        holds = (
            (self.at_least is None or count >= cast("int", self.at_least))
            and (self.at_most is None or count <= cast("int", self.at_most))
            and (self.exactly is None or count == self.exactly)
        )
        return holds is not self.negated, change

    def seen(self, view: View) -> Value:
        cell = self._cell(view)
        if isinstance(cell, Pairs):
            return {"last": to_iso(cell.done[-1])} if cell.done else {"times": 0}
        if self._share is not None:
            now, both = (self._in_window(memory, view)[0] for memory in (self._memory, self._longer))
            return {"times": now, "before": both - now}
        seen: dict[str, Value] = {"times": self._count(cell, view)[0]}
        if isinstance(cell, TimesCell) and cell.times:
            first = self.longer_ago_than is not None
            seen["first" if first else "last"] = to_iso(cell.times[: self._needed if first else None][-1])
        return seen

    def seen_whole(self, view: View) -> bool:
        cell, memory = self._cell(view), self._memory
        if self._window is None or not isinstance(memory, LastTimes):
            return True
        return self._count(cell, view)[0] < memory.depth

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        cell = self._cell(view)
        count = 0 if self._special else self._count(cell, view)[0]
        ever = cell.total if isinstance(cell, TimesCell) else 0
        return lack(self, count, ever, wanted=wanted is not self.negated)

    @cached_property
    def _special(self) -> bool:
        return self.then is not None or self.first_time_within_last is not None or self._share is not None

    def _alone(self) -> Iterator[Finding]:
        """What `then`, `first_time_within_last` and shares of the time before do not go with."""
        counts = ("at_least", "at_most", "exactly")
        with_then = (*counts, "longer_ago_than", "first_time_within_last")
        with_first = (*counts, "longer_ago_than", "within_last", "since")
        for word, others in (("then", with_then), ("first_time_within_last", with_first)):
            if getattr(self, word) is None:
                continue
            for other in others:
                if getattr(self, other) is not None:
                    message = f"{word} and {other} do not go together."
                    yield Finding(other, "not-together", message, "Write two conditions, one for each.")
        if self.within is not None and self.then is None:
            message = '"within" says how soon the second event follows, and there is no "then".'
            yield Finding("within", "out-of-place", message, "Use within_last, or add then: EVENT.")
        if self._share is not None:
            field = "at_least" if self.at_least is self._share else "at_most"
            if self.within_last is None:
                message = "A share of the time before needs a window to compare with."
                yield Finding(field, "missing-window", message, "Add within_last: 30 days, for example.")
            elif self.at_least is not None and self.at_most is not None:
                message = "A share of the time before stands alone."
                yield Finding(field, "not-together", message, "Write two conditions, one for each.")

    def findings(self) -> list[Finding]:  # type: ignore[override]
        found = [*self._alone()]
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
                times = "" if isinstance(count, OfBefore) else f" time{'' if count == 1 else 's'}"
                parts.append(f"{word.replace('_', ' ')} {count}{times}")
        if self.where.tests:
            parts.append(f"where {where_says(self.where.tests)}")
        if self.then:
            parts.append(f"and then {self.then}" + (f" within {self.within}" if self.within else ""))
        if self.first_time_within_last:
            parts.append(f"for the first time within the last {self.first_time_within_last}")
        if self.within_last:
            parts.append(f"within the last {self.within_last}")
        if self.longer_ago_than:
            parts.append(f"longer ago than {self.longer_ago_than}")
        if self.since:
            parts.append("since the start")
        return " ".join(parts)


EventName = Annotated[str, Name("event")]
