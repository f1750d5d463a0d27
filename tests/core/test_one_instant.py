"""Several things at one microsecond: in the order of receipt, timers after them; and what occurred at one instant."""

from __future__ import annotations

from typing import Any

import pytest

from autoflow.core.advance import advance
from autoflow.core.compiling import compile_program
from autoflow.core.program import Program
from autoflow.kinds.view import View
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record
from autoflow.model.effects import SALES, Effects
from autoflow.model.event import IDENTIFY, Event
from tests.engine.sources import SETTINGS, workspace
from tests.engine.world import START

HOUR = 3_600_000_000
MORE = SETTINGS.replace(
    "  stage: text\n", "  seen: {last_of: purchased.n}\n  first: {first_of: purchased.n}\n"
) + ("scores: {lead: {rules: [{when: purchased, add: 1, at_most: 2 per day}]}}\n")
Did = tuple[str, dict[str, Any]]


def program(recipes: dict[str, str], segments: dict[str, str] | None = None, settings: str = MORE) -> Program:
    read = read_workspace(workspace(recipes, segments or {}, settings), {})
    errors = [problem for problem in read.problems if problem.severity == "error"]
    assert not errors
    return compile_program(read)


def items(*did: Did, at: int = START, first: int = 1, occurred_at: int | None = None) -> list[Event]:
    """Things that were all received at one instant, one after another."""
    return [
        Event(first + number, at, at if occurred_at is None else occurred_at, name, properties)
        for number, (name, properties) in enumerate(did)
    ]


def notices(effects: Effects) -> list[str]:
    return [each.values["message"] for each in effects.messages if each.channel == SALES]


ASKS = {
    "asks": """trigger: {event: looked}
conditions: [{has_tag: buyer}]
actions: [{notify_sales: "{{ event.n }}"}]
""",
    "tags": "trigger: {event: purchased}\nactions: [{add_tag: buyer}]\n",
    "untags": "trigger: {event: refunded}\nactions: [{remove_tag: buyer}]\n",
}
LOOKED: Did = ("looked", {"n": 1})
LOOKED_AGAIN: Did = ("looked", {"n": 2})
BOUGHT: Did = ("purchased", {"n": 1})
BOUGHT_AGAIN: Did = ("purchased", {"n": 2})
BROUGHT_BACK: Did = ("refunded", {})


@pytest.mark.parametrize(
    ("did", "said"),
    [
        ([LOOKED, BOUGHT], []),
        ([BOUGHT, LOOKED], ["1"]),
        ([BOUGHT, LOOKED, LOOKED_AGAIN], ["1", "2"]),
        ([BOUGHT, LOOKED_AGAIN, LOOKED], ["2", "1"]),
        ([LOOKED, BOUGHT, LOOKED_AGAIN, BROUGHT_BACK], ["2"]),
        ([BOUGHT, BROUGHT_BACK, LOOKED], []),
    ],
)
def test_what_is_received_at_one_instant_applies_in_the_order_of_receipt(
    did: list[Did], said: list[str]
) -> None:
    whole = advance(program(ASKS), Record("u:a", "a"), items(*did), START)
    assert notices(whole) == said
    record, one_by_one = Record("u:a", "a"), []
    for item in items(*did):
        one_by_one += notices(advance(program(ASKS), record, [item], START - 1))
    assert one_by_one == said


WAITS = {
    "waits": """trigger: {event: looked}
goal: [{did: purchased}]
actions: [{wait: 1 hour}, {notify_sales: reminded}]
""",
    "waits-for": """trigger: {event: looked}
actions:
  - wait_for:
      event: purchased
      up_to: 1 hour
      then: [{id: came, notify_sales: came}]
      otherwise: [{notify_sales: not come}]
""",
}


@pytest.mark.parametrize(
    ("micros", "said"),
    [(-1, ["came"]), (0, ["came"]), (1, ["reminded", "not come"])],
)
def test_a_timer_comes_after_what_is_received_at_its_instant(micros: int, said: list[str]) -> None:
    later = items(BOUGHT, at=START + HOUR + micros, first=2)
    effects = advance(program(WAITS), Record("u:a", "a"), [*items(LOOKED), *later], START + 2 * HOUR)
    assert notices(effects) == said


def test_what_an_item_sets_off_and_what_time_sets_off_at_one_instant() -> None:
    """At the instant at which the window closes: the item sees it closed, and then the timers of that instant go."""
    segments = {"fresh": "conditions: [{did: purchased, within_last: 1 day}]\n"}
    recipes = {
        "left": "trigger: {segment_left: fresh}\nactions: [{notify_sales: left}]\n",
        "looks": """trigger: {event: looked}
actions:
  - choose:
      if: [{in_segment: fresh}]
      actions: [{id: fresh, notify_sales: fresh}]
      otherwise: [{notify_sales: stale}]
""",
        "daily": 'trigger: {schedule: {cron: "0 9 * * *"}}\nactions: [{notify_sales: nine}]\n',
        "wakes": "trigger: {event: purchased}\nactions: [{wait: 24 hours}, {notify_sales: woke}]\n",
    }
    ran = program(recipes, segments)
    day = START + 24 * HOUR
    past = items(BOUGHT, at=START, first=1)
    effects = advance(ran, Record("u:a", "a"), [*past, *items(LOOKED, at=day, first=2)], day)
    # at nine of the first day he is known, so that the schedule is for him
    assert notices(effects) == ["nine", "left", "stale", "nine", "woke"]


