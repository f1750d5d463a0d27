"""Runs that a release moves to the version in force (`apply --move-running`): to the step that stands for theirs.

A wait begun under the old version counts: who has waited for three days of a wait that now takes five waits for two
more, and who has waited long enough goes on at the release. Nothing that was done is done again.

In the `visits` of a run a number above 0 says that the step was done, and a number below that only its id was in use:
another step bears it now, whose effects go on counting from there. `KIND/WHAT` remembers what was done and has no step
any more, so that it is known again when it comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from autoflow.core.hand import StepHand
from autoflow.kinds.base import Step
from autoflow.kinds.hand import Go, Wait
from autoflow.kinds.text import PlaceholderError
from autoflow.language.definitions import Recipe
from autoflow.model.contact import STRAIGHT_ON, Run
from autoflow.model.effects import RUNNING, RunRow

if TYPE_CHECKING:
    from autoflow.core.walk import Walk

MOVED = "moved"


def move(walk: Walk, run: Run, at: int) -> None:
    """Put a run on the version in force, where the release at the instant `at` has a place for it."""
    places = walk.program.moves.get((run.recipe, run.version), {})
    recipe = walk.program.recipes.get(run.recipe)
    step = places.get(run.step)
    if step is None or recipe is None:
        return
    before = run.version
    run.visits = _visits(run, walk.program.pinned_recipe(run.recipe, before), recipe, places)
    run.version, run.step = recipe.version, step
    if run.held is None and not run.heard:
        _wait_on(walk, run, at)  # a pause may hold him since his wait was over, which may be longer now
    walk.happened(MOVED, run.recipe, run, before=before)
    walk.effects.runs[run.recipe, run.entry] = RunRow(
        run.recipe, run.entry, run.version, RUNNING, run.step, run.entered_at, None, ""
    )


def _visits(run: Run, old: Recipe, new: Recipe, places: Mapping[str, str]) -> dict[str, int]:
    """What counts as done on the new version: each step that stands for one that was, and each mail that he got."""
    done = {step.id for step in old.steps if step.id != run.step and run.visits.get(step.id, 0) > 0}
    visits = {name: number if "/" in name else -abs(number) for name, number in run.visits.items()}
    visits.update((_mark(step), 1) for step in old.steps if step.id in done)
    stands_for = {now: was for was, now in places.items()}
    for step in new.steps:
        was = stands_for.get(step.id)
        if was in done if was is not None else _mark(step) in visits:
            visits[step.id] = abs(visits.get(step.id, 1))
    here, number = places[run.step], abs(run.visits[run.step])
    visits[here] = number if here == run.step else abs(visits.get(here, 0)) + 1
    return visits


def _mark(step: Step) -> str:
    """What a step is known by when it comes back after it was gone: a mail by its template, others by their ids."""
    return f"{step.action.word}/{step.action.mails() or step.id}"


def _wait_on(walk: Walk, run: Run, at: int) -> None:
    """Let the wait be over as if it had begun under this version: at the release, where it would be over by then."""
    recipe = walk.program.recipes[run.recipe]
    action = recipe.steps[walk.program.position(recipe, run.step)].action
    now, walk.view.now = walk.view.now, run.since or run.entered_at
    run.due, run.way = at, None
    try:
        outcome = action.do(StepHand(walk, run, recipe))
    except PlaceholderError:
        return  # what the wait goes by is missing: its step says so when the run goes on
    finally:
        walk.view.now = now
    if isinstance(outcome, Wait):
        run.local, run.due = outcome.local, max(outcome.until, at)
    else:
        run.way = outcome.branch if isinstance(outcome, Go) else STRAIGHT_ON
