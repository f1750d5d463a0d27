"""Runs that a release moves to the version in force (`apply --move-running`): to the step that stands for theirs.

A wait begun under the old version counts: who has waited for three days of a wait that now takes five waits for two
more, and who has waited long enough goes on at the release. Nothing that was done is done again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoflow.core.hand import StepHand
from autoflow.kinds.hand import Wait
from autoflow.kinds.text import PlaceholderError
from autoflow.model.contact import Run
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
    run.visits = {places.get(name, name): number for name, number in run.visits.items()}
    run.version, run.step = recipe.version, step
    if (
        run.held is None and not run.heard
    ):  # a pause may hold him since his wait was over, which may be longer now
        run.due = _due(walk, run, at)
    walk.happened(MOVED, run.recipe, run, before=before)
    walk.effects.runs[run.recipe, run.entry] = RunRow(
        run.recipe, run.entry, run.version, RUNNING, run.step, run.entered_at, None, ""
    )


def _due(walk: Walk, run: Run, at: int) -> int:
    """When the wait is over, as if it had begun under this version: at the release, where it would be over by then."""
    recipe = walk.program.recipes[run.recipe]
    action = recipe.steps[walk.program.position(recipe, run.step)].action
    now, walk.view.now = walk.view.now, run.since or run.entered_at
    try:
        outcome = action.do(StepHand(walk, run, recipe))
    except PlaceholderError:
        return at  # what the wait goes by is missing: its step says so when the run goes on
    finally:
        walk.view.now = now
    if not isinstance(outcome, Wait):
        return at
    run.local = outcome.local
    return max(outcome.until, at)
