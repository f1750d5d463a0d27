"""Times of day on days of the week, in somebody's zone: windows, the next such time, cron lines, dates.

Wherever a time of day names an instant, one that is skipped moves on by the gap, and of a repeated one it is the
first. So a window opens at the instant of its first time of day and closes at that of its last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from tests.oracle import timing

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED = {
    "day": set(range(7)),
    "weekday": set(range(5)),
    "weekdays": set(range(5)),
    "weekend": {5, 6},
    **{name: {number} for number, name in enumerate(WEEK)},
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
AHEAD = 9  # so many days ahead windows are laid out

Window = tuple[str, str]
Stretch = tuple[int, int]


def is_on(days: Any, day: date) -> bool:
    """Whether the day is one of those; `month` is the first of each; None means every day."""
    if days is None:
        return True
    names = days if isinstance(days, list) else [days]
    return any(day.day == 1 if name == "month" else day.weekday() in _NAMED[name] for name in names)


def days_around(now: int, zone: str) -> list[date]:
    today = timing.wall(now, zone).date()
    return [today + timedelta(days=n) for n in range(-2, AHEAD)]


def stretches(between: Window | None, days: Any, now: int, zone: str) -> list[Stretch]:
    """The spans `[from, until)` around now in which it is that time of day; days are those on which they begin."""
    return [_of_day(between, day, zone) for day in days_around(now, zone) if is_on(days, day)]


@cache
def _of_day(between: Window | None, day: date, zone: str) -> Stretch:
    if between is None:
        return timing.midnight(day, zone), timing.midnight(day + timedelta(days=1), zone)
    first, last = between
    overnight = timing.reading(first) > timing.reading(last)
    closes = day + timedelta(days=1) if overnight else day
    return timing.on_day(day, first, zone), timing.on_day(closes, last, zone)


def end_of_quiet(windows: list[Window], now: int, zone: str) -> int | None:
    """When the united windows that it is in now are over; None where it is in none of them."""
    spans = sorted(span for window in windows for span in stretches(window, None, now, zone))
    end: int | None = None
    for first, last in spans:
        if first <= (now if end is None else end) < last:
            end = last
    return end


def next_reading(clock: str, days: Any, earliest: int, zone: str) -> int:
    """The first instant from `earliest` on at which it is that time of day on one of the days."""
    moments = (timing.on_day(day, clock, zone) for day in days_around(earliest, zone) if is_on(days, day))
    return min(moment for moment in moments if moment >= earliest)


# ------------------------------------------------------------------ schedules


def next_scheduled(schedule: Mapping[str, Any], after: int, zone: str) -> int | None:
    """The first moment of a schedule's after the instant, or None where none comes any more."""
    if "cron" not in schedule and "every" not in schedule:
        once = timing.instant_of(schedule["at"], zone)
        return once if once is not None and once > after else None
    first = timing.wall(after, zone).date() - timedelta(days=1)
    for number in range(5 * 366):
        day = first + timedelta(days=number)
        moments = [timing.on_day(day, clock, zone) for clock in _times(schedule, day)]
        ahead = [moment for moment in moments if moment > after]
        if ahead:
            return min(ahead)
    return None


def _times(schedule: Mapping[str, Any], day: date) -> list[str]:
    if "cron" not in schedule:
        return [schedule.get("at", "09:00")] if is_on(schedule["every"], day) else []
    minutes, hours, days, months, weekdays = schedule["cron"].split()
    if not _cron_day(days, months, weekdays, day):
        return []
    return [
        f"{hour}:{minute}"
        for hour in range(24)
        if _fits(hours, hour, 0, 23)
        for minute in range(60)
        if _fits(minutes, minute, 0, 59)
    ]


def _cron_day(days: str, months: str, weekdays: str, day: date) -> bool:
    """As cron has it: where both the day of the month and that of the week are given, either will do."""
    if not _fits(months, day.month, 1, 12):
        return False
    of_month = _fits(days, day.day, 1, 31)
    number = day.isoweekday() % 7
    of_week = _fits(weekdays, number, 0, 7) or (number == 0 and _fits(weekdays, 7, 0, 7))
    if days.startswith("*") or weekdays.startswith("*"):
        return of_month and of_week
    return of_month or of_week


@cache
def _fits(field: str, value: int, lowest: int, highest: int) -> bool:
    return any(value in _values(part, lowest, highest) for part in field.split(","))


def _values(part: str, lowest: int, highest: int) -> Iterator[int]:
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    if first == "*":
        first, last = str(lowest), str(highest)
    elif not last:
        last = str(highest) if step else first
    yield from range(_number(first, highest), _number(last, highest) + 1, int(step or 1))


def _number(text: str, highest: int) -> int:
    if text.isdigit():
        return int(text)
    return _MONTHS.index(text.lower()) + 1 if highest == 12 else _DAYS.index(text.lower())


# ------------------------------------------------------------------ dates


def moment(
    value: Any, clock: str | None, offset: str, zones: tuple[str, str], *, is_date: bool
) -> int | None:
    """The instant that a date or a date and time names, moved by the offset; None where it names none.

    A date stands for its `clock` in the contact's zone; a date and time for itself, or with a clock for its day.
    """
    span = timing.span(offset)
    day = _day(value, clock, zones, is_date=is_date)
    if day is not None:
        return timing.on_day(day, clock or "00:00", zones[0], span)
    instant = None if is_date else timing.instant_of(value, zones[1])
    return None if instant is None else span.waited_from(instant, zones[0])


def _day(value: Any, clock: str | None, zones: tuple[str, str], *, is_date: bool) -> date | None:
    if is_date:
        return timing.day_of(value)
    instant = timing.instant_of(value, zones[1])
    return None if clock is None or instant is None else timing.wall(instant, zones[0]).date()


def yearly(
    value: Any, clock: str | None, offset: str, zones: tuple[str, str], now: int, *, is_date: bool
) -> Iterator[tuple[int, int]]:
    """(year, instant) of the years around now, from the date's own on: the same day at the same time of day."""
    span = timing.span(offset)
    instant = None if is_date else timing.instant_of(value, zones[1])
    own = timing.day_of(value) if is_date else None
    if instant is not None:
        own = timing.wall(instant, zones[0]).date()
    if own is None:
        return
    this_year = timing.wall(now, zones[0]).year
    for year in range(max(own.year, this_year - 2), max(own.year, this_year) + 3):
        day = timing.in_year(own, year)
        if instant is not None and clock is None:
            wall = timing.wall(instant, zones[0])
            same = timing.from_wall(wall.replace(year=day.year, month=day.month, day=day.day), zones[0])
            yield year, span.waited_from(same, zones[0])
        else:
            yield year, timing.on_day(day, clock or "00:00", zones[0], span)
