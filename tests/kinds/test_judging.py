"""Each condition against the witness, over random histories; and no answer changes before the stored time (rule 4)."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.core.advance import advance
from autoflow.core.program import Program, compile_program
from autoflow.kinds.base import Condition
from autoflow.kinds.view import View
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record
from autoflow.model.event import IDENTIFY, Event
from autoflow.model.instants import parse_instant
from tests.engine.sources import SETTINGS, workspace
from tests.oracle import conditions as naive

ZONE = "Europe/London"
HOUR = 3_600_000_000
DAY = 24 * HOUR
WORDS = naive.Words(
    attributes={"birthday": "date", "plan": "choice", "stage": "text"},
    properties={
        ("purchased", "total"): "money",
        ("purchased", "category"): "text",
        ("purchased", "order_id"): "text",
        ("purchased", "n"): "number",
    },
)
LEAVES = {
    "ever": "{did: purchased}",
    "never": "{did_not: purchased}",
    "twice": "{did: purchased, at_least: 2 times}",
    "exactly": "{did: purchased, exactly: 2 times}",
    "none at all": "{did: purchased, exactly: 0 times}",
    "at most": "{did: purchased, at_most: 1 times}",
    "days": "{did: purchased, within_last: 3 days}",
    "hours": "{did: purchased, at_least: 2 times, within_last: 30 hours}",
    "exactly in days": "{did: purchased, exactly: 1 times, within_last: 5 days}",
    "not in days": "{did_not: purchased, within_last: 3 days}",
    "month": "{did: purchased, within_last: 1 month}",
    "twice in a month": "{did: purchased, at_least: 2 times, within_last: 1 month}",
    "forty": "{did: purchased, at_least: 40 times, within_last: 20 days}",
    "longer ago": "{did: purchased, longer_ago_than: 2 days}",
    "twice longer ago": "{did: purchased, at_least: 2 times, longer_ago_than: 4 days}",
    "longer ago than a month": "{did: purchased, longer_ago_than: 1 month}",
    "twice longer ago than a month": "{did: purchased, at_least: 2 times, longer_ago_than: 1 month}",
    "where": "{did: purchased, where: {total: {at_least: 20}}, within_last: 3 days}",
    "where in": "{did: purchased, where: {category: [tea, Kaffee]}}",
    "where not": "{did: purchased, where: {category: {is_not: tea}}, at_least: 2 times}",
    "sum": "{sum_of: purchased.total, at_least: 50}",
    "sum in days": "{sum_of: purchased.total, more_than: 30, within_last: 4 days}",
    "small sum": "{sum_of: purchased.total, at_most: 10, within_last: 4 days}",
    "sum in a month": "{sum_of: purchased.total, between: [20, 60], within_last: 1 month}",
    "tag": "{has_tag: vip}",
    "plan": "{attribute: plan, is: pro}",
    "no plan": "{attribute: plan, is_not: pro}",
    "birthday": "{attribute: birthday, anniversary_within: 3 days}",
    "recent day": "{attribute: birthday, within_last: 2 days}",
    "coming day": "{attribute: birthday, within_next: 1 month}",
    "all": "{all: [{did: purchased, within_last: 5 days}, {did_not: purchased, within_last: 2 days}]}",
    "any": "{any: [{did: purchased, at_least: 3 times}, {attribute: plan, is: pro}, {did: refunded}]}",
    "none": "{none: [{did: purchased, within_last: 3 days}, {sum_of: purchased.total, at_least: 60}]}",
}


@cache
def program() -> Program:
    segments = {f"s{number}": f"conditions: [{leaf}]\n" for number, leaf in enumerate(LEAVES.values())}
    tagged = {"t": "trigger: {event: looked}\nactions: [add_tag: vip]\n"}
    read = read_workspace(workspace(tagged, segments, SETTINGS), {})
    assert read.sound, [problem for problem in read.problems if problem.severity == "error"]
    return compile_program(read)


@cache
def condition(name: str) -> Condition:
    segment = program().segment(f"s{list(LEAVES).index(name)}")
    assert segment is not None
    return segment.condition


@cache
def written(name: str) -> Any:
    from tests.oracle.workspace import _yaml

    return [_yaml(LEAVES[name])]


EVENTS: list[tuple[str, dict[str, Any]]] = [
    *(
        ("purchased", {"total": total, "category": category})
        for total in (5, 20, "x")
        for category in ("tea", "KAFFEE")
    ),
    ("purchased", {}),
    ("refunded", {}),
    ("looked", {}),
    (IDENTIFY, {"plan": "pro"}),
    (IDENTIFY, {"plan": None}),
    (IDENTIFY, {"birthday": "2000-02-29"}),
    (IDENTIFY, {"birthday": "2026-04-01"}),
    (IDENTIFY, {"timezone": "Pacific/Auckland"}),
    (IDENTIFY, {"timezone": "nowhere"}),
]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Event], int]:
    """Events with months' ends and changes of the clock around them, some of them late; and an instant after."""
    at = parse_instant(
        draw(
            st.sampled_from(["2026-01-28 12:00", "2026-03-27 12:00", "2026-10-22 12:00", "2024-02-27 12:00"])
        )
    )
    unit = draw(st.sampled_from([HOUR, 6 * HOUR, 1_000_003]))
    items = []
    for seq in range(1, draw(st.integers(1, 60)) + 1):
        at += 1 + draw(st.integers(0, 12)) * unit
        late = draw(st.sampled_from([0, 0, 0, HOUR, 5 * HOUR, 2 * DAY, 25 * DAY]))
        name, properties = draw(st.sampled_from(EVENTS))
        items.append(Event(seq, at, at - late, name, {**properties}))
    return items, at + draw(st.integers(0, 40 * 24)) * HOUR


