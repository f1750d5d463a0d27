"""Instants, zones and durations as language.md pins them (rules 3 and 8); shares nothing with the engine.

Instants are UTC microseconds. Zones come from the tzdata package.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}
_MICROS = {"second": SECOND, "minute": 60 * SECOND, "hour": HOUR}
_STAMP = re.compile(
    r"(?P<day>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r" ?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?)?"
)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@cache
def _zone(name: str) -> ZoneInfo:
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def is_zone(name: object) -> bool:
    return isinstance(name, str) and name in _zone_names()


def wall(instant: int, zone: str) -> datetime:
    """The clock on the wall in the zone, without its offset."""
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(_zone(zone)).replace(tzinfo=None)


def from_wall(reading: datetime, zone: str) -> int:
    """A skipped reading moves on by the gap, of a repeated one the first is taken: that is fold=0."""
    return (reading.replace(tzinfo=_zone(zone), fold=0).astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def midnight(day: date, zone: str) -> int:
    return from_wall(datetime.combine(day, time()), zone)


def reading(text: str) -> time:
    """The time of day that `09:30` names."""
    hour, minute = str(text).split(":")[:2]
    return time(int(hour), int(minute))


def iso(instant: int) -> str:
    text = (_EPOCH + timedelta(microseconds=instant)).isoformat().removesuffix("+00:00")
    return text + "Z"


@dataclass(frozen=True)
class Span:
    """Months, days and microseconds, kept apart."""

    months: int = 0
    days: int = 0
    micros: int = 0

    def waited_from(self, instant: int, zone: str) -> int:
        """The end of a wait: days and longer keep the clock time in the zone, the rest is elapsed time."""
        if self.months == 0 and self.days == 0:
            return instant + self.micros
        reading = plus_months(wall(instant, zone), self.months) + timedelta(days=self.days)
        return from_wall(reading, zone) + self.micros

    def window_from(self, instant: int, zone: str) -> int:
        """The first instant at which something at `instant` is outside the window: a day is 24 hours."""
        if self.months:
            instant = from_wall(plus_months(wall(instant, zone), self.months), zone)
        return instant + self.days * DAY + self.micros

    def window_before(self, instant: int, zone: str) -> int:
        """The instant that lies one window earlier."""
        return Span(-self.months, -self.days, -self.micros).window_from(instant, zone)

    def doubled(self) -> Span:
        return Span(2 * self.months, 2 * self.days, 2 * self.micros)

    @property
    def is_local(self) -> bool:
        """Whether a wait of so long keeps the clock time, so that it moves with the contact's zone."""
        return bool(self.months or self.days)

    def __str__(self) -> str:
        hours, rest = divmod(self.micros, HOUR)
        minutes, rest = divmod(rest, 60 * SECOND)
        counts = [
            (self.months // 12, "year"),
            (self.months % 12, "month"),
            (self.days, "day"),
            (hours, "hour"),
            (minutes, "minute"),
            (rest // SECOND, "second"),
        ]
        words = [f"{count} {unit}" + ("" if count == 1 else "s") for count, unit in counts if count]
        return " ".join(words) or "0 seconds"


def plus_months(reading: datetime, months: int) -> datetime:
    years, month = divmod(reading.month - 1 + months, 12)
    year = reading.year + years
    return reading.replace(
        year=year, month=month + 1, day=min(reading.day, calendar.monthrange(year, month + 1)[1])
    )


def on_day(day: date, clock: str, zone: str, offset: Span = Span()) -> int:
    """That day (moved by the offset's months, then days) at that time of day, and the offset's hours later."""
    wanted = plus_months(datetime.combine(day, reading(clock)), offset.months) + timedelta(days=offset.days)
    return from_wall(wanted, zone) + offset.micros


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February falls on the 28th where there is none."""
    return (
        day.replace(year=year, day=28)
        if (day.month, day.day) == (2, 29) and not calendar.isleap(year)
        else day.replace(year=year)
    )


@cache
def span(text: str) -> Span:
    """`2 hours`, `1 day 12 hours`, `1 month`, `-3 days`, `27.5 days` (the fraction of a day is elapsed time)."""
    months = days = 0
    micros = Fraction(0)
    sign = -1 if text.strip().startswith("-") else 1
    text = text.strip().removeprefix("-")
    parts = re.findall(r"(\d+)(\.\d+)?\s*([a-z]+?)s?\b", text)
    if not parts or re.sub(r"\d+(\.\d+)?\s*[a-z]+\b|\band\b|,|\s", "", text):
        raise ValueError(f"not a duration: {text!r}")
    for digits, fraction, unit in parts:
        if unit not in _MONTHS | _DAYS | _MICROS or (fraction and unit in _MONTHS):
            raise ValueError(f"not a unit of time, or not one with fractions: {unit!r}")
        months += int(digits) * _MONTHS.get(unit, 0)
        days += int(digits) * _DAYS.get(unit, 0)
        micros += int(digits) * _MICROS.get(unit, 0)
        micros += Fraction(f"0{fraction or '.0'}") * (_DAYS.get(unit, 0) * DAY or _MICROS.get(unit, 0))
    return Span(sign * months, sign * days, sign * round(micros))


def rate(text: str) -> tuple[int, Span]:
    """`2 per 7 days`, `1 per day`: how many, in which window."""
    number, _, window = str(text).partition(" per ")
    return int(number.split()[0]), span(window if window[0].isdigit() else f"1 {window}")


def day_of(value: Any) -> date | None:
    """The date that a text names, if it does."""
    match = _STAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return date(*map(int, match["day"].split("-"))) if match else None
    except ValueError:
        return None


def instant_of(value: Any, zone: str) -> int | None:
    """The instant that a text names, if it does; without an offset it is local time in the zone."""
    match = _STAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    day = day_of(value)
    if match is None or day is None:
        return None
    part = int((match["part"] or "").ljust(6, "0")[:6])
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    try:
        reading = datetime.combine(day, time(hour, minute, second, part))
    except ValueError:
        return None
    if match["zone"] is None:
        return from_wall(reading, zone)
    hours, minutes = (0, 0) if match["zone"] in "Zz" else (int(match["zone"][:3]), int(match["zone"][-2:]))
    sign = -1 if match["zone"].startswith("-") else 1
    offset = sign * (abs(hours) * 60 + minutes)
    return from_wall(reading, "UTC") - offset * 60 * SECOND
