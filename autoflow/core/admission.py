"""Who is let into a recipe: re-entry, whoever is in it already, and the conditions, in that order."""

from __future__ import annotations

from typing import Any, NamedTuple

from autoflow.kinds.base import Condition
from autoflow.kinds.view import View
from autoflow.language.definitions import Recipe
from autoflow.model.durations import Duration

REFUSED, WHILE_RUNNING, REENTRY = "refused", "while_running", "reentry"


class Refusal(NamedTuple):
    """Why somebody is turned away: one of the two words above, or the condition in words; and the value seen."""

    reason: str
    seen: Any = None


def per_value(recipe: Recipe, event: dict[str, Any] | None) -> str | None:
    """The value of `per` that the starting event gives a run; None where the recipe has no `per`."""
    if recipe.per is None:
        return None
    value = (event or {}).get(recipe.per)
    return "" if value is None else str(value)


def refusal(recipe: Recipe, per: str | None, view: View) -> Refusal | None:
    """Why the contact would not be let in at the view's instant; None where he would."""
    is_in = any((run.recipe, run.per) == (recipe.id, per) for run in view.record.runs)
    if is_in and recipe.while_running == "ignore":
        return Refusal(WHILE_RUNNING)
    if not (is_in and recipe.while_running == "restart"):
        refused = too_soon(recipe, per, view)
        if refused is not None:
            return refused
    return _failing(recipe.conditions, view)


def too_soon(recipe: Recipe, per: str | None, view: View) -> Refusal | None:
    """Whether `reentry` keeps him out; seen are the `last` entry and, where there is one, from when `again`."""
    entries = view.record.entries.get(recipe.id)
    last = entries.last.get(per or "") if entries is not None else None
    if last is None or recipe.reentry == "always":
        return None
    if not isinstance(recipe.reentry, Duration):
        return Refusal(REENTRY, {"last": last})
    again = recipe.reentry.after(last, view.zone)
    return Refusal(REENTRY, {"last": last, "again": again}) if view.now < again else None


def _failing(condition: Condition | None, view: View) -> Refusal | None:
    """The first condition that does not hold, in words, with the value seen."""
    if condition is None or condition.holds(view):
        return None
    for part in condition.parts() if condition.word == "all" else ():
        if not part.holds(view):
            return Refusal(part.says(), part.seen(view))
    return Refusal(condition.says(), condition.seen(view))
