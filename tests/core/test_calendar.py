"""Month ends and the 29th of February, for waits, windows and anniversaries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from autoflow.kinds.dates import Moments
from autoflow.model.durations import parse_duration
from tests.oracle import timing

LONDON, NEW_YORK = "Europe/London", "America/New_York"


def at(text: str, zone: str = "UTC") -> int:
    found = timing.instant_of(text, zone)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        ("2026-01-28 12:00", "1 month", "2026-02-28 12:00"),
        ("2026-01-29 12:00", "1 month", "2026-02-28 12:00"),
        ("2026-01-31 12:00", "1 month", "2026-02-28 12:00"),
        ("2028-01-31 12:00", "1 month", "2028-02-29 12:00"),
        ("2028-01-29 12:00", "1 month", "2028-02-29 12:00"),
        ("2028-02-29 12:00", "1 month", "2028-03-29 12:00"),
        ("2026-01-31 12:00", "2 months", "2026-03-31 12:00"),
        ("2026-03-31 12:00", "1 month", "2026-04-30 12:00"),
        ("2026-03-31 12:00", "11 months", "2027-02-28 12:00"),
        ("2026-08-31 12:00", "6 months", "2027-02-28 12:00"),
        ("2028-02-29 12:00", "1 year", "2029-02-28 12:00"),
        ("2028-02-29 12:00", "4 years", "2032-02-29 12:00"),
        ("2024-02-29 12:00", "13 months", "2025-03-29 12:00"),
        ("2096-02-29 12:00", "4 years", "2100-02-28 12:00"),
        ("2026-01-31 12:00", "1 month 1 day", "2026-03-01 12:00"),
        ("2026-12-31 12:00", "2 months 1 day 12 hours", "2027-03-02 00:00"),
        ("2026-03-31 12:00", "-1 month", "2026-02-28 12:00"),
        ("2026-12-31 12:00", "1 month", "2027-01-31 12:00"),
    ],
)
def test_a_month_is_clamped_to_its_end(start: str, length: str, end: str) -> None:
    assert parse_duration(length).after(at(start), "UTC") == at(end)
    assert parse_duration(length).window_end(at(start), "UTC") == at(end)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-02-01 02:00", "2026-03-01 02:00"),  # nine in the evening of 31 January in New York
        ("2026-03-01 04:59", "2026-03-29 03:59"),  # 28 February, 23:59; the clocks go forward in between
        ("2026-03-01 05:00", "2026-04-01 04:00"),  # 1 March
    ],
)
def test_which_month_it_is_the_contacts_clock_says(start: str, end: str) -> None:
    assert parse_duration("1 month").after(at(start), NEW_YORK) == at(end)


def test_every_day_of_six_years_and_every_number_of_months() -> None:
    day = date(2023, 1, 1)
    while day < date(2029, 1, 1):
        start = timing.on_day(day, "12:00", "UTC")
        for months in (*range(1, 26), 48, -1, -2, -12):
            length = parse_duration(f"{months} months")
            assert length.after(start, "UTC") == timing.Span(months).waited_from(start, "UTC"), (day, months)
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("born", "offset", "moments"),
    [
        ("1992-02-29", "0 days", ["2027-02-28", "2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        ("1992-02-29", "1 day", ["2027-03-01", "2028-03-01", "2029-03-01"]),
        ("1992-02-29", "-1 day", ["2027-02-27", "2028-02-28", "2029-02-27"]),
        ("1992-02-29", "1 month", ["2026-03-28", "2027-03-28", "2028-03-29", "2029-03-28"]),
        ("1992-03-31", "-1 month", ["2027-02-28", "2028-02-29", "2029-02-28"]),
        ("1992-03-01", "-1 day", ["2027-02-28", "2028-02-29", "2029-02-28"]),
        ("1992-01-01", "-1 day", ["2026-12-31", "2027-12-31", "2028-12-31"]),
        ("1992-12-31", "1 day", ["2027-01-01", "2028-01-01", "2029-01-01"]),
        ("1992-12-31", "-13 months", ["2026-11-30", "2027-11-30"]),
        ("2028-02-29", "0 days", ["2028-02-29", "2029-02-28"]),
        ("2028-02-29", "-1 year", ["2027-02-28", "2028-02-28", "2029-02-28"]),  # the anniversary first, then the offset
    ],
)  # fmt: skip
def test_anniversaries(born: str, offset: str, moments: list[str]) -> None:
    found, after = [], at("2026-03-10 12:00")
    every = Moments(parse_duration(offset), None, yearly=True, usual=540, days=True)
    for _ in moments:
        coming = every.first_after(born, after, LONDON, "UTC")
        assert coming is not None
        moment, _ = coming
        found.append(timing.wall(moment, LONDON).isoformat(" ", "minutes"))
        after = moment
    assert found == [f"{day} 09:00" for day in moments]
