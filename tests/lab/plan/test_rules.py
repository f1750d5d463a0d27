"""Rules that fail a plan: how they are written, and what they are held against."""

from __future__ import annotations

from datetime import date

import pytest

from autoflow.lab.plan.existing import Existing
from autoflow.lab.plan.people import Population
from autoflow.lab.plan.plan import Outlook, Plan
from autoflow.lab.plan.rules import METRICS, asks_for_weeks, broken, read_rule
from autoflow.lab.plan.waiting import Waiting
from autoflow.lab.plan.weekly import Expected, Forecast
from autoflow.model.problems import AutoflowError
from autoflow.store.planned import Basis

RECIPES, SEGMENTS = ("win-back", "hello", "r", "s", "new"), ("vip", "buyers", "other")


def week(entries: int, mails: int, capped: int, **recipes: tuple[int, int]) -> Forecast:
    def both(entered: int, mailed: int) -> tuple[Expected, Expected]:
        return Expected((entered,), (0, 0)), Expected((mailed,), (0, 0))

    by_recipe = {name: both(*counts) for name, counts in recipes.items()}
    return Forecast(0, (date(2026, 1, 5),), by_recipe, *both(entries, mails), (capped,))


PLAN = Plan(
    Basis("x", 1, "y"),
    0,
    (),
    segments=(Population("vip", 100, 105, 15, 10), Population("buyers", 400, 400)),
    audiences=(Population("ads", 50, 49, 0, 1),),
    existing=(
        Existing("r", "t", "", chosen=False, matches=7),
        Existing("s", "t", "", chosen=True, matches=3),
    ),
    waiting=(
        Waiting("r", 1, "a", 4, "step"),
        Waiting("s", 2, "b", 5, "step"),
        Waiting("s", 0, "", 9, "paused"),
    ),
    outlook=Outlook(week(40, 100, 2, r=(30, 80), s=(10, 20)), week(50, 121, 3, r=(30, 80), new=(20, 41))),
)


def fails(rule: str, plan: Plan = PLAN) -> bool:
    return bool(broken(plan, [read_rule(rule, RECIPES, SEGMENTS)]))


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("mails_per_week > +20%", True),
        ("mails_per_week > +21%", False),
        ("mails_per_week >= +21%", True),
        ("mails_per_week>+20.9%", True),
        ("mails_per_week > +20", True),
        ("mails_per_week > +21", False),
        ("mails_per_week > 120", True),
        ("mails_per_week > 121", False),
        ("mails_per_week < -10%", False),
        ("mails_per_week:s < -10%", True),
        ("mails_per_week:r < -1%", False),
        ("mails_per_week:r > -1", True),
        ("mails_per_week:r > +0%", False),
        ("mails_per_week:new > 41", False),
        ("mails_per_week:new >= 41", True),
        ("entries_per_week > + 24 %", True),
        ("entries_per_week <= 50", True),
        ("entries_per_week < 50", False),
        ("people_at_caps_per_week > +1", False),
        ("people_at_caps_per_week >= +1", True),
        ("segment_joins > 14", True),
        ("segment_leaves:vip >= 10%", True),
        ("segment_leaves:vip > 10%", False),
        ("segment_leaves > 2%", False),
        ("segment_leaves >= 2%", True),
        ("segment_changes > 24", True),
        ("segment_changes:buyers > 0", False),
        ("segment_changes:other > 0", False),
        ("audience_leaves > 0", True),
        ("audience_leaves:ads > 2%", False),
        ("audience_joins > 0", False),
        ("people_waiting_at_changed_steps > 8", True),
        ("people_waiting_at_changed_steps:r > 4", False),
        ("people_matching_already > 9", True),
        ("people_matching_already:s > 3", False),
    ],
)
def test_what_holds(rule: str, holds: bool) -> None:
    assert fails(rule) is holds


def test_what_is_told_of_a_broken_rule() -> None:
    rules = [read_rule(text, RECIPES, SEGMENTS) for text in ("mails_per_week > +20%", "segment_joins > 5%")]
    assert [(each.rule.text, each.after, each.now, each.limit) for each in broken(PLAN, rules)] == [
        ("mails_per_week > +20%", 121, 100, 120)
    ]


@pytest.mark.parametrize(
    ("rule", "told", "fix"),
    [
        ("mails_per_week", "is no rule of the form METRIC > NUMBER.", "For example --fail-if"),
        ("mails_per_week = 5", "is no rule of the form", ""),
        ("mails_per_week > a lot", "is no rule of the form", ""),
        ("mails_per_week > 1 + 1", "is no rule of the form", ""),
        ("__import__('os') > 1", "is no rule of the form", ""),
        ("mails_a_week > 5", 'Nothing called "mails_a_week" is counted.', 'Did you mean "mails_per_week"?'),
        ("xyz > 5", 'Nothing called "xyz" is counted.', "There are mails_per_week, entries_per_week,"),
        ("mails_per_week:winback > 5", 'There is no recipe called "winback".', 'Did you mean "win-back"?'),
        ("segment_joins:vips > 5", 'There is no segment called "vips".', 'Did you mean "vip"?'),
        ("people_at_caps_per_week:r > 5", "is counted for all together.", 'Leave ":r" out.'),
        ("segment_joins > +5", "so there is none now to compare with.", "Write a number without +."),
        (
            "people_matching_already > -5%",
            "so there is none now to compare with.",
            "Write a number without -.",
        ),
        ("mails_per_week > 20%", "does not say of what 20% are.", "Write +20% for so much more than now."),
    ],
)
def test_what_is_no_rule(rule: str, told: str, fix: str) -> None:
    with pytest.raises(AutoflowError) as error:
        read_rule(rule, RECIPES, SEGMENTS)
    assert error.value.message.startswith("--fail-if: ")
    assert told in error.value.message
    assert error.value.fix.startswith(fix)


def test_without_a_full_week_that_is_said() -> None:
    with pytest.raises(AutoflowError, match="not one full week, Monday to Sunday, is recorded"):
        fails("mails_per_week > 1", Plan(PLAN.basis, 0, ()))
    assert not fails("segment_joins > 1", Plan(PLAN.basis, 0, ()))


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_counted(metric: str) -> None:
    rule = read_rule(f"{metric} >= 0", RECIPES, SEGMENTS)
    assert broken(PLAN, [rule])
    assert asks_for_weeks([rule]) is metric.endswith("per_week")
