"""What conditions remember of the values of a property: the latest, the different ones, the highest and lowest."""

from __future__ import annotations

import hashlib
from bisect import insort
from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.memory import KEPT, SLACK, Memory
from autoflow.kinds.view import View
from autoflow.model.contact import Cell, Distinct, Latest, Peaks
from autoflow.model.durations import Duration
from autoflow.model.event import Event
from autoflow.model.values import Value, fold, from_millionths, millionths, plain

MOST_PEAKS = 512
MOST_DIFFERENT = 1_000
_LONGEST = 40
Entry = tuple[int, int, int]


@dataclass(frozen=True)
class LatestValue(Memory):
    """The value of a property ("": the instant alone) at the last event that had one, or with `first` at the first."""

    measured: str = ""
    first: bool = False
    sort: ClassVar[str] = "latest"

    def fresh(self) -> Latest:
        return Latest(0, None)

    def observe(self, cells: dict[str, Cell], event: Event, view: View) -> bool:
        if self.measured and event.properties.get(self.measured) is None:
            return False
        return super().observe(cells, event, view)

    def add(self, cell: Cell, event: Event, view: View) -> None:
        assert isinstance(cell, Latest)
        replaces = event.occurred_at < cell.at if self.first else event.occurred_at >= cell.at
        if not cell.at or replaces:
            cell.at = event.occurred_at
            cell.value = event.properties.get(self.measured) if self.measured else None

    def merge(self, elder: Cell, younger: Cell) -> Latest:
        assert isinstance(elder, Latest) and isinstance(younger, Latest)
        return min(elder, younger, key=lambda each: each.at if self.first else -each.at)


@dataclass(frozen=True)
class DistinctValues(Memory):
    """The `depth` different values of a property that were seen last, with when.

    That is enough to tell up to `depth` of them in any window: whatever is left out was seen before all of these.
    In a window `by_calendar` the last that was seen of a value need not be the last to leave it, so of each those
    that may be are kept, up to a number.
    """

    measured: str = ""
    depth: int = 1
    by_calendar: bool = False
    sort: ClassVar[str] = "distinct"

    def fresh(self) -> Distinct:
        return Distinct({})

    def observe(self, cells: dict[str, Cell], event: Event, view: View) -> bool:
        return event.properties.get(self.measured) is not None and super().observe(cells, event, view)

    def add(self, cell: Cell, event: Event, view: View) -> None:
        assert isinstance(cell, Distinct)
        self._seen(cell, _name(event.properties[self.measured]), [event.occurred_at])
        self._trim(cell)

    def merge(self, elder: Cell, younger: Cell) -> Distinct:
        assert isinstance(elder, Distinct) and isinstance(younger, Distinct)
        merged = Distinct({value: list(times) for value, times in elder.last.items()})
        for value, times in younger.last.items():
            self._seen(merged, value, times)
        self._trim(merged)
        return merged

    def _seen(self, cell: Distinct, value: str, times: list[int]) -> None:
        every = sorted(cell.last.get(value, []) + times)
        kept = [at for at in every if at >= every[-1] - SLACK] if self.by_calendar else every[-1:]
        cell.last[value] = kept[-KEPT:]

    def _trim(self, cell: Distinct) -> None:
        slack = SLACK  # by the calendar a younger one may leave its window days before an elder one
        while len(cell.last) > self.depth:
            latest = {value: times[-1] for value, times in cell.last.items()}
            newest = sorted(latest.values())[-self.depth]
            oldest = min(latest, key=lambda value: (latest[value], value))
            if latest[oldest] > newest - slack and len(latest) <= 2 * self.depth + MOST_DIFFERENT:
                return
            del cell.last[oldest]


def _name(value: Value) -> str:
    """What two values share that count as one: text as it compares, numbers by what they are worth."""
    number = None if isinstance(value, (bool, str)) else millionths(value)
    text = fold(value if isinstance(value, str) else plain(value))
    text = text if number is None else str(from_millionths(number))
    return (
        text
        if len(text) <= _LONGEST
        else hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
    )


@dataclass(frozen=True)
class PeakValues(Memory):
    """The highest (or lowest) number in a window, and those that will be it when the ones before have left.

    Exact while at most 512 entries stand each below (above) the one before it; without a window one is enough.
    """

    measured: str = ""
    highest: bool = True
    window: Duration | None = None
    sort: ClassVar[str] = "peaks"

    def fresh(self) -> Peaks:
        return Peaks([])

    def observe(self, cells: dict[str, Cell], event: Event, view: View) -> bool:
        return millionths(event.properties.get(self.measured)) is not None and super().observe(
            cells, event, view
        )

    def add(self, cell: Cell, event: Event, view: View) -> None:
        assert isinstance(cell, Peaks)
        value = millionths(event.properties[self.measured])
        assert value is not None
        insort(cell.kept, (event.occurred_at, event.seq, value))
        cell.kept = self._needed([entry for entry in cell.kept if self.end(entry, view) > view.now])

    def end(self, entry: Entry, view: View) -> int:
        """When an entry leaves the window."""
        return self.window.window_end(entry[0], view.zone) if self.window is not None else view.now + 1

    def merge(self, elder: Cell, younger: Cell) -> Peaks:
        assert isinstance(elder, Peaks) and isinstance(younger, Peaks)
        return Peaks(self._needed(sorted(elder.kept + younger.kept)))

    def peak(self, cell: Cell | None, view: View) -> tuple[int | None, int | None]:
        """The highest (lowest) number in millionths, None where there is none, and when time next changes it."""
        if not isinstance(cell, Peaks):
            return None, None
        inside = [
            (entry[2], self.end(entry, view)) for entry in cell.kept if self.end(entry, view) > view.now
        ]
        if not inside:
            return None, None
        pick = max if self.highest else min
        change = min(end for _, end in inside) if self.window is not None else None
        return pick(value for value, _ in inside), change

    def _needed(self, entries: list[Entry]) -> list[Entry]:
        """Without those that another outdoes for as long as they stay."""
        slack = SLACK if self.window is not None and self.window.months else 0
        kept: list[Entry] = []
        best: int | None = None
        younger = len(entries) - 1
        for place in range(len(entries) - 1, -1, -1):
            at, _, value = entries[place]
            while younger > place and (self.window is None or entries[younger][0] >= at + slack):
                rival = self._worth(entries[younger])
                best = rival if best is None or rival > best else best
                younger -= 1
            if best is None or self._worth((at, 0, value)) > best:
                kept.append(entries[place])
        if self.window is None:
            return [max(kept, key=self._worth)] if kept else []
        return kept[::-1][:MOST_PEAKS]

    def _worth(self, entry: Entry) -> int:
        return entry[2] if self.highest else -entry[2]