def seen_by_the_witness(items: list[Event], record: Record) -> naive.History:
    history = naive.History("ana")
    for item in items:
        history.seen.append((item.at, item.occurred_at))
        if item.name == IDENTIFY:
            history.attributes += [(item.at, name, value) for name, value in item.properties.items()]
        else:
            history.events.append(naive.Event(item.name, item.at, item.occurred_at, item.properties))
    history.tags += [(since, tag, True) for tag, since in record.tags.items()]
    return history


@pytest.mark.parametrize("name", LEAVES)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(histories(), st.floats(0, 1))
def test_the_answer_is_the_witness_and_holds_until_the_stored_time(
    name: str, story: tuple[list[Event], int], part: float
) -> None:
    items, now = story
    record = Record("u:ana", "ana")
    advance(program(), record, items, now, spill=False)
    history = seen_by_the_witness(items, record)
    view = View(record, now, ZONE)
    holds, change = condition(name).judge(view)
    assert holds is naive.holds(written(name), history, now, ZONE, WORDS)
    assert change is None or change > now
    last = change - 1 if change is not None else now + 400 * DAY
    for then in {last, now + int((last - now) * part)}:
        assert naive.holds(written(name), history, then, ZONE, WORDS) is holds, (
            "it changed before the stored time"
        )
    if change is not None:
        view.now = change
        assert condition(name).holds(view) is naive.holds(written(name), history, change, ZONE, WORDS)


@pytest.mark.parametrize("name", ["month", "twice in a month"])
def test_a_later_event_may_leave_a_months_window_first(name: str) -> None:
    """A month is clamped day by day: on 28 February at ten, 31 January, 8:00 is out and 30 January, 12:00 is in."""
    items = [
        Event(n, at := parse_instant(text), at, "purchased", {})
        for n, text in enumerate(("2026-01-30 12:00", "2026-01-31 08:00"), 1)
    ]
    for clock in ("02-28 07:59", "02-28 08:00", "02-28 10:00", "02-28 12:00"):
        now = parse_instant(f"2026-{clock}")
        record = Record("u:ana", "ana")
        advance(program(), record, items, now, spill=False)
        history = seen_by_the_witness(items, record)
        view = View(record, now, ZONE)
        assert condition(name).holds(view) is naive.holds(written(name), history, now, ZONE, WORDS), clock
