"""Who is let into a recipe: re-entry, whoever is in it already, and the conditions, in that order."""

from __future__ import annotations

from typing import Any, NamedTuple

from autoflow.kinds.base import Condition
from autoflow.kinds.view import View
from autoflow.language.definitions import Recipe
from autoflow.model.contact import Run
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
    is_in = any(walks(run, recipe, per) for run in view.record.runs)
    if is_in and recipe.while_running == "ignore":
        return Refusal(WHILE_RUNNING)
    if not (is_in and recipe.while_running == "restart"):
        refused = too_soon(recipe, per, view)
        if refused is not None:
            return refused
    return _failing(recipe.conditions, view)


def walks(run: Run, recipe: Recipe, per: str | None) -> bool:
    """Whether that is a run through a recipe for such a value of `per`: for any, where the recipe has none by now."""
    return run.recipe == recipe.id and (recipe.per is None or run.per == per)


def last_entry(recipe: Recipe, per: str | None, view: View) -> int | None:
    """When he entered last for such a value of `per`: for any, where the recipe has no `per` by now."""
    entries = view.record.entries.get(recipe.id)
    if entries is None:
        return None
    return max(entries.last.values(), default=None) if recipe.per is None else entries.last.get(per or "")


def too_soon(recipe: Recipe, per: str | None, view: View) -> Refusal | None:
    """Whether `reentry` keeps him out; seen are the `last` entry and, where there is one, from when `again`."""
    last = last_entry(recipe, per, view)
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
