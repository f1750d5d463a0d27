"""Durations as the language writes them: `2 hours`, `30 days`, `1 month`, `1 day 12 hours`."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from autoflow.model.clock import MICROS
from autoflow.model.instants import from_wall, to_wall

DAY = 86_400 * MICROS
_UNITS = {
    "second": (0, 0, MICROS),
    "minute": (0, 0, 60 * MICROS),
    "hour": (0, 0, 3_600 * MICROS),
    "day": (0, 1, 0),
    "week": (0, 7, 0),
    "month": (1, 0, 0),
    "year": (12, 0, 0),
}
_PART = re.compile(
    r"\s*(?:and\s+)?(\d+(?:\.\d+)?)\s*(seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b\s*,?"
)
_SIGNED = re.compile(r"\s*([+-]?)\s*(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Duration:
    """Months, days and microseconds, kept apart because they are counted differently."""

    months: int
    days: int
    micros: int

    @property
    def fixed(self) -> int | None:
        """The length of a window of this duration in microseconds; None where it depends on the calendar."""
        return None if self.months else self.days * DAY + self.micros

    def after(self, instant: int, tz: str) -> int:
        """`instant` plus this duration as a wait counts it (language.md, rule 8).

        Days and longer keep the clock time in `tz`, a month is clamped to the month's end; then hours and
        minutes are added as elapsed time.
        """
        if self.months or self.days:
            wall = _add_months(to_wall(instant, tz), self.months) + timedelta(days=self.days)
            instant = from_wall(wall, tz)
        return instant + self.micros

    def window_end(self, instant: int, tz: str) -> int:
        """When something at `instant` leaves a window of this length (language.md, rule 3).

        It is inside the window `(now - W, now]` exactly while `now < window_end`. A day is 24 hours; a month is
        a calendar month in `tz`, clamped to the month's end.
        """
        if self.months:
            instant = from_wall(_add_months(to_wall(instant, tz), self.months), tz)
        return instant + self.days * DAY + self.micros

    @property
    def rough(self) -> int:
        """About how long it is in microseconds, a month as the twelfth of a year: to compare by, never to count by."""
        return self.months * 2_629_746 * MICROS + self.days * DAY + self.micros

    @property
    def single(self) -> bool:
        """Whether it is one of a unit, so that it `passes` where others `pass`."""
        words = str(self)
        return words.startswith("1 ") and words.count(" ") == 1

    def __add__(self, other: Duration) -> Duration:
        """Both, one after the other."""
        return Duration(self.months + other.months, self.days + other.days, self.micros + other.micros)

    def __abs__(self) -> Duration:
        """As long, and forwards."""
        return Duration(abs(self.months), abs(self.days), abs(self.micros))

    def __str__(self) -> str:
        return " ".join(_words(self.months, self.days, self.micros)) or "0 seconds"


NOTHING = Duration(0, 0, 0)


def parse_duration(text: str) -> Duration:
    """Read a duration; a leading minus turns it round. Raises `ValueError` with a plain sentence.

    Days and shorter may have a fraction, `27.5 days`.
    """
    match = _SIGNED.fullmatch(text)
    rest = match[2] if match else ""
    sign = -1 if match and match[1] == "-" else 1
    position, months, days, micros = 0, 0, 0, 0
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None:
            position = -1
            break
        unit = _UNITS[part[2].rstrip("s")]
        whole, _, fraction = part[1].partition(".")
        if fraction and unit[0]:
            raise ValueError(f'"{text}": months and years are whole ones.')
        count = int(whole)
        months, days, micros = months + count * unit[0], days + count * unit[1], micros + count * unit[2]
        # What is left of a day or a week is elapsed time.
        micros += int(fraction) * (unit[1] * DAY + unit[2]) // 10 ** len(fraction) if fraction else 0
        position = part.end()
    if position <= 0:
        raise ValueError(f'"{text}" is not a duration such as 2 hours, 30 days or 1 month.')
    if months > 1_200 or days > 36_600 or micros > 36_600 * DAY:
        raise ValueError(f'"{text}" is longer than a hundred years.')
    return Duration(sign * months, sign * days, sign * micros)


def _add_months(wall: datetime, months: int) -> datetime:
    if not months:
        return wall
    index = wall.year * 12 + wall.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return wall.replace(year=year, month=month + 1, day=min(wall.day, last))


def _words(months: int, days: int, micros: int) -> list[str]:
    years, months = divmod(months, 12) if months >= 0 else (0, months)
    hours, micros = divmod(micros, 3_600 * MICROS) if micros >= 0 else (0, micros)
    minutes, micros = divmod(micros, 60 * MICROS) if micros >= 0 else (0, micros)
    seconds = micros / MICROS
    parts = [(years, "year"), (months, "month"), (days, "day"), (hours, "hour"), (minutes, "minute")]
    words = [f"{count} {name}{'' if abs(count) == 1 else 's'}" for count, name in parts if count]
    if seconds:
        words.append(f"{seconds:g} second{'' if seconds == 1 else 's'}")
    return words
