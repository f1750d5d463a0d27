"""Conditions over more than single counts and values: sequences, comparisons with before, states, the time of day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.conditions import Event, History, Look, Start, Words, holds, true
from tests.oracle.look import Stay
from tests.oracle.making import at
from tests.oracle.turning import turning_points

ZONE = "Europe/London"
NOW = at("2026-06-15 12:00")
WORDS = Words(properties={("purchased", "total"): "money"})


def event(name: str, when: str, received: str | None = None, **properties: Any) -> Event:
    return Event(name, at(received or when), at(when), properties)


def history(*events: Event, **more: Any) -> History:
    return History(events=list(events), seen=[(0, 0)], **more)


def answers(condition: Any, known: History, *whens: str, start: Start | None = None) -> list[bool]:
    return [holds(condition, known, at(when), ZONE, WORDS, start) for when in whens]


# -------------------------------------------------------------------- events


def test_for_the_first_time_within() -> None:
    leaf = {"did": "purchased", "first_time_within_last": "10 days"}
    late_one = event("purchased", "2026-05-01 12:00", "2026-06-14 12:00", total=5)
    first = event("purchased", "2026-06-10 12:00", total=30)
    known = history(first, event("purchased", "2026-06-13 12:00", total=30), late_one)
    assert answers(
        leaf, known, "2026-06-10 11:59", "2026-06-10 12:00", "2026-06-14 11:59", "2026-06-14 12:00"
    ) == [
        False,
        True,
        True,
        False,  # by now it is known that he had bought before
    ]
    large = leaf | {"where": {"total": {"at_least": 20}}}
    assert answers(large, known, "2026-06-20 11:59", "2026-06-20 12:00") == [True, False]
    assert at("2026-06-20 12:00") in set(turning_points(large, Look(known, NOW, ZONE, WORDS)))


FIRST, SECOND = event("purchased", "2026-06-10 12:00", total=30), event("refunded", "2026-06-12 12:00")


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ({"did": "purchased", "then": "refunded"}, True),
        ({"did": "refunded", "then": "purchased"}, False),
        ({"did": "purchased", "then": "purchased"}, False),  # there is no other one
        ({"did": "purchased", "then": "refunded", "within": "2 days"}, True),
        ({"did": "purchased", "then": "refunded", "within": "47 hours"}, False),
        ({"did": "purchased", "then": "refunded", "within_last": "4 days"}, True),  # the second lies in it
        ({"did": "purchased", "then": "refunded", "within_last": "3 days"}, False),
        ({"did": "purchased", "where": {"total": {"more_than": 30}}, "then": "refunded"}, False),
        ({"did_not": "purchased", "then": "refunded"}, False),
    ],
)
def test_one_after_another(leaf: dict[str, Any], expected: bool) -> None:
    for order in ((FIRST, SECOND), (SECOND, FIRST)):  # whichever was received first
        assert holds(leaf, history(*order), NOW, ZONE, WORDS) is expected


def test_one_after_another_at_one_instant_and_since_the_start() -> None:
    leaf = {"did": "purchased", "then": "refunded"}
    same = history(event("refunded", "2026-06-10 12:00"), FIRST)
    assert holds(leaf, same, NOW, ZONE, WORDS)
    known = history(FIRST, SECOND)
    for after, expected in ((0, True), (1, False)):
        start = Start(FIRST.occurred_at, after)
        assert holds(leaf | {"since": "start"}, known, NOW, ZONE, WORDS, start) is expected
        assert true(leaf, Look(known, NOW, ZONE, WORDS, start, since_start=True)) is expected
        assert true(leaf | {"within_last": "9 days"}, Look(known, NOW, ZONE, WORDS, start, since_start=True))


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ({"did": "purchased", "at_least": "100% of before"}, False),
        ({"did": "purchased", "at_least": "50% of before"}, True),
        ({"did": "purchased", "at_least": "50.1% of before"}, False),
        ({"did_not": "purchased", "at_least": "100% of before"}, True),
        ({"did": "purchased", "at_most": "50% of before"}, True),
        ({"did": "refunded", "at_least": "200% of before"}, True),  # none is as many as twice none
        ({"sum_of": "purchased.total", "less_than": "50% of before"}, False),
        ({"sum_of": "purchased.total", "at_most": "50% of before"}, True),
        ({"sum_of": "purchased.total", "at_least": "50% of before"}, True),
        ({"sum_of": "purchased.total", "more_than": "49.9% of before"}, True),
    ],
)
def test_compared_with_the_time_before(leaf: dict[str, Any], expected: bool) -> None:
    """In the last week one for 15, in the week before two for 30: one of them a week ago to the second."""
    known = history(
        event("purchased", "2026-06-01 12:00", total=99),  # two weeks ago to the second
        event("purchased", "2026-06-01 12:01", total=20),
        event("purchased", "2026-06-08 12:00", total=10),
        event("purchased", "2026-06-08 12:01", total=15),
    )
    condition = leaf | {"within_last": "7 days"}
    assert holds(condition, known, NOW, ZONE, WORDS) is expected
    points = set(turning_points(condition, Look(known, NOW, ZONE, WORDS)))
    if "refunded" not in leaf.values():
        assert {at("2026-06-08 12:01"), at("2026-06-15 12:01"), at("2026-06-22 12:01")} <= points


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ({"average_of": "purchased.total", "is": 10.033333}, True),
        ({"lowest_of": "purchased.total", "is": 0.1}, True),
        ({"highest_of": "purchased.total", "at_most": 20}, True),
        ({"highest_of": "purchased.total", "at_most": 20, "within_last": "1 hour"}, False),  # of nothing
        ({"highest_of": "purchased.total", "is_not": 20, "within_last": "1 hour"}, True),
        ({"average_of": "purchased.total", "in": [10, 20], "where": {"category": "milk"}}, True),
        ({"different_values_of": "purchased.category", "is": 2}, True),  # tea, TEA and milk
        ({"different_values_of": "purchased.total", "is": 4}, True),  # 20 and 20.0 are one, x another
        ({"different_values_of": "purchased.colour", "is": 0}, True),
        ({"sum_of": "purchased.total", "not_in": [30.1]}, False),
    ],
)
def test_numbers_made_of_events(leaf: dict[str, Any], expected: bool) -> None:
    known = history(
        event("purchased", "2026-06-01 12:00", total=0.1, category="tea"),
        event("purchased", "2026-06-02 12:00", total=10, category="TEA"),
        event("purchased", "2026-06-03 12:00", total=20, category="milk"),
        event("purchased", "2026-06-04 12:00", total="x", category=None),
    )
    if "different_values_of" in leaf and "total" in leaf["different_values_of"]:
        known.events.append(event("purchased", "2026-06-05 12:00", total=20.0))
    assert holds(leaf, known, NOW, ZONE, WORDS) is expected


def test_the_property_of_the_starting_event() -> None:
    start = Start(NOW, 1, {"total": 30}, "purchased", "t")
    leaf = {"event_property": "total", "at_least": 9}  # as money, not as text
    assert holds(leaf, history(), NOW, ZONE, WORDS, start)
    assert not holds(leaf, history(), NOW, ZONE, WORDS, Start(NOW, 1))
    assert not holds(leaf, history(), NOW, ZONE, WORDS)
    assert holds({"event_property": "total", "is_not": 30}, history(), NOW, ZONE, WORDS)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, True),
        ({"at_least": "2 times"}, True),
        ({"at_least": "3 times"}, False),
        ({"within_last": "3 days"}, True),
        ({"within_last": "3 days", "at_least": "2 times"}, False),
        ({"within_last": "1 day"}, False),  # open at its far end
    ],
)
def test_received_and_entered_are_counted(more: dict[str, Any], expected: bool) -> None:
    whens = ("2026-06-10 12:00", "2026-06-14 12:00")
    mails = [event("email_sent", when, template="hello") for when in whens]
    skipped = event("email_skipped", "2026-06-15 12:00", template="hello")
    known = history(*mails, skipped, stays=[Stay("r", at(when)) for when in whens])
    for subject, other in (
        ({"received": "hello"}, {"received": "bill"}),
        ({"entered": "r"}, {"entered": "q"}),
    ):
        assert holds(subject | more, known, NOW, ZONE) is expected
        assert not holds(other | more, known, NOW, ZONE)


def test_who_is_in_a_recipe_now() -> None:
    known = history(
        stays=[Stay("r", at("2026-06-10 12:00"), at("2026-06-11 12:00")), Stay("q", at("2026-06-12 12:00"))]
    )
    whens = ("2026-06-10 11:59", "2026-06-10 12:00", "2026-06-11 12:00")
    assert answers({"in_recipe": "r"}, known, *whens) == [False, True, False]
    assert answers({"in_recipe": "q"}, known, "2026-06-12 11:59", "2026-06-15 12:00") == [False, True]


# -------------------------------------------------------------------- states


def test_audiences_and_stages() -> None:
    whens = ("2026-06-09 12:00", "2026-06-10 12:00", "2026-06-11 12:00")
    moves = [(at(when), "fans", joins) for when, joins in zip(whens[1:], (True, False), strict=True)]
    stages = [(at(when), stage) for when, stage in zip(whens[1:], ("new", "warm"), strict=True)]
    known = history(audiences=moves, stages=stages)
    assert answers({"in_audience": "fans"}, known, *whens) == [False, True, False]
    assert answers({"stage": "new"}, known, *whens) == [False, True, False]
    assert answers({"stage": ["warm", "new"]}, known, *whens) == [False, True, True]


@pytest.mark.parametrize(
    ("events", "held"),
    [
        ([], set()),
        ([("consent_given", "news")], {"news", "any"}),
        ([("consent_given", None)], {"news", "other", "any"}),
        ([("consent_given", None), ("unsubscribed", "news")], {"other", "any"}),
        ([("consent_given", "news"), ("consent_withdrawn", None)], set()),
        (
            [("consent_given", "news"), ("consent_given", "other"), ("consent_withdrawn", "news")],
            {"other", "any"},
        ),
        ([("unsubscribed", None), ("consent_given", "news")], set()),
        ([("unsubscribed", None), ("consent_given", None)], {"news", "other", "any"}),
    ],
)
def test_consent(events: list[tuple[str, str | None]], held: set[str]) -> None:
    known = history(
        *(
            event(name, f"2026-06-0{day} 12:00", **({} if topic is None else {"topic": topic}))
            for day, (name, topic) in enumerate(events, 1)
        )
    )
    assert {
        topic for topic in ("news", "other", "any") if holds({"has_consent": topic}, known, NOW, ZONE)
    } == held


@pytest.mark.parametrize(
    ("occurred", "received", "held"),
    [
        ("2026-06-03 12:00", "2026-06-06 12:00", False),  # before the refusal
        ("2026-06-05 12:00", "2026-06-06 12:00", False),  # at the very moment
        ("2026-06-05 12:01", "2026-06-06 12:00", True),
    ],
)
def test_consent_lifts_a_refusal_that_is_older(occurred: str, received: str, held: bool) -> None:
    known = history(
        event("unsubscribed", "2026-06-05 12:00", topic="news"),
        event("consent_given", occurred, received, topic="news"),
    )
    assert holds({"has_consent": "news"}, known, NOW, ZONE) is held


# -------------------------------------------------------------------- the time of day


@pytest.mark.parametrize(
    ("written", "whens"),
    [
        ({"between": ["09:00", "17:00"]}, {"Mon 09:00", "Mon 16:59", "Sat 09:00"}),
        ({"between": ["09:00", "17:00"], "days": "weekdays"}, {"Mon 09:00", "Mon 16:59"}),
        ({"between": ["22:00", "02:00"], "days": "saturday"}, {"Sat 23:30", "Sun 00:30"}),
        ({"between": ["22:00", "02:00"], "days": ["sunday"]}, {"Mon 00:30"}),
        ({"days": "weekend"}, {"Sat 09:00", "Sat 23:30", "Sun 00:30"}),
    ],
)
def test_the_time_of_day_where_the_contact_lives(written: dict[str, Any], whens: set[str]) -> None:
    """New York is four hours behind."""
    instants = {
        "Sat 09:00": "2026-06-13 13:00",
        "Sat 23:30": "2026-06-14 03:30",
        "Sun 00:30": "2026-06-14 04:30",
        "Mon 00:30": "2026-06-15 04:30",
        "Mon 09:00": "2026-06-15 13:00",
        "Mon 16:59": "2026-06-15 20:59",
        "Mon 17:00": "2026-06-15 21:00",
    }
    known = history(attributes=[(0, "timezone", "America/New_York")])
    leaf = {"local_time": written}
    assert {name for name, when in instants.items() if answers(leaf, known, when) == [True]} == whens
    points = set(turning_points(leaf, Look(known, NOW, ZONE, WORDS)))
    moments = sorted(point for point in points if point > NOW)
    assert moments and moments[0] <= NOW + 7 * 86_400_000_000


def test_a_window_that_is_skipped_or_repeated() -> None:
    """It opens at the instant of its first time of day: a skipped one moves by the gap, of two it is the first."""
    leaf = {"local_time": {"between": ["01:30", "03:00"]}}
    known = history()
    assert answers(
        leaf, known, "2026-03-29 01:29", "2026-03-29 01:30", "2026-03-29 01:59", "2026-03-29 02:00"
    ) == [
        False,
        True,  # half past two on the clock
        True,
        False,
    ]
    assert answers(
        leaf, known, "2026-10-25 00:29", "2026-10-25 00:30", "2026-10-25 02:59", "2026-10-25 03:00"
    ) == [
        False,
        True,
        True,
        False,
    ]
