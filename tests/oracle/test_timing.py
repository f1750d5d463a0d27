from __future__ import annotations

import pytest

from tests.oracle import timing
from tests.oracle.making import at, clock

LONDON, NEW_YORK = "Europe/London", "America/New_York"


@pytest.mark.parametrize(
    ("duration", "start", "zone", "end"),
    [
        ("2 hours", "2026-03-29 00:30", LONDON, "2026-03-29 02:30"),  # elapsed, whatever the clocks do
        ("1 day", "2026-03-28 10:00", LONDON, "2026-03-29 09:00"),  # ten o'clock stays ten o'clock
        ("1 day", "2026-10-24 09:00", LONDON, "2026-10-25 10:00"),
        ("1 day", "2026-03-28 01:30", LONDON, "2026-03-29 01:30"),  # half past one is skipped: half past two
        ("1 day", "2026-10-24 00:30", LONDON, "2026-10-25 00:30"),  # half past one twice: the first
        ("1 day 12 hours", "2026-03-28 10:00", LONDON, "2026-03-29 21:00"),  # the day first, then the hours
        ("2 weeks", "2026-03-20 12:00", NEW_YORK, "2026-04-03 12:00"),
        ("1 month", "2026-01-31 12:00", "UTC", "2026-02-28 12:00"),
        ("1 year", "2024-02-29 12:00", "UTC", "2025-02-28 12:00"),
        ("1 month", "2026-02-01 02:00", NEW_YORK, "2026-03-01 02:00"),  # still 31 January there: 28 February
    ],
)
def test_waits_keep_the_clock_for_days_and_elapsed_time_for_hours(
    duration: str, start: str, zone: str, end: str
) -> None:
    assert clock(timing.span(duration).waited_from(at(start), zone)) == end


@pytest.mark.parametrize(
    ("duration", "start", "zone", "end"),
    [
        ("1 day", "2026-03-28 10:00", LONDON, "2026-03-29 10:00"),  # 24 hours
        ("30 days", "2026-03-01 10:00", LONDON, "2026-03-31 10:00"),
        ("1 month", "2026-03-01 10:00", LONDON, "2026-04-01 09:00"),  # a month of the calendar
        ("1 month", "2026-01-31 12:00", "UTC", "2026-02-28 12:00"),
    ],
)
def test_windows_count_a_day_as_24_hours(duration: str, start: str, zone: str, end: str) -> None:
    assert clock(timing.span(duration).window_from(at(start), zone)) == end


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("2 hours", "2 hours"),
        ("90 minutes", "1 hour 30 minutes"),
        ("1 day", "1 day"),
        ("2 weeks", "14 days"),
        ("14 months", "1 year 2 months"),
        ("1 day 12 hours", "1 day 12 hours"),
        ("36 hours", "36 hours"),
        ("45 seconds", "45 seconds"),
        ("0 days", "0 seconds"),
    ],
)
def test_durations_are_spelled_in_one_way(written: str, spelled: str) -> None:
    assert str(timing.span(written)) == spelled


@pytest.mark.parametrize("text", ["", "soon", "2", "2 fortnights", "2 hours x", "hours"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        timing.span(text)


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-06-01", LONDON, "2026-05-31 23:00"),
        ("2026-06-01 10:00", LONDON, "2026-06-01 09:00"),
        ("2026-06-01T10:00:00Z", LONDON, "2026-06-01 10:00"),
        ("2026-06-01T10:00:00+05:30", LONDON, "2026-06-01 04:30"),
        ("2026-06-01T10:00:00-0500", LONDON, "2026-06-01 15:00"),
        ("2015-2-02T00:30:08.276Z", LONDON, "2015-02-02 00:30:08.276000"),
    ],
)
def test_instants_are_read_with_their_offset_or_in_the_zone(text: str, zone: str, instant: str) -> None:
    read = timing.instant_of(text, zone)
    assert read is not None
    assert clock(read) == instant


@pytest.mark.parametrize("value", [None, 5, "", "tomorrow", "2026-13-01", "2026-02-30", "2026-02-03 25:00"])
def test_what_is_no_instant_is_none(value: object) -> None:
    assert timing.instant_of(value, "UTC") is None


def test_a_zone_is_a_name_of_the_tz_database() -> None:
    assert timing.is_zone("Asia/Kolkata")
    assert not any(timing.is_zone(name) for name in ("Middle/Earth", "", "../etc/passwd", None, 5))
