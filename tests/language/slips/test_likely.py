"""Values as people and other programs write them, and what is offered in their place."""

from __future__ import annotations

import pytest

from autoflow.language.slips import likely


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2d", "2 days"),
        ("48h", "48 hours"),
        ("30 mins", "30 minutes"),
        ("P2D", "2 days"),
        ("PT4H", "4 hours"),
        ("P1M", "1 month"),
        ("PT30M", "30 minutes"),
        ("P1DT2H", "1 day 2 hours"),
        ("00:30:00", "30 minutes"),
        ("two days", "2 days"),
        ("a week", "7 days"),
        ("1 week ago", "7 days"),
        ("last 30 days", "30 days"),
        ("for 2 Days", "2 days"),
        ("2 dasy", "2 days"),
        ("2 Tage", "2 days"),
        ("1,5 days", "1 day 12 hours"),
        ("1 quarter", "3 months"),
        ("2-day", "2 days"),
        ("soon", None),
        ("every", None),
        ("3 business days", None),
        ("", None),
    ],
)
def test_lengths(written: str, meant: str | None) -> None:
    assert likely.length(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("9am", "09:00"),
        ("9 PM", "21:00"),
        ("12am", "00:00"),
        ("12 p.m.", "12:00"),
        ("9.30", "09:30"),
        ("9", "09:00"),
        ("9 o'clock", "09:00"),
        ("18 Uhr", "18:00"),
        ("noon", "12:00"),
        ("24:00", "00:00"),
        ("09:00:00", "09:00"),
        ("25:00", None),
        ("monday 09:00", None),
        ("soon", None),
    ],
)
def test_times_of_the_day(written: str, meant: str | None) -> None:
    assert likely.clock(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mon", "monday"),
        ("Mondays", "monday"),
        ("every tuesday", "tuesday"),
        ("tuseday", "tuesday"),
        ("monday-friday", "weekdays"),
        ("Mo–Fr", "weekdays"),
        ("business days", "weekdays"),
        ("weekends", "weekend"),
        ("daily", "day"),
        ("monthly", "month"),
        ("t", None),
        ("someday", None),
    ],
)
def test_days(written: str, meant: str | None) -> None:
    assert likely.day(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("24.12.2026", "2026-12-24"),
        ("6.3.2026", "2026-03-06"),
        ("12/24/2026", "2026-12-24"),
        ("12/24/2026 9:00 AM", "2026-12-24 09:00"),
        ("24.12.2026 09:00", "2026-12-24 09:00"),
        ("2026/12/24", "2026-12-24"),
        ("6 March 2026", "2026-03-06"),
        ("March 6th, 2026", "2026-03-06"),
        ("03/06/2026", None),
        ("31.2.2026", None),
        ("24.12.2026 soon", None),
        ("today", None),
    ],
)
def test_dates(written: str, meant: str | None) -> None:
    assert likely.moment(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("£100", "100"),
        ("100 EUR", "100"),
        ("EUR 99,50", "99.50"),
        ("1,000", "1000"),
        ("1.000.000", "1000000"),
        ("1.000,50", "1000.50"),
        ("1,000.50", "1000.50"),
        ("1 000", "1000"),
        ("50%", "50"),
        ("many", None),
        ("1k", None),
    ],
)
def test_numbers(written: str, meant: str | None) -> None:
    assert likely.number(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("3x", "3 times"),
        (">=3", "3 times"),
        ("once", "1 time"),
        ("three times", "3 times"),
        ("often", None),
        ("-1", None),
    ],
)
def test_counts(written: str, meant: str | None) -> None:
    assert likely.count(written) == meant
