"""Sequences: one event after another, in time."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.memory import KEPT, Memory
from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY, Discriminant, Where
from autoflow.model.contact import Cell, Pairs
from autoflow.model.durations import Duration
from autoflow.model.event import Event


@dataclass(frozen=True)
class Sequence(Memory):
    """When the second of `events` last followed the first, within `within` where that is said.

    Of each the last 32 are remembered, so that one that arrives late still finds its other.
    """

    first_where: Where = EVERY
    within: Duration | None = None
    sort: ClassVar[str] = "sequence"

    def concerns(self, event: str) -> Discriminant | None:
        return self.first_where.discriminant if event not in self.events[1:] else None

    def fresh(self) -> Pairs:
        return Pairs([], [], [])

    def observe(self, cells: dict[str, Cell], event: Event, view: View) -> bool:
        first, second = self.events
        is_first = event.name == first and self.first_where.matches(event.properties, view)
        is_second = event.name == second
        if not is_first and not is_second:
            return False
        cell = cells.get(self.key)
        if cell is None:
            cell = cells[self.key] = self.fresh()
        assert isinstance(cell, Pairs)
        at = event.occurred_at
        if is_second and any(self._follows(begun, at, view) for begun in cell.firsts):
            _keep(cell.done, at)
        if is_first:
            for ended in cell.seconds:
                if self._follows(at, ended, view) and ended not in cell.done:
                    _keep(cell.done, ended)
            _keep(cell.firsts, at)
        if is_second:
            _keep(cell.seconds, at)
        return True

    def _follows(self, first: int, second: int, view: View) -> bool:
        return first <= second and (self.within is None or second <= self.within.window_end(first, view.zone))

    def merge(self, elder: Cell, younger: Cell) -> Pairs:
        assert isinstance(elder, Pairs) and isinstance(younger, Pairs)
        merged = Pairs(
            sorted(elder.firsts + younger.firsts)[-KEPT:],
            sorted(elder.seconds + younger.seconds)[-KEPT:],
            sorted({*elder.done, *younger.done})[-KEPT:],
        )
        for firsts, seconds in ((elder.firsts, younger.seconds), (younger.firsts, elder.seconds)):
            for ended in seconds:
                if ended not in merged.done and any(self._near(begun, ended) for begun in firsts):
                    _keep(merged.done, ended)
        return merged

    def _near(self, first: int, second: int) -> bool:
        """As `_follows`, without anybody's calendar: two records are merged in no zone of their own."""
        return first <= second and (self.within is None or second <= self.within.window_end(first, "UTC"))


def _keep(times: list[int], at: int) -> None:
    insort(times, at)
    if len(times) > KEPT:
        del times[0]
