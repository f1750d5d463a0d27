"""Choosing, splitting, handing on, restarting, running side by side. Times are UTC."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from tests.oracle.making import clock, enter, entered, identify, late, page, play, runs, said, track
from tests.oracle.recipes import inside

ON_PURCHASE = "trigger: {event: purchased}\n"
BOUGHT = track("purchased", "2026-03-02 10:00", order_id="A", total=30)


@pytest.mark.parametrize(("total", "step"), [(100, "large"), (30, "middling"), (5, "small"), (None, "small")])
def test_the_first_branch_that_holds_is_walked(total: int | None, step: str) -> None:
    choose = (
        "  - choose:\n"
        "    - {if: {event_property: total, at_least: 50}, actions: [{id: large, notify_sales: x}]}\n"
        "    - {if: [{event_property: total, at_least: 20}], actions: [{id: middling, notify_sales: x}]}\n"
        "    - {otherwise: [{id: small, notify_sales: x}]}\n"
        "  - {id: behind, notify_sales: x}\n"
    )
    outcome = play(
        [track("purchased", "2026-03-02 10:00", total=total)],
        recipes={"r": f"{ON_PURCHASE}actions:\n{choose}"},
    )
    assert [message.step for message in outcome.messages] == [step, "behind"]


def test_where_no_branch_holds_it_goes_on_behind() -> None:
    choose = "  - choose: {if: [{has_tag: x}], actions: [{exit: x}]}\n  - notify_sales: x\n"
    outcome = play([BOUGHT], recipes={"r": f"{ON_PURCHASE}actions:\n{choose}"})
    assert len(outcome.messages) == 1
    choose = "  - choose: {if: [{has_tag: x}], actions: [{exit: x}], otherwise: [{create_task: x}]}\n"
    outcome = play([BOUGHT], recipes={"r": f"{ON_PURCHASE}actions:\n{choose}"})
    assert len(said(outcome, "tasks")) == 1


def test_nested_steps_wait_and_have_ids() -> None:
    actions = (
        "  - choose:\n    - if: {did: purchased}\n      actions:\n"
        "        - {id: inner, wait: 1 day}\n"
        "        - wait_for: {event: refunded, up_to: 1 day, otherwise: [{id: innermost, notify_sales: x}]}\n"
        "  - {id: behind, notify_sales: x}\n"
    )
    outcome = play([BOUGHT], until="2026-03-31 00:00", recipes={"r": f"{ON_PURCHASE}actions:\n{actions}"})
    assert said(outcome, "sales") == [
        ("2026-03-04 10:00", "innermost", ""),
        ("2026-03-04 10:00", "behind", ""),
    ]
    (recipe,) = outcome.workspace.recipes
    assert [step.id for step in inside(recipe.steps)] == [
        "choose",
        "inner",
        "wait_for:refunded",
        "innermost",
        "behind",
    ]


SPLIT = (
    "  - id: s\n    split:%s\n"
    "        - {name: a, percent: 12.34, actions: [{id: a, notify_sales: x}]}\n"
    "        - {name: b, percent: 37.66, actions: [{id: b, notify_sales: x}]}\n"
    "        - {name: c, percent: 50, actions: [{id: c, notify_sales: x}]}\n"
)
EACH_ENTRY = "\n      draw: each_entry\n      parts:"


def bucket(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:16], 16) % 10_000


def part_of(number: int) -> str:
    return "a" if number < 1234 else "b" if number < 5000 else "c"


def test_a_split_goes_by_the_hash_of_recipe_step_and_contact() -> None:
    who = [f"u{number}" for number in range(60)]
    outcome = play(
        [track("purchased", "2026-03-02 10:00", each) for each in who],
        recipes={"r": f"{ON_PURCHASE}actions:\n{SPLIT % ''}"},
    )
    drawn = {message.contact: message.step for message in outcome.messages}
    assert drawn == {each: part_of(bucket(f"r/s/u:{each}")) for each in who}
    assert set(drawn.values()) == {"a", "b", "c"}


@pytest.mark.parametrize(("of_the_first", "part"), [(0, "b"), (1, "a")])
def test_a_part_has_the_buckets_below_its_percent(of_the_first: int, part: str) -> None:
    """The very bucket into which he falls is the first of the second part, or the last of the first."""
    hundredths = bucket("r/s/u:ana") + of_the_first
    percents = [f"{number / 100:.2f}" for number in (hundredths, 10_000 - hundredths)]
    parts = ", ".join(
        f"{{name: {name}, percent: {percent}, actions: [{{id: {name}, notify_sales: x}}]}}"
        for name, percent in zip("ab", percents, strict=True)
    )
    outcome = play([BOUGHT], recipes={"r": f"{ON_PURCHASE}actions:\n  - {{id: s, split: [{parts}]}}\n"})
    assert [message.step for message in outcome.messages] == [part]


def test_a_split_is_the_same_for_each_entry_unless_it_says_otherwise() -> None:
    days = [f"2026-03-{day:02} 10:00" for day in range(1, 13)]
    for draw, parts in (
        ("", {part_of(bucket("r/s/u:ana"))}),
        (EACH_ENTRY, {part_of(bucket(f"r/s/u:ana/{entry}")) for entry in range(1, 13)}),
    ):
        outcome = play(
            [track("purchased", day) for day in days], recipes={"r": f"{ON_PURCHASE}actions:\n{SPLIT % draw}"}
        )
        assert {message.step for message in outcome.messages} == parts


def test_a_holdout_without_actions_walks_those_of_the_first_other_part() -> None:
    split = (
        "  - split:\n    - {name: a, percent: 0.01, actions: [{id: one, notify_sales: x}]}\n"
        "    - {name: h, percent: 99.99, holdout: true}\n"
    )
    outcome = play([BOUGHT], recipes={"r": f"{ON_PURCHASE}actions:\n{split}"})
    assert said(outcome, "sales") == [("2026-03-02 10:00", "one", "holdout")]


# -------------------------------------------------------------------- handing on


def test_enter_recipe_hands_the_event_on_and_asks_the_conditions() -> None:
    recipes = {
        "a": f"{ON_PURCHASE}actions:\n  - enter_recipe: b\n  - {{id: on, notify_sales: x}}\n",
        "b": "trigger: {event: refunded}\nper: event.order_id\nconditions: [{event_property: total, at_least: 20}]\n"
        'actions:\n  - notify_sales: "{{ event.order_id }}"\n',
    }
    outcome = play([BOUGHT], recipes=recipes)
    assert [(message.recipe, message.step) for message in outcome.messages] == [
        ("a", "on"),  # it was queued
        ("b", "notify_sales:sales"),
    ]
    outcome = play([track("purchased", "2026-03-02 10:00", total=5)], recipes=recipes)
    assert outcome.refused == Counter({("b", "condition 1"): 1})


def test_by_hand_and_by_no_other_way() -> None:
    recipes = {
        "r": "trigger: manual\nactions:\n  - add_tag: x\n",
        "q": "trigger: manual\nactions:\n  - add_tag: x\n",
        "e": f"{ON_PURCHASE}actions:\n  - add_tag: x\n",
    }
    outcome = play([BOUGHT, enter("r", "2026-03-03 10:00"), enter("e", "2026-03-03 11:00")], recipes=recipes)
    assert (entered(outcome, "r"), entered(outcome, "q"), entered(outcome, "e")) == (
        ["2026-03-03 10:00"],
        [],
        ["2026-03-02 10:00"],
    )


@pytest.mark.parametrize(
    ("event", "by"),
    [(track("purchased", "2026-03-02 10:00"), "t"), (page("/", "2026-03-02 10:00"), "page_visited")],
)
def test_a_run_knows_by_which_trigger_it_was_started(event: dict[str, object], by: str) -> None:
    recipe = (
        "trigger:\n  - {event: purchased, id: t}\n  - {page_visited: '*'}\n"
        f"conditions: [{{entered_by: {by}}}]\n"
        f"actions:\n  - choose: {{if: {{entered_by: {by}}}, actions: [{{notify_sales: x}}]}}\n"
    )
    assert len(play([event], recipes={"r": recipe}).messages) == 1


# -------------------------------------------------------------------- while running

STAY = 'actions:\n  - wait: 10 days\n  - notify_sales: "{{ event.order_id }}"\n'
TWO = [BOUGHT, track("purchased", "2026-03-04 10:00", order_id="B", total=5)]


def test_restart_ends_the_run_and_counts_as_an_entry() -> None:
    outcome = play(
        TWO,
        until="2026-03-27 00:00",
        recipes={"r": f"{ON_PURCHASE}while_running: restart\nreentry: never\n{STAY}"},
    )
    assert runs(outcome) == [
        ("2026-03-02 10:00", "exited", "2026-03-04 10:00"),
        ("2026-03-04 10:00", "finished", "2026-03-14 10:00"),
    ]
    assert not outcome.refused


def test_who_fails_the_conditions_restarts_nothing() -> None:
    outcome = play(
        TWO,
        until="2026-03-27 00:00",
        recipes={
            "r": f"{ON_PURCHASE}while_running: restart\nconditions: [{{event_property: total, at_least: 20}}]\n{STAY}"
        },
    )
    assert runs(outcome) == [("2026-03-02 10:00", "finished", "2026-03-12 10:00")]
    assert outcome.refused == Counter({("r", "condition 1"): 1})


def test_restart_goes_by_per() -> None:
    outcome = play(
        [*TWO, track("purchased", "2026-03-05 10:00", order_id="A")],
        until="2026-03-06 00:00",
        recipes={"r": f"{ON_PURCHASE}per: event.order_id\nwhile_running: restart\n{STAY}"},
    )
    assert [state for _, state, _ in runs(outcome)] == ["exited", "running", "running"]


@pytest.mark.parametrize(
    ("reentry", "count"), [("always", 2), ("never", 1), ("after 2 days", 2), ("after 3 days", 1)]
)
def test_parallel_runs_ask_for_reentry_alone(reentry: str, count: int) -> None:
    recipe = f"{ON_PURCHASE}while_running: parallel\nreentry: {reentry}\n{STAY}"
    outcome = play(TWO, until="2026-03-27 00:00", recipes={"r": recipe})
    assert len(said(outcome, "sales")) == count


def test_a_segment_may_ask_who_is_in_a_recipe() -> None:
    """He is in it from his entry, before its first step, to its end."""
    recipes = {
        "a": f"{ON_PURCHASE}actions:\n  - choose: {{if: {{in_segment: busy}}, actions: [{{notify_sales: x}}]}}\n"
        "  - wait: 1 day\n",
        "in": "trigger: {segment_entered: busy}\nactions:\n  - add_tag: x\n",
        "out": "trigger: {segment_left: busy}\nactions:\n  - add_tag: x\n",
    }
    outcome = play(
        [BOUGHT],
        until="2026-03-27 00:00",
        segments={"busy": "conditions: [{in_recipe: a}]\n"},
        recipes=recipes,
    )
    assert said(outcome, "sales") == [("2026-03-02 10:00", "notify_sales:sales", "")]
    assert (entered(outcome, "in"), entered(outcome, "out")) == (["2026-03-02 10:00"], ["2026-03-03 10:00"])


def test_the_end_of_another_run_is_looked_at_as_a_goal() -> None:
    recipes = {
        "a": f"priority: 1\n{ON_PURCHASE}goal: [{{none: [{{in_recipe: b}}]}}]\nactions: [wait: 9 days]\n",
        "b": f"priority: 2\n{ON_PURCHASE}exit: [{{did: refunded}}]\nactions: [wait: 1 day]\n",
    }
    outcome = play([BOUGHT], until="2026-03-27 00:00", recipes=recipes)
    assert [(entry.recipe, entry.outcome, clock(entry.ended or 0)) for entry in outcome.entries] == [
        ("b", "finished", "2026-03-03 10:00"),
        ("a", "goal", "2026-03-03 10:00"),
    ]


# -------------------------------------------------------------------- what comes in late


@pytest.mark.parametrize(
    ("received", "count"), [("2026-03-03 10:00", 1), ("2026-03-03 10:01", 0), ("2026-04-02 10:00", 0)]
)
def test_what_occurred_more_than_a_day_before_starts_nothing(received: str, count: int) -> None:
    recipes = {
        "event": f"{ON_PURCHASE}actions: [add_tag: x]\n",
        "segment": "trigger: {segment_entered: buyers}\nactions: [add_tag: y]\n",
    }
    outcome = play(
        [late(BOUGHT, received)], segments={"buyers": "conditions: [{did: purchased}]\n"}, recipes=recipes
    )
    assert [len(entered(outcome, recipe)) for recipe in recipes] == [count, count]
    assert outcome.memberships("buyers", 2**51) == {"ana"}


def test_an_event_may_say_itself_how_late_it_may_come() -> None:
    recipes = {"r": "trigger: {event: booked}\nactions: [add_tag: x]\n"}
    booked = track("booked", "2026-03-02 10:00")
    assert entered(play([late(booked, "2026-03-05 10:00")], recipes=recipes)) == ["2026-03-05 10:00"]
    assert not entered(play([late(booked, "2026-03-05 10:01")], recipes=recipes))


def test_what_comes_late_counts_for_goals_by_when_it_occurred() -> None:
    recipes = {"r": f"{ON_PURCHASE}goal: [{{did: refunded}}]\nactions: [wait: 30 days]\n"}
    for occurred, state in (("2026-03-02 09:00", "running"), ("2026-03-02 11:00", "goal")):
        outcome = play([BOUGHT, late(track("refunded", occurred), "2026-03-09 10:00")], recipes=recipes)
        assert [state for _, state, _ in runs(outcome)] == [state]


def test_items_go_by_receipt() -> None:
    outcome = play(
        [late(BOUGHT, "2026-03-02 12:00"), identify("2026-03-02 11:00", city="Bonn")],
        recipes={"r": f"{ON_PURCHASE}conditions: [{{attribute: city, is: Bonn}}]\nactions: [add_tag: x]\n"},
    )
    assert entered(outcome) == ["2026-03-02 12:00"]
