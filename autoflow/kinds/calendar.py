"""When a schedule fires next: days of the week, the first of a month, a cron line, one date and time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from cronsim import CronSim, CronSimError

from autoflow.kinds.base import Finding
from autoflow.model.clock_times import (
    EVERY_DAY,
    at_clock,
    clock_says,
    days_say,
    next_clock,
    next_day_says,
    parse_clock,
)
from autoflow.model.instants import from_wall, parse_instant, to_wall

MONTHLY = frozenset({7})
USUAL = 9 * 60
_ANY_TIME = datetime(2026, 1, 1)  # noqa: DTZ001 - cron lines are about readings of a clock
_LONGEST_GAP = timedelta(hours=3)  # a zone that skips local time skips less than this


@dataclass(frozen=True)
class Calendar:
    """Exactly one of `every` (weekdays, Monday 0, or `MONTHLY`), `cron`, and `at` alone (a date and time).

    Beside `every`, `at` is a time of the day.
    """

    every: frozenset[int] | None
    at: str | None
    cron: str | None

    def first_after(self, after: int, zone: str) -> int | None:
        """The first instant later than `after` at which a clock in the zone shows such a time."""
        if self.cron is not None:
            return self._by_cron(self.cron, after, zone)
        if self.every is None:
            once = self._once(zone)
            return once if once is not None and once > after else None
        if self.every == MONTHLY:
            day = to_wall(after, zone).date().replace(day=1)
            while (found := at_clock(day, self._minutes, zone)) <= after:
                day = _month_after(day)
            return found
        return next_clock(after + 1, self._minutes, self.every, zone)

    def says(self) -> str:
        """In plain words: what a clock shows."""
        if self.cron is not None:
            return f'"{self.cron}"'
        if self.every is None:
            return self.at or ""
        days = "the first of each month" if self.every == MONTHLY else days_say(self.every)
        return f"{clock_says(self._minutes)} on {days}".replace(" on every day", " on any day")

    def rhythm(self) -> str:
        """How often it comes: `every day`, `every Monday`; nothing where it comes once."""
        if self.cron is not None:
            return f'at each "{self.cron}"'
        if self.every is None:
            return ""
        if self.every == MONTHLY:
            return "on the first of each month"
        return (
            "every day"
            if self.every == EVERY_DAY
            else f"every {next_day_says(self.every).replace(' or ', ' and ')}"
        )

    @cached_property
    def _minutes(self) -> int:
        return USUAL if self.at is None else parse_clock(self.at)

    def _once(self, zone: str) -> int | None:
        assert self.at is not None
        return parse_instant(self.at, zone)

    def _by_cron(self, line: str, after: int, zone: str) -> int | None:
        for wall in CronSim(line, to_wall(after, zone).replace(microsecond=0) - _LONGEST_GAP):
            found = from_wall(wall, zone)
            if found > after:
                return found
        return None

    def findings(self, example: str) -> Iterator[Finding]:
        """What does not go together, or cannot be read."""
        fix = f"For example {example}"
        said = [name for name in ("every", "cron") if getattr(self, name) is not None]
        if len(said) > 1:
            yield Finding(
                "cron", "value", "A schedule has either days or a cron line.", 'Remove "every" or "cron".'
            )
        elif not said and self.at is None:
            yield Finding("schedule", "missing-key", "Nothing says when this schedule fires.", fix)
        elif self.cron is not None and self.at is not None:
            yield Finding("at", "value", "A cron line says itself at which time.", 'Remove "at".')
        elif self.at is not None:
            try:
                _ = self._minutes if self.every is not None else self._once("UTC")
            except ValueError as error:
                shown = '"09:00"' if self.every is not None else "2026-11-27 09:00"
                yield Finding("at", "value", str(error), f"For example at: {shown}")


def cron_finding(line: str) -> Iterator[Finding]:
    """What is wrong with a cron line."""
    try:
        readable = len(line.split()) == 5 and next(CronSim(line, _ANY_TIME), None) is not None
    except CronSimError:
        readable = False
    if not readable:
        message = f'"{line}" is no cron line that ever comes: minute, hour, day of the month, month, weekday.'
        yield Finding("cron", "value", message, 'For example cron: "0 9 * * 1", Mondays at nine.')


def _month_after(day: date) -> date:
    return (day + timedelta(days=31)).replace(day=1)
