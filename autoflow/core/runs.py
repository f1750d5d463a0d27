"""Runs: who enters, how a run walks on, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoflow.core.hand import StepHand
from autoflow.core.program import Program
from autoflow.kinds.base import Condition, Leave, Signal, Topic, Wait
from autoflow.kinds.text import PlaceholderError
from autoflow.kinds.view import View
from autoflow.language.definitions import Recipe
from autoflow.model.contact import Entries, Run
from autoflow.model.durations import Duration
from autoflow.model.effects import EXITED, FAILED, FINISHED, GOAL, NO_LONGER_MATCHES, RUNNING, RunRow
from autoflow.model.instants import from_wall, to_wall

if TYPE_CHECKING:
    from autoflow.core.walk import Walk

PAUSED = "paused"


def order(program: Program, run: Run) -> tuple[int, str, int]:
    """The order in which runs of one contact are looked at: priority, recipe, entry number."""
    recipe = program.recipes.get(run.recipe)
    return (-recipe.priority if recipe else 0, run.recipe, run.entry)


def look(walk: Walk, touched: frozenset[Topic]) -> None:
    """End the runs whose goal or exit is met by what was touched."""
    if not walk.record.runs:
        return
    leaving, now = walk.program.leaving, walk.view.now
    hit = [
        run
        for run in walk.record.runs
        if (run.check is not None and run.check <= now)
        or not touched.isdisjoint(leaving.get(run.recipe, frozenset()))
    ]
    if len(hit) > 1:
        hit.sort(key=lambda run: order(walk.program, run))
    for run in hit:
        _left(walk, run)


def attempt(walk: Walk, recipe: Recipe, signal: Signal) -> None:
    """Enter a recipe, or write down why not."""
    if recipe.status != "live":
        return
    per = _per(recipe, signal)
    view = View(walk.record, walk.view.now, walk.program.zone, None, signal.properties)
    refusal = _refusal(walk, recipe, per, view)
    if refusal is not None:
        reason, seen = refusal
        walk.happened("refused", reason, _ghost(recipe), seen=seen)
        return
    entries = walk.record.entries.setdefault(recipe.id, Entries(0, {}))
    entries.count += 1
    if recipe.reentry != "always":
        entries.last[per or ""] = walk.view.now
    start = signal.occurred_at
    run = Run(
        recipe.id, recipe.version, entries.count, "", walk.view.now, start, per=per, event=signal.properties
    )
    walk.record.runs.append(run)
    walk.happened("entered", recipe.id, run, **({"per": per} if per else {}))
    _note(walk, run, RUNNING)
    _walk_on(walk, run, 0)


def resume(walk: Walk, run: Run) -> None:
    """A run whose wait is over, or whose goal or exit time alone may have met."""
    due = run.due is not None and run.due <= walk.view.now
    if _left(walk, run, before_step=due) or not due:
        return
    run.due = None
    current = walk.program.recipes.get(run.recipe)
    if current is not None and current.status == PAUSED:
        return  # it stays on its step, and goes on when the recipe is live again (see `adopt`)
    recipe = walk.program.pinned_recipe(run.recipe, run.version)
    _walk_on(walk, run, walk.program.position(recipe, run.step) + 1)


def change_zone(walk: Walk, before: str) -> None:
    """The contact lives by another clock than that of `before`: pending local waits move, never into the past."""
    for run in walk.record.runs:
        if run.due is not None:
            recipe = walk.program.pinned_recipe(run.recipe, run.version)
            if recipe.steps[walk.program.position(recipe, run.step)].action.by_local_clock():
                run.due = max(from_wall(to_wall(run.due, before), walk.view.zone), walk.view.now)


def end(walk: Walk, run: Run, state: str, reason: str = "") -> None:
    """End a run; its key stays taken."""
    if run in walk.record.runs:
        walk.record.runs.remove(run)
    walk.happened("ended", state, run, **({"reason": reason} if reason else {}))
    _note(walk, run, state, reason)


def _walk_on(walk: Walk, run: Run, position: int) -> None:
    recipe = walk.program.pinned_recipe(run.recipe, run.version)
    while run in walk.record.runs:
        if position == len(recipe.steps):
            end(walk, run, FINISHED)
            return
        if _left(walk, run, before_step=True):
            return
        step = recipe.steps[position]
        run.step = step.id
        run.visits[step.id] = run.visits.get(step.id, 0) + 1
        try:
            outcome = step.action.do(StepHand(walk, run))
        except PlaceholderError as error:
            end(walk, run, FAILED, str(error))
            return
        except Exception as error:  # noqa: BLE001 - one contact's data must not stop everybody's engine
            end(walk, run, FAILED, f"unforeseen at this step: {type(error).__name__} {error}")
            return
        if isinstance(outcome, Wait):
            run.due = outcome.until
            _note(walk, run, RUNNING)
            return
        if isinstance(outcome, Leave):
            end(walk, run, outcome.state, outcome.reason)
            return
        position += 1


def _left(walk: Walk, run: Run, *, before_step: bool = False) -> bool:
    """End the run where its goal, its exit or (before a step) its keep_while says so."""
    recipe = walk.program.recipes.get(run.recipe) or walk.program.pinned_recipe(run.recipe, run.version)
    run.check = None
    if recipe.goal is None and recipe.exit is None and recipe.keep_while is None:
        return False
    view = View(walk.record, walk.view.now, walk.program.zone, run, run.event)
    for condition, state in ((recipe.goal, GOAL), (recipe.exit, EXITED)):
        if condition is None:
            continue
        holds, change = condition.judge(view)
        if holds:
            end(walk, run, state)
            return True
        if change is not None and (run.check is None or change < run.check):
            run.check = change
    if before_step and recipe.keep_while is not None and not recipe.keep_while.holds(view):
        end(walk, run, NO_LONGER_MATCHES)
        return True
    return False


def _per(recipe: Recipe, signal: Signal) -> str | None:
    if recipe.per is None:
        return None
    value = signal.properties.get(recipe.per)
    return "" if value is None else str(value)


def _refusal(walk: Walk, recipe: Recipe, per: str | None, view: View) -> tuple[str, Any] | None:
    if any(run.recipe == recipe.id and run.per == per for run in walk.record.runs):
        return "while_running", None
    entries = walk.record.entries.get(recipe.id)
    last = entries.last.get(per or "") if entries is not None else None
    if last is not None and recipe.reentry == "never":
        return "reentry", {"last": last}
    if (
        last is not None
        and isinstance(recipe.reentry, Duration)
        and walk.view.now < recipe.reentry.after(last, view.zone)
    ):
        return "reentry", {"last": last, "again": recipe.reentry.after(last, view.zone)}
    return _failing(recipe.conditions, view)


def _failing(condition: Condition | None, view: View) -> tuple[str, Any] | None:
    """The first condition that does not hold, in words, with the value seen."""
    if condition is None or condition.holds(view):
        return None
    for part in condition.parts() if condition.word == "all" else ():
        if not part.holds(view):
            return part.says(), part.seen(view)
    return condition.says(), condition.seen(view)


def _note(walk: Walk, run: Run, state: str, reason: str = "") -> None:
    ended = None if state == RUNNING else walk.view.now
    row = RunRow(run.recipe, run.entry, run.version, state, run.step, run.entered_at, ended, reason)
    walk.effects.runs[run.recipe, run.entry] = row


def _ghost(recipe: Recipe) -> Run:
    return Run(recipe.id, recipe.version, 0, "", 0, 0)
