from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.conditions import Event, History, Look, Start, Words, holds, member, true
from tests.oracle.making import at
from tests.oracle.turning import turning_points

ZONE = "Europe/London"
NOW = at("2026-06-15 12:00")
WORDS = Words(
    attributes={
        "birthday": "date",
        "trial_ends": "date_time",
        "income": "number",
        "nicknames": "list",
        "keen": "yes_no",
        "plan": "choice",
    },
    properties={("purchased", "total"): "money", ("purchased", "order_id"): "text"},
    segments={"rich": [{"attribute": "income", "at_least": 100}], "known": [{"did_not": "purchased"}]},
)


def contact(*events: Event, tags: tuple[str, ...] = (), **attributes: Any) -> History:
    return History(
        id="ana",
        events=list(events),
        attributes=[(0, name, value) for name, value in attributes.items()],
        tags=[(0, tag, True) for tag in tags],
        seen=[(0, 0)],
    )


def bought(when: str, **properties: Any) -> Event:
    return Event("purchased", at(when), at(when), properties)


def about(attribute: str, value: Any, word: str, operand: Any, now: int = NOW) -> bool:
    history = contact() if value is None else contact(**{attribute: value})
    return holds({"attribute": attribute, word: operand}, history, now, ZONE, WORDS)


@pytest.mark.parametrize(
    ("attribute", "value", "word", "operand"),
    [
        ("city", "STRASSE", "is", "straße"),
        ("city", "Cafe\u0301", "is", "CAFÉ"),
        ("city", "Bonn", "in", ["Köln", "BONN"]),
        ("city", "Bonn am Rhein", "contains", "AM"),
        ("city", "Bonn", "starts_with", "bo"),
        ("city", "Bonn", "ends_with", "NN"),
        ("city", "Bonn am Rhein", "matches", "b*rhein"),
        ("city", "Bonn", "is_set", True),
        ("city", "Bonn", "is_not", "Köln"),
        ("city", "Bonn", "not_in", ["Köln"]),
        ("plan", "Pro", "is", "pro"),
        ("income", 100, "at_least", 100),
        ("income", "100.0", "is", 100),
        ("income", 0.1, "is", "0.1"),
        ("income", 99.99, "less_than", 100),
        ("income", 100, "at_most", 100),
        ("income", 101, "more_than", 100),
        ("income", 100, "between", [100, 200]),
        ("keen", True, "is", "yes"),
        ("keen", "no", "is", False),
        ("nicknames", ["Annie", "Nan"], "contains", "nan"),
        ("nicknames", ["Annie", "Nan"], "in", ["X", "ANNIE"]),
        ("birthday", "1990-06-15", "before", "1990-06-16"),
        ("birthday", "1990-06-15", "after", "1990-06-14"),
        ("birthday", "1990-06-15", "between", ["1990-06-15", "1990-07-01"]),
        ("trial_ends", "2026-06-15 13:00", "is", "2026-06-15T12:00:00Z"),  # the project's summer time
        ("trial_ends", "2026-06-15T11:00:00Z", "within_last", "1 hour 1 minute"),
        ("trial_ends", "2026-06-15T12:00:00Z", "within_last", "1 hour"),
        ("trial_ends", "2026-06-15T13:00:00Z", "within_next", "1 hour"),
        ("birthday", "2026-06-15", "within_last", "1 day"),
        ("birthday", "2026-06-15", "within_next", "1 day"),  # until the day is over
        ("birthday", "2026-06-17", "within_next", "2 days"),
        ("birthday", "1990-06-15", "anniversary_within", "1 day"),
        ("birthday", "1990-06-20", "anniversary_within", "5 days"),
        ("birthday", "1990-01-02", "anniversary_within", "7 months"),
    ],
)
def test_operators_hold(attribute: str, value: Any, word: str, operand: Any) -> None:
    assert about(attribute, value, word, operand)