@pytest.mark.parametrize(
    ("did", "last", "first"),
    [([BOUGHT, BOUGHT_AGAIN], 2, 1), ([BOUGHT_AGAIN, BOUGHT], 1, 2)],
)
def test_of_what_occurred_at_one_instant_the_later_received_is_the_last(
    did: list[Did], last: int, first: int
) -> None:
    record = Record("u:a", "a")
    late = items(*did, at=START, occurred_at=START - HOUR)
    advance(program({}), record, late, START)
    assert (record.known("seen"), record.known("first")) == (last, first)


@pytest.mark.parametrize(
    ("did", "holds"), [([LOOKED, BOUGHT], True), ([BOUGHT, LOOKED], True), ([BOUGHT], False)]
)
def test_one_thing_followed_another_where_they_occurred_at_one_instant(
    did: list[Did], *, holds: bool
) -> None:
    segments = {"s": "conditions: [{did: looked, then: purchased, within: 1 hour}]\n"}
    record = Record("u:a", "a")
    advance(program({}, segments), record, items(*did), START)
    assert ("s" in record.segments) is holds


def test_a_thing_does_not_follow_itself() -> None:
    segments = {"s": "conditions: [{did: purchased, then: purchased}]\n"}
    record = Record("u:a", "a")
    ran = program({}, segments)
    advance(ran, record, items(BOUGHT), START)
    assert "s" not in record.segments
    advance(ran, record, items(BOUGHT_AGAIN, first=2), START)
    assert "s" in record.segments


def test_a_limit_counts_what_occurred_at_one_instant_one_by_one() -> None:
    record = Record("u:a", "a")
    ran = read_workspace(workspace({}, {}, MORE), {})
    advance(compile_program(ran), record, items(BOUGHT, BOUGHT, BOUGHT), START)
    score = ran.settings.scores["lead"]
    assert score.value(View(record, START, "UTC")) == 2_000_000


def test_one_entry_for_one_item_though_two_triggers_hear_it() -> None:
    recipes = {
        "r": """trigger: [{id: a, attribute_changed: plan}, {id: b, attribute_changed: birthday}]
actions:
  - choose:
      if: [{entered_by: a}]
      actions: [{id: a, notify_sales: a}]
      otherwise: [{id: b, notify_sales: b}]
"""
    }
    both: Did = (IDENTIFY, {"birthday": "1990-01-01", "plan": "pro"})
    effects = advance(program(recipes), Record("u:a", "a"), items(both), START)
    assert notices(effects) == ["b"]  # the first of its triggers in the order in which things were written
    apart = [(IDENTIFY, {"birthday": "1990-01-01"}), (IDENTIFY, {"plan": "pro"})]
    effects = advance(program(recipes), Record("u:a", "a"), items(*apart), START)
    assert notices(effects) == ["b", "a"]


# -------------------------------------------------------------------- what steps changed, and what waits its turn


def test_a_goal_sees_what_steps_have_changed_though_its_own_turn_is_yet_to_come() -> None:
    """The tag b is on when the tag a is looked at, so whoever is in it reaches the goal, and enters by a once more."""
    rules = {
        "first": """trigger: [{event: purchased}, {tag_added: a}]
reentry: always
goal: {has_tag: b}
actions: [{wait: 1 day}, {notify_sales: "late"}]
""",
        "second": "trigger: {event: purchased}\nactions: [{add_tag: a}, {add_tag: b}]\n",
    }
    record = Record("u:ana", "ana")
    effects = advance(program(rules), record, items(BOUGHT), START)
    ended = {(run.recipe, run.entry): run.state for run in effects.runs.values()}
    assert ended == {("first", 1): "goal", ("first", 2): "goal", ("second", 1): "finished"}


def test_a_wait_sees_it_as_well() -> None:
    rules = {
        "first": """trigger: {event: purchased}
actions:
  - wait_for: {conditions: [{has_tag: b}], up_to: 1 day, then: [{notify_sales: "b"}]}
""",
        "second": "trigger: {event: purchased}\nactions: [{add_tag: a}, {add_tag: b}]\n",
        "third": 'trigger: {tag_added: a}\nactions: [{notify_sales: "a"}]\n',
    }
    effects = advance(program(rules), Record("u:ana", "ana"), items(BOUGHT), START)
    assert notices(effects) == ["b", "a"]
