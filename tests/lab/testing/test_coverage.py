from __future__ import annotations

import pytest

from autoflow.lab.testing.coverage import Coverage, coverage, together
from autoflow.lab.testing.walked import branches_of
from autoflow.language.workspace import read_workspace
from tests.lab.little_shop import SOURCES

BRANCHED = """
recipe: branched
trigger: {event: purchased}
actions:
  - wait_for: {event: page_visited, up_to: 1 day}
  - choose:
      - {if: [{has_tag: vip}], actions: [{add_tag: a}]}
      - {otherwise: [{add_tag: b}]}
  - send_email: hello
  - wait_for:
      event: email_clicked
      where: {template: hello}
      up_to: 1 day
      skipped: [{add_tag: c}]
"""


def test_every_way_that_somebody_can_go_counts() -> None:
    found = read_workspace({**SOURCES, "recipes/branched.yaml": BRANCHED}, {})
    assert found.problems == ()
    recipe = found.recipes["branched"]
    assert [branches_of(step.action) for step in recipe.steps if branches_of(step.action)] == [
        ("then", "otherwise"),
        ("case 1", "otherwise"),
        ("then", "otherwise", "skipped"),
    ]
    walked = coverage(
        recipe,
        {("branched", "choose"), ("branched", "add_tag:b"), ("another", "send_email:hello")},
        {("branched", "choose", "otherwise"), ("another", "choose", "case 1")},
    )
    assert walked == Coverage("branched", 7, 2, 7, 1)


@pytest.mark.parametrize(
    ("walked", "percent", "below"), [(0, 0, True), (1989, 99, True), (1990, 99, False), (2000, 100, False)]
)
def test_percents_are_rounded_down_and_measured_to_the_letter(walked: int, percent: int, below: bool) -> None:
    found = Coverage("a", 2000, walked, 0, 0)
    assert (found.percent, found.below(99.5)) == (percent, below)
    assert not found.below(0)


def test_recipes_together_are_counted_and_not_averaged() -> None:
    assert together([Coverage("a", 1, 1, 0, 0), Coverage("b", 7, 0, 2, 1)]) == Coverage("", 8, 1, 2, 1)
    assert (together([]).percent, together([]).below(100)) == (100, False)