@pytest.mark.parametrize(
    ("attribute", "value", "word", "operand"),
    [
        ("city", "Bonn", "is", "Bon"),
        ("city", "Bonn am Rhein", "matches", "am"),
        ("city", "Bonn.", "matches", "bonn?"),
        ("city", "", "is_set", True),
        ("city", "Bonn", "is_set", False),
        ("income", 100, "more_than", 100),
        ("income", "a lot", "at_least", 0),
        ("income", True, "at_least", 0),
        ("income", 201, "between", [100, 200]),
        ("trial_ends", "2026-06-15T11:00:00Z", "within_last", "1 hour"),  # open at its far end
        ("trial_ends", "2026-06-15T12:00:01Z", "within_last", "1 hour"),  # not yet
        ("trial_ends", "2026-06-15T12:00:00Z", "within_next", "1 hour"),  # no longer ahead
        ("trial_ends", "2026-06-15T13:00:01Z", "within_next", "1 hour"),
        ("birthday", "2026-06-14", "within_last", "1 day"),  # its day began 37 hours ago
        ("birthday", "2026-06-18", "within_next", "2 days"),
        ("birthday", "1990-06-14", "anniversary_within", "3 days"),
        ("birthday", "soon", "within_next", "2 days"),
    ],
)
def test_operators_do_not_hold(attribute: str, value: Any, word: str, operand: Any) -> None:
    assert not about(attribute, value, word, operand)


@pytest.mark.parametrize(
    ("word", "operand"),
    [("is", "x"), ("in", ["x"]), ("contains", ""), ("matches", "*"), ("is_set", True), ("starts_with", "")],
)
def test_a_missing_value_fails_every_positive_test(word: str, operand: Any) -> None:
    assert not about("city", None, word, operand)


@pytest.mark.parametrize(
    ("attribute", "word", "operand"),
    [
        ("city", "is_not", "x"),
        ("city", "not_in", ["x"]),
        ("birthday", "not_within_last", "1 day"),
        ("city", "is_set", False),
    ],
)
def test_complements_take_missing_values_in(attribute: str, word: str, operand: Any) -> None:
    assert about(attribute, None, word, operand)


def test_29_february_falls_on_the_28th() -> None:
    assert about("birthday", "2000-02-29", "anniversary_within", "0 days", at("2026-02-28 12:00"))
    assert not about("birthday", "2000-02-29", "anniversary_within", "0 days", at("2026-03-01 12:00"))
    assert not about("birthday", "2000-02-29", "anniversary_within", "0 days", at("2028-02-28 12:00"))
    assert about("birthday", "2000-02-29", "anniversary_within", "0 days", at("2028-02-29 12:00"))


def test_a_date_is_a_day_in_the_zone_of_the_contact() -> None:
    history = contact(
        birthday="2026-06-15", timezone="Pacific/Auckland"
    )  # there the day began at noon UTC, the 14th
    condition = {"attribute": "birthday", "within_last": "1 day"}
    assert [
        holds(condition, history, at(now), ZONE, WORDS)
        for now in ("2026-06-14 11:59", "2026-06-14 12:00", "2026-06-15 11:59", "2026-06-15 12:00")
    ] == [False, True, True, False]


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ({}, True),
        ({"at_least": "3 times"}, True),
        ({"at_least": 4}, False),
        ({"at_most": "2 times"}, False),
        ({"at_most": "3 times"}, True),
        ({"exactly": "3 times"}, True),
        ({"exactly": "2 times"}, False),
        ({"at_least": "0 times"}, True),
        ({"within_last": "10 days", "exactly": "1 times"}, True),
        ({"within_last": "5 days"}, False),
        ({"longer_ago_than": "10 days", "at_least": "2 times"}, True),
        ({"longer_ago_than": "10 days", "at_least": "3 times"}, False),
        (
            {"longer_ago_than": "14 days", "at_least": "2 times"},
            True,
        ),  # exactly a fortnight ago is outside by now
        ({"within_last": "14 days", "at_least": "2 times"}, False),
        ({"where": {"total": 10}}, True),
        ({"where": {"total": [11, 12]}}, False),
        ({"where": {"total": {"at_least": 20}}, "exactly": "2 times"}, True),
        ({"where": {"total": {"at_least": 20, "less_than": 30}}, "exactly": "1 times"}, True),
        ({"where": {"category": {"is_not": "tea"}}, "exactly": "3 times"}, True),
    ],
)
def test_did_counts_and_did_not_is_its_complement(leaf: dict[str, Any], expected: bool) -> None:
    history = contact(
        bought("2026-01-01 00:00", total=10),
        bought("2026-06-01 12:00", total=20),
        bought("2026-06-10 12:00", total="30"),
        Event("refunded", NOW, NOW),
    )
    assert holds({"did": "purchased", **leaf}, history, NOW, ZONE, WORDS) is expected
    assert holds({"did_not": "purchased", **leaf}, history, NOW, ZONE, WORDS) is not expected


