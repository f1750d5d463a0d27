"""Attributes that autoflow works out itself: how often, how much, what last, and the contact's own rhythm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from autoflow.kinds.memory import KEPT, InWindow, LastTimes, Memory, SumForGood
from autoflow.kinds.values_kept import LatestValue
from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY, Where
from autoflow.model.contact import Latest, Times, Total, Window
from autoflow.model.durations import DAY, Duration
from autoflow.model.instants import to_iso
from autoflow.model.values import MILLION, Value, from_millionths


@dataclass(frozen=True)
class Computed:
    """One computed attribute. `of` is the word (`usual_gap_between`, `count_of`, `sum_of`, `last_of`, `first_of`),
    `event` and `measured` what it looks at, `needs` how many events a rhythm needs.
    """

    of: str
    event: str
    measured: str = ""
    where: Where = EVERY
    within_last: Duration | None = None
    needs: int = 3

    @cached_property
    def memory(self) -> Memory:
        """What must be remembered of events."""
        events = (self.event,)
        match self.of:
            case "usual_gap_between":
                return LastTimes(events, self.where, KEPT)
            case "last_of" | "first_of":
                return LatestValue(events, self.where, self.measured, self.of == "first_of")
        if self.within_last is not None:
            return InWindow(events, self.where, self.measured, self.within_last)
        return (
            SumForGood(events, self.where, self.measured) if self.measured else LastTimes(events, self.where)
        )

    @property
    def begins(self) -> Value:
        """What it is for somebody of whom nothing is known yet."""
        return 0 if self.of in {"count_of", "sum_of"} else None

    def judge(self, view: View) -> tuple[Value, int | None]:
        """The value (None where it is missing), and the next instant at which time alone could change it."""
        memory, cell = self.memory, view.record.memory.get(self.memory.key)
        match self.of:
            case "usual_gap_between":
                return (usual_gap(cell.times, self.needs) if isinstance(cell, Times) else None), None
            case "last_of" | "first_of":
                if not isinstance(cell, Latest) or not cell.at:
                    return None, None
                return (cell.value if self.measured else to_iso(cell.at)), None
        if isinstance(cell, Window) and isinstance(memory, InWindow):
            total, count, change = memory.state(cell, view)
            return (from_millionths(total) if self.measured else count), change
        if isinstance(cell, Total):
            return from_millionths(cell.total), None
        return (cell.total if isinstance(cell, Times) else 0), None

    def reads(self) -> str:
        """What it is, in plain words."""
        of = f"{self.event}{f'.{self.measured}' if self.measured else ''}"
        within = f" within the last {self.within_last}" if self.within_last else ""
        what = {
            "usual_gap_between": f"the usual time from one {of} to the next, in days, once there were {self.needs}",
            "count_of": f"how often he has done {of}{within}",
            "sum_of": f"the sum of {of}{within}",
            "last_of": f"the last {of}" if self.measured else f"when he last did {of}",
            "first_of": f"the first {of}" if self.measured else f"when he first did {of}",
        }
        return f"{what[self.of]}{self.where.says()}"

    def says(self) -> str:
        """As it is written."""
        return f"{self.of}: {self.event}{f'.{self.measured}' if self.measured else ''}"


def usual_gap(times: list[int], needs: int) -> Value:
    """The median gap between successive instants in days, to the millionth (half to even); None below `needs`."""
    if len(times) < max(needs, 2):
        return None
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    middle = len(gaps) // 2
    twice = 2 * gaps[middle] if len(gaps) % 2 else gaps[middle - 1] + gaps[middle]
    return from_millionths(round_half_even(twice * MILLION, 2 * DAY))


def round_half_even(number: int, by: int) -> int:
    """`number` / `by` as a whole number, rounded half to even."""
    quotient, rest = divmod(number, by)
    return quotient + (2 * rest > by or (2 * rest == by and quotient % 2))
