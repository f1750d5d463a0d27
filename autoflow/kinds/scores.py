"""Scores: points for what the contact does, which may lose half of their worth in each stretch of time.

value = max(floor, decayed value + decayed points), folded in the order in which items apply;
decay(x, t) = x * 2 ** (-t / half-life), rounded half to even to the millionth. All in whole numbers, so that every
machine comes to the same (design.md: numbers are integers).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from autoflow.kinds.limits import Limit
from autoflow.kinds.memory import KEPT, Memory
from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY, Discriminant, Where
from autoflow.model.contact import Cell, Points
from autoflow.model.durations import DAY, Duration
from autoflow.model.event import Event
from autoflow.model.inside import ADJUSTED
from autoflow.model.values import from_millionths, plain

_BITS = 96  # of the factor; the result is rounded to the millionth, far coarser
_STEPS = 64  # binary places of the fraction of a half-life
_LAST = 200  # half-lives after which nothing is left of any score


@lru_cache(maxsize=1)
def _roots() -> tuple[int, ...]:
    """2 ** -(2 ** -k) for k = 1 … in fixed point, each the root of the one before."""
    found = [math.isqrt(1 << (2 * _BITS - 1))]
    while len(found) < _STEPS:
        found.append(math.isqrt(found[-1] << _BITS))
    return tuple(found)


def decay(value: int, elapsed: int, half_life: int | None) -> int:
    """What is left of `value` (millionths) after `elapsed` microseconds."""
    if not value or half_life is None or elapsed <= 0:
        return value
    whole, rest = divmod(elapsed, half_life)
    if whole > _LAST:
        return 0
    factor = 1 << _BITS
    fraction = (rest << _STEPS) // half_life
    for place, root in enumerate(_roots(), 1):
        if fraction >> (_STEPS - place) & 1:
            factor = factor * root >> _BITS
    left = _halved_even(abs(value) * factor, _BITS + whole)
    return left if value > 0 else -left


def _halved_even(number: int, bits: int) -> int:
    """`number` / 2 ** `bits`, rounded half to even."""
    quotient, rest = number >> bits, number & ((1 << bits) - 1)
    half = 1 << (bits - 1)
    return quotient + (rest > half or (rest == half and quotient & 1))


@dataclass(frozen=True)
class Rule:
    """What an event that matches is worth, in millionths; at most so often, where that is said."""

    event: str
    where: Where
    points: int
    limit: Limit | None = None

    def reads(self) -> str:
        """`+10 for page_visited, where path matches /pricing* (at most 1 per day)`."""
        most = ""
        if self.limit is not None:
            most = f" (at most {self.limit.most} per {str(self.limit.per).removeprefix('1 ')})"
        return f"{from_millionths(self.points):+,} for {self.event}{self.where.says()}{most}"


@dataclass(frozen=True)
class Score(Memory):
    """One score. `events` are those of its rules and its own adjustments; `half_life` is in microseconds."""

    name: str = ""
    rules: tuple[Rule, ...] = ()
    floor: int | None = None
    half_life: int | None = None
    sort: ClassVar[str] = "score"

    def reads(self) -> str:
        """How it comes about, in plain words."""
        halves = ""
        if self.half_life is not None:
            halves = f"; half of it is left after {Duration(0, *divmod(self.half_life, DAY))}"
        floor = "" if self.floor is None else f"; never below {plain(from_millionths(self.floor))}"
        return "; ".join(rule.reads() for rule in self.rules) + halves + floor

    def concerns(self, event: str) -> Discriminant | None:
        return None

    def fresh(self) -> Points:
        return Points(0, 0, {})

    def observe(self, cells: dict[str, Cell], event: Event, view: View) -> bool:
        points = self._adjusted(event) if event.name == ADJUSTED else self._counted(cells, event, view)
        if points is None:
            return False
        cell = cells.get(self.key)
        if cell is None:
            cell = cells[self.key] = self.fresh()
        assert isinstance(cell, Points)
        cell.value, cell.at = decay(cell.value, view.now - cell.at, self.half_life), view.now
        for each in points:
            added = decay(each, view.now - event.occurred_at, self.half_life)
            cell.value = self._above_floor(cell.value + added)
        return True

    def _adjusted(self, event: Event) -> list[int] | None:
        return [event.properties["points"]] if event.properties["score"] == self.name else None

    def _counted(self, cells: dict[str, Cell], event: Event, view: View) -> list[int] | None:
        found: list[int] = []
        for number, rule in enumerate(self.rules):
            if rule.event != event.name or not rule.where.matches(event.properties, view):
                continue
            if rule.limit is not None and not self._within(cells, f"{number}", rule.limit, event, view):
                continue
            found.append(rule.points)
        return found or None

    def _within(self, cells: dict[str, Cell], rule: str, limit: Limit, event: Event, view: View) -> bool:
        """Whether the rule counts once more; if so, that is noted."""
        cell = cells.get(self.key)
        if cell is None:
            cell = cells[self.key] = self.fresh()
        assert isinstance(cell, Points)
        at, times = event.occurred_at, cell.counted.setdefault(rule, [])
        near = [each for each in times if each <= at < limit.per.window_end(each, view.zone)]
        if len(near) >= limit.most:
            return False
        times.append(at)
        times.sort()
        del times[: -max(KEPT, 2 * limit.most)]
        return True

    def _above_floor(self, value: int) -> int:
        return value if self.floor is None else max(value, self.floor)

    def value(self, view: View) -> int:
        """The score now, in millionths."""
        cell = view.record.memory.get(self.key)
        points = decay(cell.value, view.now - cell.at, self.half_life) if isinstance(cell, Points) else 0
        return self._above_floor(points)

    def next_change(self, view: View, answer: Callable[[int], object]) -> int | None:
        """The first instant after now at which time gives `answer` of the score another value.

        A score runs towards zero, so `answer` must be one that turns only once on the way: on which side of a number
        the score stands, say.
        """
        cell = view.record.memory.get(self.key)
        if not isinstance(cell, Points) or self.half_life is None or not cell.value:
            return None

        def at(instant: int) -> int:
            return self._above_floor(decay(cell.value, instant - cell.at, self.half_life))

        before, step = answer(at(view.now)), 1
        last = view.now + (_LAST + 1) * self.half_life
        while view.now + step < last and answer(at(view.now + step)) == before:
            step *= 2
        low, high = view.now + step // 2, min(view.now + step, last)
        if answer(at(high)) == before:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if answer(at(middle)) == before else (low, middle)
        return high

    def merge(self, elder: Cell, younger: Cell) -> Points:
        assert isinstance(elder, Points) and isinstance(younger, Points)
        at = max(elder.at, younger.at)
        value = sum(decay(each.value, at - each.at, self.half_life) for each in (elder, younger))
        counted = {
            rule: sorted(elder.counted.get(rule, []) + younger.counted.get(rule, []))
            for rule in sorted({*elder.counted, *younger.counted})
        }
        return Points(self._above_floor(value), at, counted)


def score(name: str, rules: tuple[Rule, ...], floor: int | None, half_life: int | None) -> Score:
    """A score, which remembers the events of its rules and its own adjustments."""
    events = tuple(dict.fromkeys((*(rule.event for rule in rules), ADJUSTED)))
    return Score(events, EVERY, name, rules, floor, half_life)
