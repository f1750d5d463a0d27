from __future__ import annotations

from datetime import date

import pytest

from autoflow.lab.periods import Step, begins, day_of, days_between, first_of, step_for, stepped
from autoflow.model.durations import DAY
from autoflow.model.instants import parse_instant

HOUR = DAY // 24


def test_a_day_begins_at_its_midnight_and_not_every_day_has_24_hours() -> None:
    day, after = date(2026, 3, 29), date(2026, 3, 30)  # clocks go forward in London
    assert begins(day, "Europe/London") == parse_instant("2026-03-29 00:00")
    assert begins(after, "Europe/London") - begins(day, "Europe/London") == 23 * HOUR
    assert day_of(begins(after, "Europe/London") - 1, "Europe/London") == day
    assert day_of(begins(after, "Europe/London"), "Europe/London") == after
    assert day_of(begins(after, "Europe/London"), "America/New_York") == day


@pytest.mark.parametrize(
    ("step", "first"),
    [
        ("day", date(2026, 3, 11)),
        ("week", date(2026, 3, 9)),
        ("month", date(2026, 3, 1)),
        ("year", date(2026, 1, 1)),
    ],
)
def test_the_first_day_of_a_step(step: Step, first: date) -> None:
    assert first_of(date(2026, 3, 11), step) == first


def test_weeks_are_cut_at_both_ends() -> None:
    days = days_between(date(2026, 3, 7), date(2026, 3, 17))  # a Saturday to a Tuesday
    assert [(some[0], some[-1]) for some in stepped(days, "week")] == [
        (date(2026, 3, 7), date(2026, 3, 8)),
        (date(2026, 3, 9), date(2026, 3, 15)),
        (date(2026, 3, 16), date(2026, 3, 17)),
    ]


@pytest.mark.parametrize(
    ("last", "step"),
    [
        (date(2026, 3, 31), "day"),
        (date(2026, 4, 1), "week"),
        (date(2026, 9, 27), "week"),
        (date(2026, 9, 28), "month"),
        (date(2028, 9, 30), "month"),
        (date(2028, 10, 1), "year"),
        (date(2099, 1, 1), "year"),
    ],
)
def test_the_finest_step_of_which_no_more_than_31_are_needed(last: date, step: Step) -> None:
    assert step_for(days_between(date(2026, 3, 1), last), 31) == step