def test_only_what_was_received_by_now_counts() -> None:
    history = contact(Event("purchased", at("2026-06-15 12:01"), at("2026-06-01 00:00")))
    assert not holds({"did": "purchased"}, history, NOW, ZONE)
    assert holds({"did": "purchased"}, history, NOW + 60_000_000, ZONE)


def test_months_of_a_window_are_those_of_the_contacts_calendar() -> None:
    event = bought("2026-01-31 02:00")  # still the 30th in New York
    condition = {"did": "purchased", "within_last": "1 month"}
    ends = {"America/New_York": "2026-03-01 02:00", "UTC": "2026-02-28 02:00"}
    for zone, end in ends.items():
        history = contact(event, timezone=zone)
        assert [holds(condition, history, at(end) - early, ZONE) for early in (1, 0)] == [True, False]
    london = contact(
        bought("2026-03-28 23:30")
    )  # the 28th at half past eleven, and in April an hour earlier in UTC
    assert [holds(condition, london, at("2026-04-28 22:30") - early, ZONE) for early in (1, 0)] == [
        True,
        False,
    ]


def test_an_unknown_zone_is_the_projects() -> None:
    history = contact(bought("2026-03-28 23:30"), timezone="Middle/Earth")
    condition = {"did": "purchased", "within_last": "1 month"}
    assert [holds(condition, history, at("2026-04-28 22:30") - early, ZONE) for early in (1, 0)] == [
        True,
        False,
    ]


def test_sums_are_exact_and_take_only_numbers() -> None:
    events = [bought("2026-06-01 00:00", total=0.1) for _ in range(3)]
    history = contact(*events, bought("2026-06-01 00:00", total="a gift"), bought("2026-06-01 00:00"))
    assert holds({"sum_of": "purchased.total", "between": [0.3, 0.3]}, history, NOW, ZONE, WORDS)
    assert holds({"sum_of": "purchased.total", "at_most": 0}, contact(), NOW, ZONE, WORDS)
    back = contact(*events, bought("2026-06-01 00:00", total=-0.3))
    assert holds({"sum_of": "purchased.total", "at_most": 0}, back, NOW, ZONE, WORDS)


def test_sums_look_through_windows_and_where() -> None:
    history = contact(bought("2026-06-01 12:00", total=5, order_id="a"), bought("2026-06-10 00:00", total=7))
    for leaf, total in (
        ({}, 12),
        ({"within_last": "14 days"}, 7),
        ({"within_last": "15 days"}, 12),
        ({"where": {"order_id": "A"}}, 5),
    ):
        condition = {"sum_of": "purchased.total", **leaf}
        assert holds({**condition, "between": [total, total]}, history, NOW, ZONE, WORDS)


def test_groups() -> None:
    yes, no = {"has_tag": "x"}, {"has_tag": "y"}
    history = contact(tags=("x",))
    for condition, expected in (
        ({"all": [yes, no]}, False),
        ({"all": [yes]}, True),
        ({"any": [yes, no]}, True),
        ({"any": [no]}, False),
        ({"none": [no]}, True),
        ({"none": [yes, no]}, False),
        ([yes, no], False),
        ([yes, {"none": [{"all": [yes, no]}]}], True),
    ):
        assert holds(condition, history, NOW, ZONE) is expected


