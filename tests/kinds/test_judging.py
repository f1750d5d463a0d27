"""Each condition against the witness, over random histories; and no answer changes before the stored time (rule 4)."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.core.compiling import compile_program
from autoflow.core.program import Program
from autoflow.kinds.base import Condition
from autoflow.kinds.view import View
from autoflow.language.workspace import read_workspace
from autoflow.model.event import IDENTIFY, Event
from autoflow.model.instants import parse_instant
from tests.engine.sources import SETTINGS, workspace
from tests.kinds.lives import DAY, ZONE, lived, lives
from tests.oracle import conditions as naive
from tests.oracle.look import Look
from tests.oracle.reading import read_yaml
from tests.oracle.workspace import read_workspace as read_by_the_witness

MORE = """
stages: [new, warm]
scores:
  lead:
    floor: 0
    halves_every: 2 days
    rules: [{when: purchased, add: 4}, {when: refunded, add: -5}, {when: looked, add: 3, at_most: 1 per 3 days}]
"""
RECIPES = {
    "t": "trigger: {event: looked}\nactions:\n  - add_tag: vip\n  - send_email: hello\n  - give_consent: news\n"
    "  - add_to_audience: fans\n  - set_stage: warm\n  - adjust_score: {score: lead, by: 2}\n",
    "u": "trigger: {event: refunded}\nactions:\n  - remove_from_audience: fans\n  - set_stage: new\n",
}
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
    "average": "{average_of: purchased.total, at_least: 10}",
    "average in days": "{average_of: purchased.total, less_than: 13, within_last: 3 days}",
    "average in a month": "{average_of: purchased.total, is_not: 5, within_last: 1 month}",
    "lowest": "{lowest_of: purchased.total, is: 5}",
    "lowest in days": "{lowest_of: purchased.total, more_than: 5, within_last: 4 days}",
    "lowest in a month": "{lowest_of: purchased.total, more_than: 5, within_last: 1 month}",
    "highest": "{highest_of: purchased.total, at_least: 20}",
    "highest in days": "{highest_of: purchased.total, at_least: 20, within_last: 30 hours}",
    "highest in a month": "{highest_of: purchased.total, less_than: 20, within_last: 1 month}",
    "different": "{different_values_of: purchased.category, at_least: 2}",
    "different in days": "{different_values_of: purchased.category, is: 1, within_last: 3 days}",
    "different in a month": "{different_values_of: purchased.total, at_most: 2, within_last: 1 month}",
    "one in a month": "{different_values_of: purchased.category, at_least: 1, within_last: 1 month}",
    "first time": "{did: purchased, first_time_within_last: 10 days}",
    "first time in a month": "{did_not: purchased, first_time_within_last: 1 month}",
    "first time where": "{did: purchased, first_time_within_last: 8 days, where: {category: tea}}",
    "one after another": "{did: purchased, then: refunded}",
    "soon after": "{did: purchased, then: refunded, within: 6 hours}",
    "again": "{did: purchased, then: purchased, within: 1 day, within_last: 5 days}",
    "not soon after": "{did_not: purchased, then: looked, within: 1 month, within_last: 1 month}",
    "first where, then": "{did: purchased, where: {category: tea}, then: refunded, within_last: 9 days}",
    "more than before": "{did: purchased, within_last: 3 days, at_least: 150% of before}",
    "less than before": "{did: purchased, within_last: 1 month, at_most: 50% of before}",
    "sum against before": "{sum_of: purchased.total, within_last: 2 days, more_than: 100% of before}",
    "sum below before": "{sum_of: purchased.total, within_last: 1 month, less_than: 50% of before}",
    "score": "{score: lead, at_least: 3}",
    "score above": "{score: lead, more_than: 4}",
    "score between": "{score: lead, between: [1, 4]}",
    "no score": "{score: lead, is: 0}",
    "score not": "{score: lead, is_not: 4}",
    "hours of the day": '{local_time: {between: ["09:00", "17:00"]}}',
    "over midnight": '{local_time: {between: ["22:00", "06:00"], days: weekdays}}',
    "skipped hour": '{local_time: {between: ["01:30", "02:30"], days: sunday}}',
    "weekend": "{local_time: {days: weekend}}",
    "received": "{received: hello}",
    "received in days": "{received: hello, within_last: 2 days, at_least: 2 times}",
    "entered": "{entered: t, at_least: 2 times}",
    "entered in a month": "{entered: t, within_last: 1 month}",
    "in recipe": "{in_recipe: t}",
    "audience": "{in_audience: fans}",
    "stage": "{stage: [warm]}",
    "consent": "{has_consent: news}",
    "any consent": "{has_consent: any}",
    "all": "{all: [{did: purchased, within_last: 5 days}, {did_not: purchased, within_last: 2 days}]}",
    "any": "{any: [{did: purchased, at_least: 3 times}, {attribute: plan, is: pro}, {did: refunded}]}",
    "none": "{none: [{did: purchased, within_last: 3 days}, {sum_of: purchased.total, at_least: 60}]}",
}


@cache
def program(name: str) -> Program:
    segments = {"s": f"conditions: [{LEAVES[name]}]\n"}
    read = read_workspace(workspace(RECIPES, segments, SETTINGS + MORE), {})
    assert read.sound, [problem for problem in read.problems if problem.severity == "error"]
    return compile_program(read)


@cache
def words() -> naive.Words:
    return read_by_the_witness(workspace({}, {}, SETTINGS + MORE)).words


@cache
def condition(name: str) -> Condition:
    segment = program(name).segment("s")
    assert segment is not None
    return segment.condition


@cache
def written(name: str) -> Any:
    return [read_yaml(LEAVES[name])]


def said_by_the_witness(name: str, history: naive.History, now: int) -> bool:
    return naive.true(written(name), Look(history, now, ZONE, words()))


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.parametrize("name", LEAVES)
@settings(max_examples=10, suppress_health_check=SLOW)
@given(lives(), st.floats(0, 1))
def test_the_answer_is_the_witness_and_holds_until_the_stored_time(
    name: str, story: tuple[list[Event], int], part: float
) -> None:
    must_hold(name, *story, part)


@pytest.mark.stress
@pytest.mark.parametrize("name", LEAVES)
@settings(max_examples=1_000, suppress_health_check=SLOW)
@given(lives(), st.floats(0, 1))
def test_that_at_length(name: str, story: tuple[list[Event], int], part: float) -> None:
    must_hold(name, *story, part)


def must_hold(name: str, items: list[Event], now: int, part: float) -> None:
    record, history = lived(program(name), items, now)
    view = View(record, now, ZONE)
    holds, change = condition(name).judge(view)
    assert holds is said_by_the_witness(name, history, now)
    assert change is None or change > now
    last = change - 1 if change is not None else now + 400 * DAY
    for then in {last, now + int((last - now) * part)}:
        assert said_by_the_witness(name, history, then) is holds, "it changed before the stored time"
    if change is not None:
        view.now = change
        assert condition(name).holds(view) is said_by_the_witness(name, history, change)


@pytest.mark.parametrize("name", ["month", "twice in a month", "one in a month"])
def test_a_later_event_may_leave_a_months_window_first(name: str) -> None:
    """A month is clamped day by day: on 28 February at ten, 31 January, 8:00 is out and 30 January, 12:00 is in."""
    items = [
        Event(n, at := parse_instant(text), at, "purchased", {"category": "tea"})
        for n, text in enumerate(("2026-01-30 12:00", "2026-01-31 08:00"), 1)
    ]
    for clock in ("02-28 07:59", "02-28 08:00", "02-28 10:00", "02-28 12:00"):
        now = parse_instant(f"2026-{clock}")
        record, history = lived(program(name), items, now)
        view = View(record, now, ZONE)
        assert condition(name).holds(view) is said_by_the_witness(name, history, now), clock


@pytest.mark.parametrize("name", ["one in a month", "longer ago than a month", "first time in a month"])
def test_whoever_moves_meets_the_end_of_a_month_otherwise(name: str) -> None:
    """In Auckland the second of these falls on the 29th, and leaves the window at one in the afternoon."""
    items = [
        Event(n, at := parse_instant(text), at, "purchased", {"category": "tea"})
        for n, text in enumerate(("2026-01-28 12:00", "2026-01-29 00:00"), 1)
    ]
    items.append(Event(3, at := items[-1].at + 1, at, IDENTIFY, {"timezone": "Pacific/Auckland"}))
    for clock in ("02-27 11:00", "02-27 23:00", "02-28 00:00", "02-28 11:00", "02-28 12:00"):
        now = parse_instant(f"2026-{clock}")
        record, history = lived(program(name), items, now)
        view = View(record, now, ZONE)
        assert condition(name).holds(view) is said_by_the_witness(name, history, now), clock
