from __future__ import annotations

from dataclasses import replace

import pytest

from autoflow.kinds.conditions.any import Any as AnyOf
from autoflow.kinds.conditions.did import Did
from autoflow.kinds.conditions.has_tag import HasTag
from autoflow.language.definitions import Recipe
from autoflow.language.names import Names
from autoflow.language.recipe import read_recipe
from autoflow.model.durations import parse_duration
from tests.language.small import SETTINGS, workspace

BARE = "trigger: {event: purchased}\nactions:\n  - wait: 2 hours\n  - add_tag: bought\n"


def _read(text: str, settings: str = SETTINGS) -> Recipe:
    found = workspace({"recipes/r.yaml": text, "autoflow.yaml": settings})
    assert found.problems == ()
    return found.recipes["r"]


def test_what_is_not_written_has_its_default() -> None:
    recipe = _read(BARE)
    assert recipe.trigger_ids == ("event",)
    assert replace(recipe, hash="", triggers=(), trigger_ids=(), steps=()) == Recipe("r", (), ())


def test_every_key_of_the_spine() -> None:
    recipe = _read(
        """\
recipe: r
description: Thanks.
owner: crm@shop.example
status: paused
priority: -5
trigger:
  - event: purchased
  - event: {name: refunded}
conditions:
  - {has_tag: a}
keep_while: [{has_tag: b}]
per: event.order_id
reentry: after 1 month
while_running: ignore
goal: [{did: purchased}, {has_tag: won}]
exit: {has_tag: do not contact}
actions:
  - id: wait a bit
    wait: 2 hours
  - exit: done
"""
    )
    assert (recipe.description, recipe.owner) == ("Thanks.", "crm@shop.example")
    assert (recipe.status, recipe.priority, recipe.per) == ("paused", -5, "order_id")
    assert len(recipe.triggers) == 2
    assert (recipe.conditions, recipe.keep_while) == (HasTag("a"), HasTag("b"))
    assert recipe.reentry == parse_duration("1 month")
    assert recipe.goal == AnyOf((Did(did="purchased", since="start"), HasTag("won")))
    assert recipe.exit == HasTag("do not contact")
    assert [step.id for step in recipe.steps] == ["wait a bit", "exit:done"]


def test_goals_with_a_window_look_at_all_of_the_past() -> None:
    recipe = _read(BARE + "goal: {did: refunded, within_last: 3 days}\n")
    assert recipe.goal == Did(did="refunded", within_last=parse_duration("3 days"))


@pytest.mark.parametrize(
    ("trigger", "reentry"),
    [
        ("{segment_entered: vip}", "never"),
        ("[{segment_entered: vip}, {segment_entered: lapsed-buyers}]", "never"),
        ("[{segment_entered: vip}, {event: purchased}]", "always"),
        ("{segment_left: vip}", "always"),
        ("page_visited", "always"),
    ],
)
def test_reentry_by_default(trigger: str, reentry: str) -> None:
    assert _read(f"trigger: {trigger}\nactions: [exit]\n").reentry == reentry


def test_steps_are_called_by_kind_and_target() -> None:
    text = """\
trigger: {event: purchased}
actions:
  - send_email: welcome
  - wait: 2 weeks
  - add_tag: vip
  - notify_sales: hello
  - notify_sales: {message: hello, channel: slack-sales}
  - set_attribute: {plan: pro, income: 5}
  - exit
"""
    assert [step.id for step in _read(text).steps] == [
        "send_email:welcome",
        "wait:14 days",
        "add_tag:vip",
        "notify_sales:sales",
        "notify_sales:slack-sales",
        "set_attribute:plan,income",
        "exit",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n" + BARE,
        BARE + "description: Words.\nowner: a@b.example\nstatus: draft\npriority: 3\n",
        'trigger:\n  - "event": purchased\nactions: [{wait: 2 hours}, {add_tag: bought}]\nreentry: always\n',
        BARE + "conditions: []\ngoal:\nwhile_running: ignore\n",
        "actions:\n  - wait: '2 hours'\n  - add_tag: bought\ntrigger: {event: purchased}\n",
    ],
)
def test_layout_and_wording_make_no_new_version(text: str) -> None:
    assert _read(text).hash == _read(BARE).hash


