"""Days of a time zone, and the weeks, months and years that they make up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

from autoflow.model.instants import from_wall, to_wall

Step = Literal["day", "week", "month", "year"]
STEPS: tuple[Step, ...] = ("day", "week", "month", "year")


def day_of(instant: int, zone: str) -> date:
    """The day that it is there at an instant."""
    return to_wall(instant, zone).date()


def begins(day: date, zone: str) -> int:
    """The first instant of a day there."""
    return from_wall(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 - local midnight


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def first_of(day: date, step: Step) -> date:
    """The first day of the week (a Monday), month or year in which a day lies."""
    match step:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day


def stepped(days: list[date], step: Step) -> Iterator[list[date]]:
    """The days of each week, month or year that has some of them."""
    for _, some in groupby(days, lambda day: first_of(day, step)):
        yield list(some)


def step_for(days: list[date], most: int) -> Step:
    """The finest step in which they make up no more than so many; years where nothing else does."""
    for step in STEPS[:-1]:
        if len({first_of(day, step) for day in days}) <= most:
            return step
    return STEPS[-1]
