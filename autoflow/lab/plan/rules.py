"""What a plan must not do: rules such as `mails_per_week > +20%`, each of which fails it where it holds."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from autoflow.lab.plan.people import Population
from autoflow.lab.plan.plan import Plan
from autoflow.language.names import listed
from autoflow.model.problems import AutoflowError, did_you_mean

METRICS: Mapping[str, str] = {
    "mails_per_week": "recipe",
    "entries_per_week": "recipe",
    "people_at_caps_per_week": "",
    "segment_joins": "segment",
    "segment_leaves": "segment",
    "segment_changes": "segment",
    "audience_joins": "audience",
    "audience_leaves": "audience",
    "people_waiting_at_changed_steps": "recipe",
    "people_matching_already": "recipe",
}
"""What a rule may ask for, and of what sort the name is that may stand behind it: `mails_per_week:win-back`."""

FORECAST = ("mails_per_week", "entries_per_week", "people_at_caps_per_week")
_RULE = re.compile(r"([\w-]+)(?::([^\s<>]+))?\s*(>=|<=|>|<)\s*([+-]?)\s*(\d+(?:\.\d+)?)\s*(%?)")
_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_EXAMPLE = "For example --fail-if 'mails_per_week > +20%'."


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `sign` is + or - where the number is more or less than now, `percent` whether it is a share."""

    text: str
    metric: str
    name: str
    compares: str
    sign: str
    number: float
    percent: bool


class Broken(NamedTuple):
    """A rule that holds, so that the plan fails: what was counted after and now (None where that means nothing), and
    the number that it was not to pass.
    """

    rule: Rule
    after: float
    now: float | None
    limit: float


class _Value(NamedTuple):
    """A metric. `now` is None where it tells of a change; `of` is what its share is counted of, where there is such."""

    after: float
    now: float | None = None
    of: float | None = None


def read_rule(text: str, recipes: Collection[str], segments: Collection[str]) -> Rule:
    """`METRIC[:NAME] > [+|-]NUMBER[%]`; raises `AutoflowError` where it says no such thing."""
    match = _RULE.fullmatch(text.strip())
    if match is None:
        raise AutoflowError(f'--fail-if: "{text}" is no rule of the form METRIC > NUMBER.', _EXAMPLE)
    metric, name, compares, sign, number, percent = match.groups()
    if metric not in METRICS:
        near = did_you_mean(metric, METRICS)
        fix = f'Did you mean "{near}"?' if near else f"There are {listed(METRICS, 20)}."
        raise AutoflowError(f'--fail-if: Nothing called "{metric}" is counted.', fix)
    sort = METRICS[metric]
    if name and not sort:
        raise AutoflowError(f'--fail-if: "{metric}" is counted for all together.', f'Leave ":{name}" out.')
    known = {"recipe": recipes, "segment": segments}.get(sort, ())
    if name and known and name not in known:
        near = did_you_mean(name, known)
        fix = f'Did you mean "{near}"?' if near else f"There is {listed(sorted(known), 20)}."
        raise AutoflowError(f'--fail-if: There is no {sort} called "{name}".', fix)
    return _checked(Rule(text.strip(), metric, name or "", compares, sign, float(number), bool(percent)))


def _checked(rule: Rule) -> Rule:
    if rule.sign and rule.metric not in FORECAST:
        raise AutoflowError(
            f'--fail-if: "{rule.metric}" counts what a change does, so there is none now to compare with.',
            f"Write a number without {rule.sign}.",
        )
    share = rule.metric.startswith(("segment_", "audience_"))
    if rule.percent and not rule.sign and not share:
        raise AutoflowError(
            f'--fail-if: "{rule.text}" does not say of what {rule.number:g}% are.',
            f"Write +{rule.number:g}% for so much more than now.",
        )
    return rule


def asks_for_weeks(rules: Iterable[Rule]) -> bool:
    """Whether one of them needs the forecast."""
    return any(rule.metric in FORECAST for rule in rules)


def broken(found: Plan, rules: Iterable[Rule]) -> list[Broken]:
    """Those that hold, in their order; raises `AutoflowError` where one cannot be answered."""
    failed = []
    for rule in rules:
        value = _value(found, rule)
        limit = _limit(rule, value)
        if _HOLDS[rule.compares](value.after, limit):
            failed.append(Broken(rule, value.after, value.now, limit))
    return failed


def _limit(rule: Rule, value: _Value) -> float:
    if not rule.sign:
        return rule.number / 100 * (value.of or 0) if rule.percent else rule.number
    now = value.now or 0
    more = now * rule.number / 100 if rule.percent else rule.number
    return now - more if rule.sign == "-" else now + more


def _value(found: Plan, rule: Rule) -> _Value:
    name = rule.name
    match rule.metric:
        case "mails_per_week" | "entries_per_week" | "people_at_caps_per_week":
            return _of_a_week(found, rule)
        case "people_waiting_at_changed_steps":
            at = [each for each in found.waiting if each.fate == "step" and name in {"", each.recipe}]
            return _Value(sum(each.people for each in at))
        case "people_matching_already":
            return _Value(sum(each.matches for each in found.existing if name in {"", each.recipe}))
    populations = found.segments if rule.metric.startswith("segment_") else found.audiences
    some = [each for each in populations if name in {"", each.name}]
    moves = _MOVES[rule.metric.partition("_")[2]]
    return _Value(sum(map(moves, some)), None, sum(each.now for each in some))


_MOVES: Mapping[str, Callable[[Population], int]] = {
    "joins": lambda each: each.joins,
    "leaves": lambda each: each.leaves,
    "changes": lambda each: each.joins + each.leaves,
}


def _of_a_week(found: Plan, rule: Rule) -> _Value:
    if found.outlook is None:
        raise AutoflowError(
            f'--fail-if: "{rule.metric}" cannot be told: not one full week, Monday to Sunday, is recorded.',
            "Leave the rule out until there is one.",
        )
    now, after = found.outlook
    if rule.metric == "people_at_caps_per_week":
        return _Value(*(sum(each.capped) / len(each.capped) for each in (after, now)))
    place = 1 if rule.metric == "mails_per_week" else 0
    if not rule.name:
        of_all = [(each.entries, each.mails)[place].mean for each in (after, now)]
        return _Value(*of_all)
    pairs = [each.by_recipe.get(rule.name) for each in (after, now)]
    return _Value(*(pair[place].mean if pair is not None else 0.0 for pair in pairs))
