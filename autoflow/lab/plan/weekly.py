"""What weeks brought, counted by recipe, and what that lets expect of the seven days to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from autoflow.lab.periods import day_of, first_of


@dataclass(frozen=True)
class Expected:
    """Something counted in each of some `weeks`, and what time alone would have brought in each of them and will bring
    in the seven days to come (`alone`, one more).
    """

    weeks: tuple[int, ...]
    alone: tuple[int, ...]

    @property
    def mean(self) -> float:
        """What is to be expected."""
        found = self._found
        return sum(found) / len(found)

    @property
    def low(self) -> int:
        """The least, had people done as in one of the weeks before."""
        return min(self._found)

    @property
    def high(self) -> int:
        """The most, had people done as in one of the weeks before."""
        return max(self._found)

    @property
    def _found(self) -> list[int]:
        *before, ahead = self.alone
        return [max(0, ahead + was - by_time) for was, by_time in zip(self.weeks, before, strict=True)]


class Forecast(NamedTuple):
    """By recipe, entries and mails in the seven days from the instant `at`; `mails` and `entries` are those of all.

    `mondays` are the days with which the weeks began that it comes from. `capped` counts people of whom a mail met a
    cap, in each of those weeks.
    """

    at: int
    mondays: tuple[date, ...]
    by_recipe: dict[str, tuple[Expected, Expected]]
    entries: Expected
    mails: Expected
    capped: tuple[int, ...]


def full_weeks(first: int, last: int, zone: str, most: int) -> tuple[date, ...]:
    """The Mondays of the last full weeks between two instants, up to so many, in order."""
    begun, ends = day_of(first, zone), day_of(last, zone)
    monday, found = first_of(begun + timedelta(days=6), "week"), []
    while monday + timedelta(days=6) <= ends:
        found.append(monday)
        monday += timedelta(days=7)
    return tuple(found[-most:]) if most else ()


@dataclass
class Weekly:
    """What one program brought about, by recipe and number of the week; `alone` holds what time alone brought."""

    entries: Counter[tuple[str, int]] = field(default_factory=Counter)
    mails: Counter[tuple[str, int]] = field(default_factory=Counter)
    entries_alone: Counter[tuple[str, int]] = field(default_factory=Counter)
    mails_alone: Counter[tuple[str, int]] = field(default_factory=Counter)
    capped: Counter[int] = field(default_factory=Counter)

    def add(self, other: Weekly) -> None:
        """Count these people as well."""
        for name in ("entries", "mails", "entries_alone", "mails_alone", "capped"):
            getattr(self, name).update(getattr(other, name))

    def forecast(self, at: int, mondays: tuple[date, ...], recipes: Sequence[str]) -> Forecast:
        """What it comes to."""
        weeks = len(mondays)

        def expected(
            counts: Counter[tuple[str, int]], alone: Counter[tuple[str, int]], names: Sequence[str]
        ) -> Expected:
            return Expected(
                tuple(sum(counts[name, week] for name in names) for week in range(weeks)),
                tuple(sum(alone[name, week] for name in names) for week in range(weeks + 1)),
            )

        by_recipe = {
            name: (
                expected(self.entries, self.entries_alone, [name]),
                expected(self.mails, self.mails_alone, [name]),
            )
            for name in recipes
        }
        return Forecast(
            at,
            mondays,
            by_recipe,
            expected(self.entries, self.entries_alone, recipes),
            expected(self.mails, self.mails_alone, recipes),
            tuple(self.capped[week] for week in range(weeks)),
        )
