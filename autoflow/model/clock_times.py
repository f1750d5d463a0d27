"""Times of the day and days of the week on somebody's clock: `09:30`, `weekdays`, quiet hours over midnight.

A reading that a zone skips moves forward by the gap, of one that it repeats the first is meant
(language.md, rule 8); `autoflow.model.instants.from_wall` sees to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from autoflow.model.instants import from_wall, to_wall

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = frozenset(range(7))
_GROUPS = {"day": EVERY_DAY, "weekdays": frozenset(range(5)), "weekend": frozenset((5, 6))}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


def parse_clock(text: str) -> int:
    """`09:30` in minutes since midnight; raises `ValueError` with a plain sentence."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f'"{text}" is not a time of the day such as 09:30.')
    return int(match[1]) * 60 + int(match[2])


def clock_says(minutes: int) -> str:
    """`09:30`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def parse_day(text: str) -> frozenset[int]:
    """`monday`, `weekdays`, `weekend` or `day` as weekdays, Monday 0; raises `ValueError` with a plain sentence."""
    word = text.strip().lower()
    found = _GROUPS.get(word) or _GROUPS.get(f"{word}s")
    if found is not None:
        return found
    if word in DAY_NAMES:
        return frozenset((DAY_NAMES.index(word),))
    raise ValueError(f'"{text}" is not a day such as monday, weekdays or weekend.')


def days_say(days: frozenset[int]) -> str:
    """Days in plain words."""
    for word, group in _GROUPS.items():
        if days == group:
            return "every day" if word == "day" else word
    return ", ".join(DAY_NAMES[day].capitalize() for day in sorted(days))


def next_day_says(days: frozenset[int]) -> str:
    """One of the days, as it comes next: `weekday`, `Monday or Thursday`."""
    names = [DAY_NAMES[day].capitalize() for day in sorted(days)]
    return "weekday" if days == _GROUPS["weekdays"] else " or ".join(names)


def longest_gap(days: frozenset[int]) -> int:
    """How many days lie between two of these days of the week at most: 3 of weekdays."""
    found = sorted(days)
    return max(later - day for day, later in pairwise([*found, found[0] + 7]))


def at_clock(day: date, minutes: int, zone: str) -> int:
    """The instant at which a clock in the zone shows that time on that day."""
    return from_wall(datetime.combine(day, time(minutes // 60, minutes % 60)), zone)


def next_clock(instant: int, minutes: int, days: frozenset[int], zone: str) -> int:
    """The first instant at or after `instant` at which a clock in the zone shows the time on one of the days."""
    day = to_wall(instant, zone).date() - timedelta(
        days=1
    )  # what is skipped at midnight falls on the day after
    while True:
        if day.weekday() in days:
            found = at_clock(day, minutes, zone)
            if found >= instant:
                return found
        day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClockWindow:
    """From one time of the day to another, `[from, to)`; over midnight where the first is the later one.

    With `days`, those on which the window begins. Equal times are the whole day.
    """

    from_: int
    to: int
    days: frozenset[int] = EVERY_DAY

    def spans(self, instant: int, zone: str) -> Iterator[tuple[int, int]]:
        """The stretches `[start, end)` around an instant, in order: those that began since two days before it, and
        those that begin within the eight days after it.
        """
        today = to_wall(instant, zone).date()
        for number in range(-2, 9):
            day = today + timedelta(days=number)
            if day.weekday() in self.days:
                until = day if self.from_ < self.to else day + timedelta(days=1)
                yield at_clock(day, self.from_, zone), at_clock(until, self.to, zone)

    def covers(self, instant: int, zone: str) -> int | None:
        """When the stretch that the instant lies in ends; None where it lies in none."""
        return max((end for start, end in self.spans(instant, zone) if start <= instant < end), default=None)

    def next_edge(self, instant: int, zone: str) -> int:
        """The next instant at which a stretch begins or ends."""
        return min(edge for span in self.spans(instant, zone) for edge in span if edge > instant)

    def says(self) -> str:
        """In plain words."""
        if self.from_ == self.to:
            return f"any time on {days_say(self.days)}"
        hours = f"between {clock_says(self.from_)} and {clock_says(self.to)}"
        return hours if self.days == EVERY_DAY else f"{hours} on {days_say(self.days)}"
