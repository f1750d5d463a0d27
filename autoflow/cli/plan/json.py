"""A plan as `--json` prints it."""

from __future__ import annotations

from typing import Any

from autoflow.cli.output import iso
from autoflow.lab.plan.changes import Changed
from autoflow.lab.plan.people import Population
from autoflow.lab.plan.plan import Outlook, Plan
from autoflow.lab.plan.rules import Broken
from autoflow.lab.plan.weekly import Expected


def changed_row(each: Changed) -> dict[str, Any]:
    """One thing that is otherwise, for programs."""
    return {
        "kind": each.kind,
        "name": each.name,
        "how": each.how,
        "version": each.version or None,
        "applied": each.applied or None,
        "changes": [
            {"part": one.part, "says": one.says, "reaches": one.reaches, "step": one.step or None}
            for one in each.changes
        ],
    }


def plan_row(found: Plan) -> dict[str, Any]:
    """The whole plan."""
    return {
        "applied": found.applied,
        "at": iso(found.at),
        "changes": [changed_row(each) for each in found.changes],
        "segments": [{"segment": each.name, **_moves(each)} for each in found.segments],
        "audiences": [{"audience": each.name, **_moves(each)} for each in found.audiences],
        "existing": [
            {
                "recipe": each.recipe,
                "trigger": each.trigger,
                "matches": each.matches,
                "by_this_change": each.moved,
                "enters": each.chosen,
                "examples": each.examples,
            }
            for each in found.existing
        ],
        "waiting": [
            {
                "recipe": each.recipe,
                "version": each.version or None,
                "step": each.step or None,
                "people": each.people,
                "fate": each.fate,
            }
            for each in found.waiting
        ],
        "forecast": _forecast(found.outlook),
        "left_out": found.left_out,
    }


def _forecast(outlook: Outlook | None) -> dict[str, Any] | None:
    """What the week to come may bring; a recipe that is not there, or not yet, has null."""
    if outlook is None:
        return None
    now, after = outlook
    return {
        "weeks": [monday.isoformat() for monday in after.mondays],
        "entries_per_week": _pair(now.entries, after.entries),
        "mails_per_week": _pair(now.mails, after.mails),
        "people_at_caps_per_week": {
            word: round(sum(each.capped) / len(each.capped), 3)
            for word, each in (("now", now), ("after", after))
        },
        "recipes": [
            {
                "recipe": name,
                **{
                    word: _pair(*(each[place] if each is not None else None for each in both))
                    for place, word in enumerate(("entries_per_week", "mails_per_week"))
                },
            }
            for name in sorted({*now.by_recipe, *after.by_recipe})
            for both in [(now.by_recipe.get(name), after.by_recipe.get(name))]
        ],
    }


def _pair(now: Expected | None, after: Expected | None) -> dict[str, Any]:
    return {
        word: {"mean": round(each.mean, 3), "low": each.low, "high": each.high} if each is not None else None
        for word, each in (("now", now), ("after", after))
    }


def broken_row(each: Broken) -> dict[str, Any]:
    """A rule that fails the plan, for programs."""
    return {
        "rule": each.rule.text,
        "after": round(each.after, 3),
        "now": round(each.now, 3) if each.now is not None else None,
        "limit": round(each.limit, 3),
    }


def _moves(each: Population) -> dict[str, Any]:
    return {
        "now": each.now,
        "after": each.after,
        "joins": each.joins,
        "leaves": each.leaves,
        "joining": each.joining,
        "leaving": each.leaving,
    }
