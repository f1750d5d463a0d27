"""A contact who changes zone while he waits, or while a mail of his is held."""

from __future__ import annotations

import pytest

from autoflow.core.advance import advance
from autoflow.core.compiling import compile_program
from autoflow.core.program import Program
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record
from autoflow.model.event import IDENTIFY, Event
from tests.engine.sources import SETTINGS, workspace
from tests.oracle import clocks, timing

LONDON, NEW_YORK, TOKYO, KOLKATA = "Europe/London", "America/New_York", "Asia/Tokyo", "Asia/Kolkata"
AUCKLAND, HONOLULU, KIRITIMATI = "Pacific/Auckland", "Pacific/Honolulu", "Pacific/Kiritimati"
MOVES = [
    (LONDON, NEW_YORK),
    (LONDON, TOKYO),
    (NEW_YORK, LONDON),
    (TOKYO, HONOLULU),
    (HONOLULU, KIRITIMATI),  # the same clock on another day
    (KOLKATA, AUCKLAND),
    (AUCKLAND, KOLKATA),
    (LONDON, "Nowhere/At_All"),  # no zone: the project's, which is London's
]
STARTS = ["2026-03-28 01:30", "2026-03-28 20:00", "2026-10-24 00:45", "2026-06-15 10:00", "2026-12-31 23:30"]
AFTER = ["1 hour", "5 hours", "11 hours", "23 hours"]


def at(text: str) -> int:
    found = timing.instant_of(text, "UTC")
    assert found is not None
    return found


def program(actions: str, sending: str = "") -> Program:
    recipe = (
        f"trigger: {{event: looked}}\n{sending}actions:\n  - {actions}\n  - {{id: over, add_tag: over}}\n"
    )
    read = read_workspace(workspace({"r": recipe}, {}, SETTINGS), {})
    assert read.sound
    return compile_program(read)


def ends(ran: Program, zones: tuple[str, ...], starts: int, moves: int, until: int) -> int | None:
    """When the contact's tag says that the wait is over; he lives in the first zone, and moves to each further one."""
    came = [
        Event(number, moves + number if number else starts - 1, starts - 1, IDENTIFY, {"timezone": zone})
        for number, zone in enumerate(zones)
    ]
    came[0].properties["email"] = "ana@example.com"
    items = [came[0], Event(9, starts, starts, "looked", {}), *came[1:]]
    record = Record("u:ana", "ana")
    advance(ran, record, items, until)
    return record.tags.get("over")


def lived_in(zone: str) -> str:
    return zone if timing.is_zone(zone) else LONDON


@pytest.mark.parametrize(("before", "after"), MOVES)
@pytest.mark.parametrize("length", ["1 day", "2 days 3 hours", "1 month"])
def test_a_wait_of_days_keeps_its_reading_and_never_goes_into_the_past(
    before: str, after: str, length: str
) -> None:
    ran = program(f"wait: {length}")
    for start in map(at, STARTS):
        for later in AFTER:
            moved = start + timing.span(later).micros
            due = timing.span(length).waited_from(start, before)
            expected = max(timing.from_wall(timing.wall(due, before), lived_in(after)), moved + 1)
            if due <= moved:  # the night in which the clocks go forward has 23 hours: it was over before
                expected = due
            assert ends(ran, (before, after), start, moved, start + 40 * timing.DAY) == expected


@pytest.mark.parametrize(("before", "after"), MOVES)
def test_hours_pass_wherever_he_is(before: str, after: str) -> None:
    ran = program("wait: 24 hours")
    start = at("2026-03-28 20:00")
    found = ends(ran, (before, after), start, start + timing.HOUR, start + 3 * timing.DAY)
    assert found == start + timing.DAY


@pytest.mark.parametrize(("before", "after"), MOVES)
@pytest.mark.parametrize("clock", ["09:30", "01:30"])
def test_a_wait_until_a_time_of_the_day_keeps_its_reading(before: str, after: str, clock: str) -> None:
    ran = program(f'wait: {{until: "{clock}", days: weekdays}}')
    for start in map(at, STARTS):
        due = clocks.next_reading(clock, "weekdays", start, before)
        if due < start + 2 * timing.HOUR:
            continue
        expected = max(timing.from_wall(timing.wall(due, before), lived_in(after)), start + timing.HOUR + 1)
        assert ends(ran, (before, after), start, start + timing.HOUR, start + 6 * timing.DAY) == expected


def test_there_and_back_again_it_is_the_same_instant() -> None:
    ran, start = program("wait: 2 days"), at("2026-06-15 10:00")
    zones = (LONDON, NEW_YORK, TOKYO, LONDON)
    found = ends(ran, zones, start, start + timing.HOUR, start + 5 * timing.DAY)
    assert found == start + 2 * timing.DAY


QUIET = 'sending: {quiet_hours: {from: "21:00", to: "08:00"}}\n'


@pytest.mark.parametrize(("before", "after"), MOVES)
def test_what_is_held_for_the_night_is_decided_anew_where_he_is(before: str, after: str) -> None:
    ran = program("send_email: hello", QUIET)
    windows = [("21:00", "08:00")]
    held = 0
    for hour in range(24):
        start = at("2026-06-15 00:00") + hour * timing.HOUR
        night_ends = clocks.end_of_quiet(windows, start, before)
        moved = start + 30 * 60 * timing.SECOND
        found = ends(ran, (before, after), start, moved, start + 3 * timing.DAY)
        if night_ends is None or night_ends <= moved:
            assert found in {night_ends, start}
            continue
        held += 1
        there = clocks.end_of_quiet(windows, moved + 1, lived_in(after))
        assert found == (moved + 1 if there is None else there), (before, after, hour)
    assert held >= 10


def test_how_long_a_mail_is_held_is_counted_from_when_it_first_was() -> None:
    """Flying west with the night he is held no longer than the recipe says."""
    sending = 'sending: {quiet_hours: {from: "21:00", to: "08:00"}, hold_up_to: 12 hours}\n'
    ran, start = program("send_email: hello", sending), at("2026-06-15 21:30")
    record = Record("u:ana", "ana")
    items = [Event(1, start - 1, start - 1, IDENTIFY, {"timezone": "UTC", "email": "ana@example.com"})]
    items.append(Event(2, start, start, "looked", {}))
    for hours, zone in (
        (8, NEW_YORK),
        (11, HONOLULU),
    ):  # half past one in the morning, half past ten at night
        moment = start + hours * timing.HOUR
        items.append(Event(hours, moment, moment, IDENTIFY, {"timezone": zone}))
    effects = advance(ran, record, items, start + 3 * timing.DAY)
    assert [(each.outcome, each.reason, each.at - start) for each in effects.messages] == [
        ("skipped", "quiet_hours", 12 * timing.HOUR)
    ]
