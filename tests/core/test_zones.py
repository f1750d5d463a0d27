"""Clocks of all zones around each of their changes, 2020 to 2037, against the witness's own reckoning.

What a change does to a wait of a day, to a time of the day and to a window hangs on it alone, so that zones which
change at the same instant in the same way are looked at once; that all zones show what they should is seen first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import pytest

from autoflow.core.gate import _quiet_until
from autoflow.kinds.conditions.local_time import LocalTime
from autoflow.kinds.view import View
from autoflow.model.clock_times import EVERY_DAY, ClockWindow, clock_says, next_clock
from autoflow.model.contact import Record
from autoflow.model.durations import parse_duration
from autoflow.model.instants import from_wall, to_wall, zone_names
from tests.oracle import clocks, timing

FIRST, LAST = (timing.from_wall(timing.wall(0, "UTC").replace(year=year), "UTC") for year in (2020, 2038))
STEP = 14 * timing.DAY  # no clock is put forward and back again within two weeks
BEGIN = timing.wall(0, "UTC")
MINUTE = 60 * timing.SECOND
WEEKDAYS = frozenset(range(5))


class Change(NamedTuple):
    """The instant at which a clock is put forward or back, by how long, and a zone that does so."""

    at: int
    offset: int
    by: int
    zone: str


def offset(instant: int, zone: str) -> int:
    return (timing.wall(instant, zone) - BEGIN) // timedelta(microseconds=1) - instant


def changes(zone: str) -> Iterator[Change]:
    after = offset(FIRST, zone)
    for start in range(FIRST, LAST, STEP):
        before, after = after, offset(start + STEP, zone)
        if before == after:
            continue
        low, high = start, start + STEP
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle, zone) == before else (low, middle)
        yield Change(high, before, after - before, zone)


@cache
def every_change() -> tuple[Change, ...]:
    return tuple(change for zone in sorted(zone_names()) for change in changes(zone))


@cache
def different_changes() -> tuple[Change, ...]:
    """Those that differ by their instant, by what the clock showed, or by length."""
    found: dict[object, Change] = {}
    for change in every_change():
        found.setdefault((change.at, change.offset, change.by), change)
    return tuple(found.values())


@cache
def sorts_of_changes() -> tuple[Change, ...]:
    """Those that differ by the time of the day, by length, or by weekday: on which day of which year is no matter."""
    found: dict[object, Change] = {}
    for change in different_changes():
        reading = timing.wall(change.at, change.zone)
        found.setdefault((reading.time(), reading.weekday(), change.by), change)
    return tuple(found.values())


def around(change: Change) -> Iterator[int]:
    """Instants whose clock shows what is skipped or repeated, its edges, and what lies well outside."""
    for minutes in (-180, -90, -60, -30, 0, 15, 30, 60, 90):
        yield change.at + minutes * MINUTE
    yield from (change.at - 1, change.at + 1)


def test_there_are_zones_and_changes_enough_to_look_at() -> None:
    assert len({change.zone for change in every_change()}) > 200
    assert len(different_changes()) > 500
    assert {change.by // MINUTE for change in every_change()} >= {60, -60, 30, -30}


def test_every_clock_shows_what_the_witness_sees() -> None:
    for at, _, _, zone in every_change():
        for instant in (at - 1, at, at + 1):
            assert to_wall(instant, zone) == timing.wall(instant, zone)


def test_readings_that_are_skipped_or_repeated_name_the_same_instant() -> None:
    for change in different_changes():
        for instant in around(change):
            for hours in (0, 1, -1):
                reading = timing.wall(instant, change.zone) + timedelta(hours=hours)
                assert from_wall(reading, change.zone) == timing.from_wall(reading, change.zone)


@pytest.mark.parametrize("length", ["1 day", "1 month", "1 day 2 hours", "2 weeks", "1 year", "3 hours"])
def test_waits_that_end_around_a_change(length: str) -> None:
    engine, witness = parse_duration(length), timing.span(length)
    back = witness.waited_from(0, "UTC")
    for change in different_changes():
        for instant in around(change):
            start, zone = instant - back, change.zone
            assert engine.after(start, zone) == witness.waited_from(start, zone), (start, zone)
            assert engine.window_end(start, zone) == witness.window_from(start, zone), (start, zone)


def clocks_near(change: Change) -> list[int]:
    """Minutes of the day: where the clock stood, within what it skips or repeats, where it goes on, and at noon."""
    stood = (change.at + change.offset) % timing.DAY // MINUTE
    leap = change.by // MINUTE
    return [(stood + part) % 1440 for part in (0, leap // 2, leap, -1)] + [720]


def test_the_next_time_of_the_day_around_a_change() -> None:
    days: list[tuple[frozenset[int], Any]] = [(EVERY_DAY, "day"), (WEEKDAYS, "weekdays")]
    for change in different_changes():
        for minutes in clocks_near(change):
            for instant in (change.at - timing.DAY, change.at - MINUTE, change.at, change.at + 30 * MINUTE):
                for engine, witness in days:
                    found = next_clock(instant, minutes, engine, change.zone)
                    clock = clock_says(minutes)
                    assert found == clocks.next_reading(clock, witness, instant, change.zone), (change, clock)


def windows_near(change: Change) -> Iterator[tuple[int, int]]:
    stood, within, goes_on, _, noon = clocks_near(change)
    yield from ((stood, goes_on), (within, noon), (noon, within), (stood, within), (1260, 480))


def test_quiet_hours_and_local_times_around_a_change() -> None:
    for change in sorts_of_changes():
        for first, last in windows_near(change):
            if first == last:
                continue
            window, said = ClockWindow(first, last), (clock_says(first), clock_says(last))
            condition = LocalTime((first, last))
            for instant in (change.at - 60 * MINUTE, change.at - 1, change.at, change.at + 45 * MINUTE):
                spans = clocks.stretches(said, None, instant, change.zone)
                inside = any(start <= instant < end for start, end in spans)
                edge = min(edge for span in spans for edge in span if edge > instant)
                told = condition.judge(View(Record("u:a", "a"), instant, change.zone))
                assert told == (inside, edge), (change, said, instant)
                until = (last + 60) % 1440
                if (until - first) % 1440 <= 60:
                    continue  # together they leave no time of the day
                quiet = end_of_quiet(window, ClockWindow(last, until), instant, change.zone)
                both = [said, (clock_says(last), clock_says(until))]
                assert quiet == clocks.end_of_quiet(both, instant, change.zone), (change, said, instant)


def end_of_quiet(project: ClockWindow, own: ClockWindow, instant: int, zone: str) -> int | None:
    """As the gate sees it, of a project and a recipe."""
    program = SimpleNamespace(quiet_hours=project)
    recipe = SimpleNamespace(sending=SimpleNamespace(quiet_hours=own))
    return _quiet_until(cast("Any", program), cast("Any", recipe), View(Record("u:a", "a"), instant, zone))


def test_a_day_that_a_zone_left_out() -> None:
    """On Samoa the 29th of December 2011 was followed by the 31st."""
    zone, day = "Pacific/Apia", parse_duration("1 day")
    eve = timing.instant_of("2011-12-29 10:00", zone)
    assert eve is not None
    assert day.after(eve, zone) == eve + timing.DAY  # the 30th at ten is the 31st at ten
    assert timing.iso(day.after(eve, zone)) == "2011-12-30T20:00:00Z"
    found = next_clock(eve + 1, 600, EVERY_DAY, zone)
    assert found == clocks.next_reading("10:00", None, eve + 1, zone) == eve + timing.DAY
