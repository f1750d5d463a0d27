"""Moments that a date of the contact's names: on the day, days before it, every year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from autoflow.model.clock_times import at_clock
from autoflow.model.durations import NOTHING, Duration
from autoflow.model.instants import from_wall, parse_date, parse_instant, to_wall
from autoflow.model.values import Value

_DAY_ONLY = len("2026-11-27")


@dataclass(frozen=True, slots=True)
class Moments:
    """How a date, or a date and time, is read: with which offset, at which time of the day, each year or once.

    `at` is in minutes since midnight; None leaves a date and time its own time, and gives a date `usual`. `days` says
    whether values are dates; None, that their own form tells.
    """

    offset: Duration = NOTHING
    at: int | None = None
    yearly: bool = False
    usual: int = 0
    days: bool | None = None

    def first_after(
        self, value: Value, after: int, zone: str, project_zone: str, last: int | None = None
    ) -> tuple[int, int] | None:
        """The first moment later than `after`, and its year (0 where it comes once); later than the year `last`.

        None where there is none, or the value is no date.
        """
        try:
            if not self.yearly:
                found = self.once(value, zone, project_zone) if last is None else None
                return (found, 0) if found is not None and found > after else None
            wall = self._wall(value, zone, project_zone)
            if wall is None:
                return None
            year = max(wall.year, to_wall(after, zone).year - _years(self.offset), (last or 0) + 1)
            while True:
                found = self._moved(_in_year(wall, year), zone)
                if found > after:
                    return found, year
                year += 1
        except (ValueError, OverflowError):
            return None  # at the ends of the calendar: no clock gets there

    def once(self, value: Value, zone: str, project_zone: str) -> int | None:
        """The one moment that the value names; None where it is no date."""
        if self._names_day(value) or self.at is not None:
            wall = self._wall(value, zone, project_zone)
            return None if wall is None else self._moved(wall, zone)
        instant = _instant(value, project_zone)
        return None if instant is None else self.offset.after(instant, zone)

    def _names_day(self, value: Value) -> bool:
        if self.days is None:
            return is_date(value)
        return self.days and isinstance(value, str) and _readable(value)

    def _wall(self, value: Value, zone: str, project_zone: str) -> datetime | None:
        """What the contact's clock shows, before the offset."""
        if self._names_day(value):
            day = parse_date(value)
            minutes = self.usual if self.at is None else self.at
        else:
            instant = _instant(value, project_zone)
            if instant is None:
                return None
            wall = to_wall(instant, zone)
            if self.at is None:
                return wall
            day, minutes = wall.date(), self.at
        return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60)  # noqa: DTZ001 - a reading

    def _moved(self, wall: datetime, zone: str) -> int:
        offset = self.offset
        day = _months_later(wall.date(), offset.months) + timedelta(days=offset.days)
        return from_wall(datetime.combine(day, wall.time()), zone) + offset.micros


def is_date(value: Value) -> bool:
    """Whether a value is written as a day without a time."""
    return isinstance(value, str) and len(value.strip()) <= _DAY_ONLY and _readable(value)


def _readable(value: str) -> bool:
    try:
        parse_date(value)
    except ValueError:
        return False
    return True


def _instant(value: Value, project_zone: str) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return parse_instant(value, project_zone)
    except (ValueError, OverflowError):
        return None


def _months_later(day: date, months: int) -> date:
    noon = Duration(months, 0, 0).after(at_clock(day, 720, "UTC"), "UTC")
    return to_wall(noon, "UTC").date()


def _years(offset: Duration) -> int:
    """So many years an offset may lead away, rounded up: where the search for the next moment begins."""
    return abs(offset.months) // 12 + abs(offset.days) // 365 + 2


def _in_year(wall: datetime, year: int) -> datetime:
    """The same day in another year; 29 February falls on the 28th (language.md, rule 8)."""
    if (wall.month, wall.day) == (2, 29):
        try:
            return wall.replace(year=year)
        except ValueError:
            return wall.replace(year=year, day=28)
    return wall.replace(year=year)