def test_tags_come_and_go() -> None:
    history = History(tags=[(5, "x", True), (9, "x", False)], seen=[(0, 0)])
    assert [holds({"has_tag": "x"}, history, now, ZONE) for now in (4, 5, 8, 9)] == [False, True, True, False]


def test_attributes_are_the_latest_and_null_unsets() -> None:
    history = History(attributes=[(5, "city", "Bonn"), (9, "city", None)], seen=[(0, 0)])
    is_set = {"attribute": "city", "is_set": True}
    for nows in ((4, 5, 8, 9), (9, 8, 5, 4)):
        assert [holds(is_set, history, now, ZONE) for now in nows] == [now in (5, 8) for now in nows]


def test_who_is_not_known_yet_is_in_no_segment() -> None:
    history = History(seen=[(10, 3)])
    assert [member("known", Look(history, now, ZONE, WORDS)) for now in (9, 10)] == [False, True]
    assert holds({"in_segment": "rich"}, contact(income=100), NOW, ZONE, WORDS)


def test_since_the_start_means_received_later_and_occurred_at_or_after_it() -> None:
    start = at("2026-06-10 00:00")
    history = contact(
        bought("2026-06-10 00:00"),
        Event("purchased", at("2026-06-11 00:00"), at("2026-06-09 23:59")),
    )
    goal = {"any": [{"did": "purchased"}]}
    look = Look(history, NOW, ZONE, WORDS, Start(start, 1), since_start=True)
    assert not true(goal, look)
    assert true({"did_not": "purchased"}, look)
    assert true({"did": "purchased", "within_last": "30 days"}, look)  # a window means the window
    assert true({"sum_of": "purchased.total", "at_least": 0}, look)
    history.events.append(Event("purchased", at("2026-06-12 00:00"), start))
    assert true(goal, look)


def test_placeholders_stand_for_values_of_contact_and_event() -> None:
    history = contact(bought("2026-06-01 00:00", order_id="a1", total=5), city="Bonn", income=5)
    start = Start(0, 0, {"order_id": "A1"})
    for condition, expected in (
        ({"did": "purchased", "where": {"order_id": "{{ event.order_id }}"}}, True),
        ({"did": "purchased", "where": {"total": {"at_least": "{{ contact.income }}"}}}, True),
        ({"attribute": "city", "is": "{{ event.city }}"}, False),  # nothing there: fails
        ({"attribute": "city", "is_not": "{{ event.city }}"}, True),
        ({"attribute": "city", "is": "B{{ 'on' }}n"}, True),
    ):
        assert holds(condition, history, NOW, ZONE, WORDS, start) is expected


@pytest.mark.parametrize(
    ("condition", "points"),
    [
        ({"did": "purchased", "within_last": "1 day"}, {"2026-06-02 12:00"}),
        ([{"did_not": "purchased", "longer_ago_than": "2 days"}], {"2026-06-03 12:00"}),
        ({"sum_of": "purchased.total", "at_least": 1, "within_last": "1 day"}, {"2026-06-02 12:00"}),
        (
            {"none": [{"attribute": "birthday", "within_last": "1 day"}]},
            {"2026-06-19 23:00", "2026-06-20 23:00"},
        ),
        ({"attribute": "birthday", "within_next": "1 day"}, {"2026-06-18 23:00", "2026-06-20 23:00"}),
        ({"did": "purchased"}, set()),
        ({"has_tag": "x"}, set()),
    ],
)
def test_every_edge_of_every_window_is_a_turning_point(condition: Any, points: set[str]) -> None:
    history = contact(bought("2026-06-01 12:00"), birthday="2026-06-20")
    found = set(turning_points(condition, Look(history, NOW, ZONE, WORDS)))
    assert found == {at(point) for point in points}