@pytest.mark.parametrize(
    "text",
    [
        BARE.replace("2 hours", "3 hours"),
        BARE.replace("purchased", "refunded"),
        BARE + "reentry: never\n",
        BARE + "per: event.order_id\n",
        BARE + "conditions: {has_tag: a}\n",
        BARE + "keep_while: {has_tag: a}\n",
        BARE + "goal: {has_tag: a}\n",
        BARE + "exit: {has_tag: a}\n",
        BARE.replace("  - add_tag", "  - id: x\n    add_tag"),
        BARE + "  - exit\n",
    ],
)
def test_another_meaning_is_another_version(text: str) -> None:
    assert _read(text).hash != _read(BARE).hash


def test_the_type_of_an_attribute_is_part_of_the_meaning() -> None:
    text = BARE + "conditions: {attribute: income, is: 5}\n"
    as_text = SETTINGS.replace("income: number", "income: text")
    assert _read(text).hash != _read(text, as_text).hash
    assert _read(BARE).hash == _read(BARE, as_text).hash


def test_an_old_version_is_read_although_its_names_are_gone() -> None:
    names = Names(workspace().settings)
    text = BARE + "conditions: [{in_segment: gone}, {attribute: gone, at_least: 5}]\n"
    found = read_recipe("r", text, names)
    assert found.recipe is not None
    assert [problem.code for problem in found.problems] == ["unknown-name", "unknown-name"]


def test_a_recipe_that_cannot_be_read_is_not_there() -> None:
    names = Names(workspace().settings)
    assert read_recipe("r", BARE + "conditions: [{attribute: income}]\n", names).recipe is None
    assert read_recipe("r", "trigger: [", names).recipe is None
    assert read_recipe("r", "", names).recipe is None


def test_steps_know_where_they_stand() -> None:
    found = read_recipe("r", BARE, Names(workspace().settings))
    source = found.report.source
    lines = {step: source.line_number(span.start) for step, span in found.places.items()}
    assert lines == {"wait:2 hours": 3, "add_tag:bought": 4}


@pytest.mark.parametrize("while_running", ["restart", "parallel"])
def test_a_wait_longer_than_the_gap_keeps_nobody_out_who_may_enter_meanwhile(while_running: str) -> None:
    text = "trigger: {event: purchased}\nreentry: after 1 day\nactions: [{wait: 2 days}]\n"
    text += f"while_running: {while_running}\n"
    assert [problem.code for problem in workspace({"recipes/r.yaml": text}).problems] == []


CALLED = 'trigger: manual\nactions:\n  - notify_sales: {message: "Order {{ event.order_id }}"}\n'


def _entered_with(called: str, *callers: str) -> list[tuple[str, str]]:
    files = {f"recipes/c{number}.yaml": text for number, text in enumerate(callers, 1)}
    found = workspace({"recipes/called.yaml": called, **files})
    return [(each.file, each.code) for each in found.problems]


def test_a_recipe_sees_the_event_with_which_another_lets_into_it() -> None:
    calls = "trigger: {event: purchased}\nactions: [{enter_recipe: called}]\n"
    assert _entered_with(CALLED) == [("recipes/called.yaml", "unknown-name")]
    assert _entered_with(CALLED, calls) == []
    assert _entered_with(CALLED.replace("order_id", "ordr_id"), calls) == [
        ("recipes/called.yaml", "unknown-name")
    ]
    assert _entered_with(CALLED, calls.replace("{event: purchased}", "manual")) == [
        ("recipes/called.yaml", "unknown-name")
    ]
    asks = CALLED + "conditions: [{event_property: total, at_least: 5}]\nper: event.order_id\n"
    assert _entered_with(asks, calls) == []


def test_an_event_is_handed_on_through_recipes_also_round_and_round() -> None:
    first = "trigger: {event: purchased}\nactions: [{enter_recipe: %s}]\n"
    second = "trigger: manual\nactions: [{wait: 1 day}, {enter_recipe: called}, {enter_recipe: %s}]\n"
    assert _entered_with(CALLED, first % "c2", second % "c2") == []
    assert _entered_with(CALLED, second % "c1", first % "c1") == []


def test_a_mail_sees_it_as_well() -> None:
    called = "trigger: manual\nactions: [{send_email: thanks}]\n"
    calls = "trigger: {event: purchased}\nactions: [{enter_recipe: called}]\n"
    mail = "---\nsubject: x\nclass: transactional\n---\n<p>{{ event.total }}</p>\n"
    files = {"recipes/called.yaml": called, "templates/thanks.html": mail}
    assert [each.code for each in workspace(files).problems] == ["unknown-variable"]
    assert workspace({**files, "recipes/calls.yaml": calls}).problems == ()
