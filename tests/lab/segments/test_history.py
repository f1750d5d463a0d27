"""What the past of segments is said to have been, beside what was seen while it lasted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from autoflow.lab.draws import Draws
from autoflow.lab.periods import begins, day_of, days_between
from autoflow.lab.segments.history import Baseline, Histories, Merges, SegmentHistory, histories, uses
from autoflow.model.durations import DAY
from autoflow.model.event import IDENTIFY, PAGE_VISITED, Incoming
from autoflow.store import erasing, reports
from autoflow.store.definitions import load_release
from autoflow.store.standing import standing
from tests.engine.world import SECRET, World, track

ZONE = "Europe/London"
SETTINGS = """
name: Test shop
timezone: Europe/London
sender: {name: Test shop, email: hello@shop.example, postal_address: 1 High Street}
events: {purchased: {total: money}}
"""
START = "2026-03-27"  # clocks go forward on the 29th
DAYS = 9


def files(**segments: str) -> dict[str, str]:
    named = {name.replace("_", "-"): text for name, text in segments.items()}
    return {
        "autoflow.yaml": SETTINGS,
        **{f"segments/{name}.yaml": f"segment: {name}\nconditions: {text}\n" for name, text in named.items()},
    }


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[[Mapping[str, str]], World]]:
    made: list[World] = []

    def make(sources: Mapping[str, str]) -> World:
        made.append(World(tmp_path / "world", sources, day(START) + 9 * HOUR))
        made[-1].engine.settle()
        return made[-1]

    yield make
    for one in made:
        one.close()


HOUR = DAY // 24


def day(text: str) -> int:
    """The first instant of a day in London."""
    return begins(date.fromisoformat(text), ZONE)


def visit(who: str, *, anonymous: bool = False) -> Incoming:
    if anonymous:
        return Incoming(PAGE_VISITED, anonymous_id=who, properties={"path": "/"})
    return Incoming(PAGE_VISITED, user_id=who, properties={"path": "/"})


def is_known(visitor: str, who: str) -> Incoming:
    return Incoming(IDENTIFY, user_id=who, anonymous_id=visitor)


def past(one: World, *segments: str, start: str | None = None, end: str | None = None) -> Histories:
    program = load_release(one.database, standing(one.database).release, {}).program
    asked = uses(program)
    return histories(
        one.database,
        {name: asked.get(name, {name}) for name in segments or sorted(asked)},
        ZONE,
        one.clock.now(),
        date.fromisoformat(start) if start else None,
        date.fromisoformat(end) if end else None,
    )


def of(one: World, segment: str) -> SegmentHistory:
    [found] = past(one, segment).segments
    return found


def told(segment: SegmentHistory) -> list[tuple[str, int, int, int, int]]:
    return [(f"{each.first:%d}", *each[2:]) for each in segment.days]


def test_joins_and_leaves_by_day(world: Callable[..., World]) -> None:
    one = world(files(buying="[{did: purchased, within_last: 2 days}]"))
    one.happens("2026-03-27 10:00", track("purchased"), track("purchased", "ben"))
    one.happens(
        "2026-03-28 23:30", track("purchased")
    )  # still the 28th in London; from the 29th on it is not
    one.happens("2026-03-30 23:30", track("purchased", "cleo"))  # half past midnight there
    one.live_until("2026-03-31 12:00")
    assert told(of(one, "buying")) == [
        ("27", 2, 2, 0, 0),
        ("28", 2, 0, 0, 0),
        ("29", 1, 0, 1, 0),
        ("30", 1, 0, 0, 0),
        ("31", 1, 1, 1, 0),
    ]


def test_who_is_put_in_or_taken_out_by_a_release_neither_joins_nor_leaves(
    world: Callable[..., World],
) -> None:
    one = world(files(quick="[{did: purchased, within_last: 1 day}]"))
    one.happens("2026-03-27 10:00", *(track("purchased", who) for who in ("ana", "ben")))
    one.happens("2026-03-29 10:00", *(track("purchased", who) for who in ("ben", "cleo", "dora")))
    one.live_until("2026-03-29 12:00")
    both = files(
        quick="[{did: purchased, within_last: 1 day}]", buyers="[{did: purchased, within_last: 3 days}]"
    )
    one.release(both)  # all four have bought by then
    one.happens("2026-03-30 12:00", track("purchased", "eva"))  # and at 10:00 the three days of ana were over
    found = of(one, "buyers")
    assert told(found) == [("27", 0, 0, 0, 0), ("28", 0, 0, 0, 0), ("29", 4, 0, 0, 4), ("30", 4, 1, 1, 0)]


def test_what_a_release_did_is_told_by_its_number(world: Callable[..., World]) -> None:
    one = world(files(quick="[{did: purchased, within_last: 1 day}]"))
    one.happens("2026-03-27 10:00", *(track("purchased", who) for who in ("ana", "ben")))
    one.live_until("2026-03-28 09:00")
    one.release(files(quick="[{did: purchased, within_last: 1 hour}]"))
    one.engine.settle()
    placed = standing(one.database).applied_at
    found = of(one, "quick")
    assert told(found)[-1] == ("28", 0, 0, 0, -2)
    assert found.baselines == [Baseline(2, placed, 0, 2)]
    assert found.merges == Merges(0, 0)


def test_of_several_releases_the_one_that_changed_the_segment_counts(world: Callable[..., World]) -> None:
    one = world(files(quick="[{did: purchased, within_last: 9 days}]"))
    one.happens("2026-03-27 10:00", track("purchased"))
    for number, when in enumerate(("2026-03-28", "2026-03-29", "2026-03-30"), start=1):
        one.live_until(f"{when} 09:00")
        window = "1 hour" if number >= 2 else "9 days"
        one.release(
            files(
                quick=f"[{{did: purchased, within_last: {window}}}]", **{f"other{number}": "[{has_tag: a}]"}
            )
        )
        one.engine.settle()
    assert [(each.release, each.went) for each in of(one, "quick").baselines] == [(3, 1)]


def test_nobody_was_moved_by_a_release_before_he_was_known(world: Callable[..., World]) -> None:
    one = world(files(quick="[{did: purchased, within_last: 1 hour}]"))
    one.happens("2026-03-27 10:00", track("purchased"))
    one.live_until("2026-03-28 10:00")
    one.release(files(quick="[{did: purchased, within_last: 2 hours}]"))
    one.happens("2026-03-29 10:00", Incoming(IDENTIFY, user_id="ben", properties={"country": "DE"}))
    one.live_until("2026-03-30 10:00")
    one.release(files(quick="[{attribute: country, is: DE}]"))
    one.happens("2026-03-31 10:00", Incoming(IDENTIFY, user_id="ben", properties={"country": "FR"}))
    assert [(each.release, each.came) for each in of(one, "quick").baselines] == [(3, 1)]


def test_a_visitor_who_turns_out_to_be_somebody_is_one_member_from_then_on(
    world: Callable[..., World],
) -> None:
    one = world(files(visiting="[{did: page_visited, within_last: 30 days}]", buyers="[{did: purchased}]"))
    one.happens("2026-03-27 09:30", track("purchased", "ben"))
    one.happens("2026-03-27 10:00", visit("ana"), visit("v1", anonymous=True), visit("v2", anonymous=True))
    one.happens("2026-03-28 10:00", is_known("v1", "ana"), is_known("v2", "ben"))
    one.live_until("2026-03-29 10:00")
    found = of(one, "visiting")
    assert told(found) == [("27", 3, 3, 0, 0), ("28", 2, 0, 0, -1), ("29", 2, 0, 0, 0)]
    assert found.merges == Merges(1, 2)  # ben comes in by what v2 did
    assert of(one, "buyers").otherwise == 0


def test_the_past_is_told_without_whom_was_erased(world: Callable[..., World]) -> None:
    one = world(files(buyers="[{did: purchased}]"))
    one.happens("2026-03-27 10:00", track("purchased"), track("purchased", "ben"))
    one.live_until("2026-03-28 10:00")
    erasing.request(one.database, [reports.find_contact(one.database, "ana")], SECRET, one.clock.now())
    one.engine.settle()
    found = past(one)
    assert found.erased == 1
    assert told(found.segments[0]) == [("27", 1, 1, 0, 0), ("28", 1, 0, 0, 0)]


def test_a_segment_that_was_deleted_has_a_past(world: Callable[..., World]) -> None:
    one = world(files(buyers="[{did: purchased}]", keen="[{has_tag: keen}]"))
    one.happens("2026-03-27 10:00", track("purchased"))
    one.live_until("2026-03-28 10:00")
    one.release(files(keen="[{has_tag: keen}]"))
    one.engine.settle()
    assert told(of(one, "buyers")) == [("27", 1, 1, 0, 0), ("28", 0, 0, 0, -1)]


def test_who_came_and_went_by_releases_alone_has_left_no_trace_and_it_is_said_until_when(
    world: Callable[..., World],
) -> None:
    one = world(files(quick="[{has_tag: a}]"))
    one.happens("2026-03-27 10:00", track("purchased"))
    for when, condition in (("28", "{did: purchased}"), ("30", "{has_tag: b}")):
        one.live_until(f"2026-03-{when} 10:00")
        one.release(files(quick=f"[{condition}]"))
        one.engine.settle()
    found = of(one, "quick")
    assert [each.size for each in found.days] == [0, 0, 0, 0]  # it was 1 on the 28th and the 29th
    assert found.rough_until == standing(one.database).applied_at
    one.live_until("2026-03-31 10:00")
    assert past(one, "quick", start="2026-03-31").segments[0].rough_until is None


def test_a_change_of_what_a_segment_uses_is_a_change_of_it(world: Callable[..., World]) -> None:
    one = world(files(a="[{did: purchased}]", b="[{in_segment: a}]", c="[{has_tag: a}]"))
    one.happens("2026-03-27 10:00", track("purchased"))
    for when, condition in (("28", "did_not: purchased"), ("29", "did: purchased")):
        one.live_until(f"2026-03-{when} 10:00")
        one.release(files(a=f"[{{{condition}}}]", b="[{in_segment: a}]", c="[{has_tag: a}]"))
        one.engine.settle()
    assert uses(load_release(one.database, 3, {}).program) == {"a": {"a"}, "b": {"a", "b"}, "c": {"c"}}
    assert [(each.segment, each.rough_until is None) for each in past(one).segments] == [
        ("a", False),
        ("b", False),
        ("c", True),
    ]


def test_a_span_begins_with_the_size_that_it_was(world: Callable[..., World]) -> None:
    one = world(files(buyers="[{did: purchased, within_last: 2 days}]"))
    one.happens("2026-03-27 10:00", track("purchased"), track("purchased", "ben"))
    one.happens("2026-03-28 10:00", track("purchased"))
    one.live_until("2026-04-02 10:00")
    found = past(one, start="2026-03-29", end="2026-03-30")
    [segment] = found.segments
    assert (found.first, found.last, segment.before) == (date(2026, 3, 29), date(2026, 3, 30), 2)
    assert told(segment) == [("29", 1, 0, 1, 0), ("30", 0, 0, 1, 0)]
    assert (segment.size, segment.joined, segment.left, segment.otherwise) == (0, 0, 2, 0)


def test_days_beyond_what_is_known_are_left_out(world: Callable[..., World]) -> None:
    one = world(files(buyers="[{did: purchased}]"))
    one.live_until("2026-03-29 10:00")
    found = past(one, start="2026-01-01", end="2030-01-01")
    assert (found.first, found.last) == (date(2026, 3, 27), date(2026, 3, 29))
    late, early = past(one, start="2026-04-01"), past(one, end="2026-03-01")
    assert late.first > late.last and early.first > early.last
    assert late.segments == early.segments == []


def test_weeks_put_days_together(world: Callable[..., World]) -> None:
    one = world(files(buying="[{did: purchased, within_last: 1 day}]"))
    for number in range(6):  # from Friday to Wednesday
        one.happens(day(START) + number * DAY + 12 * HOUR, track("purchased", f"c{number}"))
    one.live_until("2026-04-02 13:00")
    weeks = of(one, "buying").by("week")
    assert [(f"{each.first:%d}", f"{each.last:%d}", *each[2:]) for each in weeks] == [
        ("27", "29", 1, 3, 2, 0),
        ("30", "02", 0, 3, 4, 0),
    ]


def edited(number: int) -> dict[str, str]:
    """Each day other windows, so that the release of each day moves many."""
    draws = Draws("windows", number)
    return files(
        buying=f"[{{did: purchased, within_last: {1 + draws.below(60)} hours}}]",
        visiting="[{did: page_visited, within_last: 40 hours}]",
        both="[{in_segment: buying}, {in_segment: visiting}]",
        neither="[{none: [{in_segment: buying}, {in_segment: visiting}]}]",
    )


@pytest.mark.parametrize("released_on", [(), (30,), (28, 31, 3)])
def test_each_days_size_is_the_one_that_was_seen(
    world: Callable[..., World], released_on: tuple[int, ...]
) -> None:
    """Forty people, and forty more of whom some are visitors who turn out to be one of the others.

    After several releases whoever left no trace is missing, so sizes before the last are not looked at.
    """
    one = world(edited(0))
    draws = Draws("crowd")
    visitors, people = list(range(0, 40, 3)), list(range(40))  # each is one of a pair at most
    seen: dict[date, dict[str, int]] = {}
    first = date.fromisoformat(START)
    for today in days_between(first, first + timedelta(days=DAYS - 1)):
        midnight = begins(today, ZONE)
        if today.day in released_on:
            one.live_until(midnight + 8 * HOUR)
            one.release(edited(today.day))
        for hour in range(9, 23):  # one day has no more
            one.live_until(midnight + hour * HOUR)
            who = draws.below(40)
            one.append(track("purchased", f"c{draws.below(40)}"), visit(f"v{who}", anonymous=who % 3 == 0))
            if draws.below(6) == 0 and visitors:
                one.append(is_known(f"v{visitors.pop()}", f"c{people.pop()}"))
            one.engine.settle()
        one.live_until(begins(today + timedelta(days=1), ZONE) - 1)
        seen[today] = reports.segment_sizes(one.database)
    found = past(one)
    assert (found.first, found.last) == (first, max(seen))
    for segment in found.segments:
        exact_from = day_of(segment.rough_until or day(START), ZONE)
        several = len(released_on) > 1 and segment.segment != "visiting"
        assert exact_from.day == (released_on[-1] if several else 27)
        for each in segment.days:
            if each.first >= exact_from:
                assert each.size == seen[each.first].get(segment.segment, 0), (segment.segment, each)
    assert sum(segment.merges.went for segment in found.segments) > 4
    assert any(segment.baselines for segment in found.segments) is bool(released_on)
