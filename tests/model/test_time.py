"""Clock, instants and durations (language.md, rules 3 and 8)."""

from __future__ import annotations

import freezegun
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.model.clock import SystemClock, VirtualClock
from autoflow.model.durations import DAY, Duration, parse_duration
from autoflow.model.instants import (
    from_datetime,
    from_wall,
    parse_date,
    parse_instant,
    to_datetime,
    to_iso,
    to_wall,
    zone,
    zone_names,
)
from tests.oracle import timing

LONDON, NEW_YORK, LORD_HOWE = "Europe/London", "America/New_York", "Australia/Lord_Howe"
instants = st.integers(parse_instant("1950-01-01"), parse_instant("2090-01-01"))
zones = st.sampled_from([LONDON, NEW_YORK, LORD_HOWE, "Asia/Kathmandu", "Pacific/Apia", "UTC"])


def at(text: str) -> int:
    return parse_instant(text)


def test_the_clock_of_the_machine_tells_microseconds_of_utc() -> None:
    with freezegun.freeze_time("2026-03-06 14:00:00.000005"):
        assert SystemClock().now() == at("2026-03-06 14:00:00.000005")


def test_a_virtual_clock_stands_still_and_never_goes_back() -> None:
    clock = VirtualClock(5)
    assert clock.now() == clock.now() == 5
    clock.jump(9)
    clock.jump(7)
    assert clock.now() == 9


@pytest.mark.parametrize(
    ("written", "tz", "expected"),
    [
        ("2026-03-06 14:00", "UTC", "2026-03-06T14:00:00Z"),
        ("2026-07-06 14:00", LONDON, "2026-07-06T13:00:00Z"),
        ("2026-07-06", LONDON, "2026-07-05T23:00:00Z"),
        ("2015-2-02T00:30:08.276Z", LONDON, "2015-02-02T00:30:08.276000Z"),
        ("2026-03-06T14:00:00+05:30", LONDON, "2026-03-06T08:30:00Z"),
        ("2026-03-06T14:00:00-0330", LONDON, "2026-03-06T17:30:00Z"),
        ("2026-03-06T14:00:00.123456789z", LONDON, "2026-03-06T14:00:00.123456Z"),
        ("2026-03-29 01:30", LONDON, "2026-03-29T01:30:00Z"),  # skipped: moves forward by the gap
        ("2026-10-25 01:30", LONDON, "2026-10-25T00:30:00Z"),  # repeated: the first
        (" 2026-03-06 14:00 ", "UTC", "2026-03-06T14:00:00Z"),
    ],
)
def test_instants_are_read_leniently(written: str, tz: str, expected: str) -> None:
    assert to_iso(parse_instant(written, tz)) == expected


@pytest.mark.parametrize(
    "written",
    ["", "soon", "2026-13-01", "2026-02-30", "14:00", "2026-03-06 25:00", "2026-03-06 14", "1772445600"],
)
def test_what_is_no_instant_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date and time|month|day|hour"):
        parse_instant(written)


def test_a_date_is_the_day_that_is_written() -> None:
    assert parse_date("2026-03-06T23:59:59Z").isoformat() == "2026-03-06"
    with pytest.raises(ValueError, match="is not a date such as"):
        parse_date("tomorrow")


@given(instants)
def test_what_is_written_is_read_back(instant: int) -> None:
    assert parse_instant(to_iso(instant)) == instant
    assert from_datetime(to_datetime(instant, NEW_YORK)) == instant


@given(instants, zones)
def test_walls_agree_with_the_witness(instant: int, tz: str) -> None:
    wall = to_wall(instant, tz)
    assert wall == timing.wall(instant, tz)
    assert from_wall(wall, tz) == timing.from_wall(wall, tz)
    assert from_wall(wall, tz) <= instant, "of a repeated time the first is meant"


def test_zones_come_with_the_program() -> None:
    assert {LONDON, LORD_HOWE} <= zone_names()
    with pytest.raises(LookupError, match='There is no time zone called "Europe/Londn"'):
        zone("Europe/Londn")


@pytest.mark.parametrize(
    ("text", "duration", "said"),
    [
        ("2 hours", Duration(0, 0, 7_200_000_000), "2 hours"),
        ("1 day 12 hours", Duration(0, 1, 43_200_000_000), "1 day 12 hours"),
        ("1 day and 12 hours", Duration(0, 1, 43_200_000_000), "1 day 12 hours"),
        ("2 weeks", Duration(0, 14, 0), "14 days"),
        ("1 year 1 month", Duration(13, 0, 0), "1 year 1 month"),
        ("90 minutes", Duration(0, 0, 5_400_000_000), "1 hour 30 minutes"),
        ("-3 days", Duration(0, -3, 0), "-3 days"),
        ("0 seconds", Duration(0, 0, 0), "0 seconds"),
        ("1.5 hours", Duration(0, 0, 5_400_000_000), "1 hour 30 minutes"),
        ("27.5 days", Duration(0, 27, 43_200_000_000), "27 days 12 hours"),
    ],
)
def test_durations_are_read_and_said(text: str, duration: Duration, said: str) -> None:
    assert parse_duration(text) == duration
    assert str(duration) == said
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize(
    "text",
    ["", "soon", "3", "3 fortnights", "days 3", "3 days extra", "101 years", "3 days -2 hours"],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration such as|is longer than a hundred years"):
        parse_duration(text)


spans = st.sampled_from(
    [
        "1 hour",
        "30 hours",
        "1 day",
        "3 days 5 hours",
        "1 month",
        "2 weeks",
        "1 year",
        "13 months 2 days 1 second",
    ]
)


@given(instants, zones, spans)
def test_waits_and_windows_agree_with_the_witness(instant: int, tz: str, text: str) -> None:
    duration, span = parse_duration(text), timing.span(text)
    assert duration.after(instant, tz) == span.waited_from(instant, tz)
    assert duration.window_end(instant, tz) == span.window_from(instant, tz)
    if duration.fixed is not None:
        assert duration.window_end(instant, tz) == instant + duration.fixed


@pytest.mark.parametrize(
    ("start", "text", "tz", "wait", "window"),
    [
        (
            "2026-03-28 10:00",
            "1 day",
            LONDON,
            "2026-03-29 09:00",
            "2026-03-29 10:00",
        ),  # a day waits by the clock
        ("2026-01-31 12:00", "1 month", "UTC", "2026-02-28 12:00", "2026-02-28 12:00"),
        ("2024-02-29 12:00", "1 year", "UTC", "2025-02-28 12:00", "2025-02-28 12:00"),
        ("2026-03-28 01:30", "1 day", LONDON, "2026-03-29 01:30", "2026-03-29 01:30"),
        ("2026-02-01 02:00", "1 month", NEW_YORK, "2026-03-01 02:00", "2026-03-01 02:00"),
    ],
)
def test_a_day_waits_by_the_clock_and_is_24_hours_in_a_window(
    start: str, text: str, tz: str, wait: str, window: str
) -> None:
    duration = parse_duration(text)
    assert duration.after(at(start), tz) == at(wait)
    assert duration.window_end(at(start), tz) == at(window)
    assert DAY == 24 * 3_600_000_000


def test_the_last_days_of_a_month_may_leave_a_window_out_of_order() -> None:
    """Each is clamped by itself, so whoever counts must not take what is in a window for the latest."""
    month = parse_duration("1 month")
    assert month.window_end(at("2026-01-30 12:00"), "UTC") == at("2026-02-28 12:00")
    assert month.window_end(at("2026-01-31 08:00"), "UTC") == at("2026-02-28 08:00")
