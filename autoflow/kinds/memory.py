"""What conditions remember of events: a few instants, a sum, or a window; never the events.

Every memory has a key made from what it remembers, so that two conditions that ask the same share one cell,
and a changed condition starts a cell of its own. `observe` takes events in any order of occurrence.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right, insort
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY, Discriminant, Where
from autoflow.model.contact import Cell, Times, Total, Window
from autoflow.model.durations import DAY, Duration
from autoflow.model.event import Event
from autoflow.model.values import MILLION, millionths

SLACK = (
    4 * DAY
)  # clamped to a month's end, a younger entry may leave a calendar window days before an elder one
_NONE: list[tuple[int, int, int]] = []
KEPT = 32  # instants and window entries that stand in the record itself


@dataclass(frozen=True)
class Memory:
    """One thing that is remembered of the events called `event` (None: of several, see `events`)."""

    events: tuple[str, ...]
    where: Where = EVERY
    sort: ClassVar[str]

    @cached_property
    def key(self) -> str:
        """A short name made from everything that is remembered."""
        return hashlib.blake2b(f"{self.sort}{self!r}".encode(), digest_size=6).hexdigest()

    def fresh(self) -> Cell:
        """The cell of a contact who did nothing yet."""
        raise NotImplementedError

    def add(self, cell: Cell, event: Event, view: View) -> None:
        """Take in an event that counts."""
        raise NotImplementedError

    def merge(self, elder: Cell, younger: Cell) -> Cell:
        """The cell of one person who was known as two."""
        raise NotImplementedError

    def concerns(self, event: str) -> Discriminant | None:
        """A property and the values of which an event of that name must have one to count; None where any may."""
        return self.where.discriminant

    def observe(self, cells: dict[str, Cell], event: Event, view: View) -> bool:
        """Take in an event if it counts; returns whether it did."""
        if self.where.tests and not self.where.matches(event.properties, view):
            return False
        cell = cells.get(self.key)
        if cell is None:
            cell = cells[self.key] = self.fresh()
        self.add(cell, event, view)
        return True


@dataclass(frozen=True)
class LastTimes(Memory):
    """How often, and the last `depth` instants."""

    depth: int = 1
    sort: ClassVar[str] = "last"

    def fresh(self) -> Times:
        return Times(0, [])

    def add(self, cell: Cell, event: Event, view: View) -> None:
        assert isinstance(cell, Times)
        cell.total += 1
        times = cell.times
        if not times or event.occurred_at >= times[-1]:
            times.append(event.occurred_at)
        else:
            insort(times, event.occurred_at)
        if len(times) > self.depth:
            del times[0]

    def merge(self, elder: Cell, younger: Cell) -> Times:
        assert isinstance(elder, Times) and isinstance(younger, Times)
        return Times(elder.total + younger.total, sorted(elder.times + younger.times)[-self.depth :])


@dataclass(frozen=True)
class FirstTimes(Memory):
    """How often, and the instants of the `depth` that leave a window of length `window` first.

    By the calendar these may be later ones than the first `depth`, by days, and others where the contact moves: all
    that may be are kept, up to a number.
    """

    depth: int = 1
    window: Duration = Duration(0, 0, 0)
    sort: ClassVar[str] = "first"

    def fresh(self) -> Times:
        return Times(0, [])

    def add(self, cell: Cell, event: Event, view: View) -> None:
        assert isinstance(cell, Times)
        cell.total += 1
        insort(cell.times, event.occurred_at)
        self._trim(cell.times)

    def merge(self, elder: Cell, younger: Cell) -> Times:
        assert isinstance(elder, Times) and isinstance(younger, Times)
        merged = Times(elder.total + younger.total, sorted(elder.times + younger.times))
        self._trim(merged.times)
        return merged

    def _trim(self, times: list[int]) -> None:
        kept = self.depth
        if self.window.fixed is None and len(times) > kept:
            kept = min(bisect_right(times, times[kept - 1] + SLACK), kept + KEPT)
        del times[kept:]


@dataclass(frozen=True)
class SumForGood(Memory):
    """The sum of a property over all events."""

    measured: str = ""
    sort: ClassVar[str] = "sum"

    def fresh(self) -> Total:
        return Total()

    def add(self, cell: Cell, event: Event, view: View) -> None:
        assert isinstance(cell, Total)
        value = millionths(event.properties.get(self.measured))
        if value is not None:
            cell.total += value
            cell.count += 1

    def merge(self, elder: Cell, younger: Cell) -> Total:
        assert isinstance(elder, Total) and isinstance(younger, Total)
        return Total(elder.total + younger.total, elder.count + younger.count)


@dataclass(frozen=True)
class InWindow(Memory):
    """The sum of a property ("" counts the events) over those that occurred within the window."""

    measured: str = ""
    window: Duration = Duration(0, 0, 0)
    sort: ClassVar[str] = "window"

    def fresh(self) -> Window:
        return Window(0, 0, [], 0)

    def add(self, cell: Cell, event: Event, view: View) -> None:
        assert isinstance(cell, Window)
        value = millionths(event.properties.get(self.measured)) if self.measured else MILLION
        if value is None or self.end(event.occurred_at, view) <= event.at:
            return
        self.expire(cell, view)
        insort(cell.head, (event.occurred_at, event.seq, value))
        cell.total += value
        cell.count += 1

    def overflow(self, cell: Window, event: Event) -> tuple[int, int, int] | None:
        """The entry of `event`, just added, where it may be younger than spilled ones: taken out of `head`.

        All else stays until the store writes the record, for it may leave the window before that.
        """
        if not (cell.spilled and cell.head and cell.head[-1][1] == event.seq):
            return None
        cell.spilled += 1
        return cell.head.pop()

    @cached_property
    def _fixed(self) -> int | None:
        return self.window.fixed

    def end(self, at: int, view: View) -> int:
        """When an entry leaves the window."""
        return at + self._fixed if self._fixed is not None else self.window.window_end(at, view.zone)

    def expire(self, cell: Window, view: View) -> None:
        """Forget what has left the window. Whoever loads a record first brings spilled entries back."""
        gone = self._gone(cell, view)
        if gone:
            cell.total -= sum(entry[2] for entry in gone)
            cell.count -= len(gone)
            cell.head = [entry for entry in cell.head if entry not in gone]

    def state(self, cell: Window, view: View) -> tuple[int, int, int | None]:
        """Sum in millionths and count of what lies inside the window, and when time next changes them.

        The last may lie days before the truth for a calendar window, never after it.
        """
        head, fixed, now = cell.head, self._fixed, view.now
        if fixed is not None and head and head[0][0] + fixed > now:  # nothing has left, as nearly always
            return cell.total, cell.count, head[0][0] + fixed
        gone = self._gone(cell, view)
        left = sum(entry[2] for entry in gone)
        return cell.total - left, cell.count - len(gone), self._next_change(cell, view)

    def _next_change(self, cell: Window, view: View) -> int | None:
        if self._fixed is not None:
            return next((end for entry in cell.head if (end := entry[0] + self._fixed) > view.now), None)
        eldest = next((end for entry in cell.head if (end := self.end(entry[0], view)) > view.now), None)
        if eldest is None or eldest - SLACK > view.now:
            return None if eldest is None else eldest - SLACK
        return min(end for entry in cell.head if (end := self.end(entry[0], view)) > view.now)

    def _gone(self, cell: Window, view: View) -> list[tuple[int, int, int]]:
        head, now = cell.head, view.now
        if self._fixed is None:  # ends are in no order, see SLACK
            return [entry for entry in head if self.end(entry[0], view) <= now]
        if not head or head[0][0] + self._fixed > now:
            return _NONE
        return [entry for entry in head if entry[0] + self._fixed <= now]

    def covers(self, cell: Window, instant: int, view: View) -> bool:
        """Whether the record holds every entry that leaves the window up to an instant, and knows what is next."""
        slack = 0 if self._fixed is not None else 2 * SLACK
        return not cell.spilled or bool(cell.head and self.end(cell.head[-1][0], view) > instant + slack)

    def merge(self, elder: Cell, younger: Cell) -> Window:
        assert isinstance(elder, Window) and isinstance(younger, Window)
        return Window(
            elder.total + younger.total,
            elder.count + younger.count,
            sorted(elder.head + younger.head),
            elder.spilled + younger.spilled,
        )
