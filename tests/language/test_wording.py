"""Words of the language read aloud."""

from __future__ import annotations

import pytest

from autoflow.kinds import registry
from autoflow.language.wording import differences, does, instead, pieces, written
from tests.language.small import workspace

RECIPE = """\
recipe: r
trigger:
  - {event: {name: purchased, where: {total: {at_least: 80}, category: [tea, coffee]}}}
  - {page_visited: {path: "/products/*"}}
  - {date: {attribute: birthday, offset: -3 days, at: "09:00", every: year}}
  - {schedule: {every: month}}
  - {inactivity: {for: 30 days}}
actions:
  - wait: {until: "09:30", days: weekdays, not_before: 2 days}
  - wait: {until: "{{ contact.next_visit }}", offset: -1 hour}
  - send_email: {template: welcome, if_late: skip after 20 minutes}
  - set_attribute: {plan: pro, income: 5}
  - {id: called, notify_sales: {to: "{{ contact.email }}", message: Ring them., at_most: 1 per 7 days}}
  - record_event: {name: refunded, with: {total: 5}}
  - wait_for: {conditions: [{has_tag: vip}, {attribute: plan, is_set: true}], up_to: 3 days}
  - split: [{name: a, percent: 90, actions: [{add_tag: a}]}, {name: rest, percent: 10, holdout: true}]
  - {id: way, choose: [{if: [{did: purchased}], actions: [{add_tag: b}]}, {otherwise: [exit]}]}
"""
SAID = [
    "event purchased, where category in tea, coffee, where total at least 80",
    "page visited /products/*",
    "date birthday, offset -3 days, at 09:00, every year",
    "schedule every the first of the month",
    "inactivity for 30 days",
    "wait until 09:30, days weekdays, not before 2 days",
    "wait until “{{ contact.next_visit }}”, offset -1 hour",
    "send email welcome, if late skip after 20 minutes",
    "set attribute plan pro, income 5",
    "notify sales “Ring them.”, to “{{ contact.email }}”, at most 1 per 7 days",
    "record event refunded, with total 5",
    'wait for up to 3 days, conditions has the tag "vip" and plan is set',
    "split part a 90%, part rest 10%, held out",
    "add tag a",
    "choose case 1 if has done purchased",
    "add tag b",
    "exit",
]


def test_every_sort_of_field() -> None:
    found = workspace({"recipes/r.yaml": RECIPE})
    assert found.sound, found.problems
    recipe = found.recipes["r"]
    kinds = [*recipe.triggers, *(step.action for step in recipe.steps)]
    assert [written(kind) for kind in kinds] == SAID


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("wait", "waits"),
        ("notify_sales", "notifies sales"),
        ("add_tag", "adds tag"),
        ("remove_from_audience", "removes from audience"),
    ],
)
def test_what_a_recipe_does(word: str, said: str) -> None:
    assert does(registry.actions()[word].__new__(registry.actions()[word])) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("12 days", "14 days", "14 days instead of 12"),
        ("12 days", "2 hours", "2 hours instead of 12 days"),
        ("12 days", "1 day", "1 day instead of 12 days"),
        ("300", "500", "500 instead of 300"),
        ("the shop", "a shop", "a shop instead of the shop"),
        ("after 3 days", "after 5 days", "after 5 days instead of 3"),
        ("2 per 7 days", "3 per 7 days", "3 per 7 days instead of 2"),
        ("2 per 7 days", "3 per 14 days", "3 per 14 days instead of 2 per 7 days"),
    ],
)
def test_a_unit_that_both_have_is_said_once(before: str, after: str, said: str) -> None:
    assert instead(before, after) == said


def test_one_thing_in_the_place_of_another() -> None:
    assert differences({"": "x", "at least": "5"}, {"": "x", "at most": "9"}) == [
        "at most 9 instead of at least 5"
    ]
    assert differences({"": "x"}, {"": "x", "at most": "9", "within last": "5 days"}) == [
        "now at most 9",
        "now within last 5 days",
    ]
    assert differences({"a": "1", "b": "2"}, {"b": "2", "a": "1"}) == ["the same in another order"]
    assert differences({"a": "1"}, {"a": "1"}) == []


def test_what_holds_anyway_is_not_said() -> None:
    [vip] = workspace({}).segments["vip"].conditions.parts() or [workspace({}).segments["vip"].conditions]
    assert pieces(vip) == {"": "purchased.total", "at least": "500"}
