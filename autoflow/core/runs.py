"""Runs: who enters, how a run walks on, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autoflow.core.admission import REFUSED, Refusal, per_value, refusal, walks
from autoflow.core.hand import ENTER_RECIPE, StepHand
from autoflow.core.program import Program
from autoflow.core.remember import observe
from autoflow.kinds.base import EVENT, Action, Signal, Topic
from autoflow.kinds.hand import Go, Hold, Leave, Wait
from autoflow.kinds.text import PlaceholderError
from autoflow.kinds.view import View
from autoflow.language.definitions import Recipe
from autoflow.model.contact import STRAIGHT_ON, Entries, Run
from autoflow.model.effects import (
    EXITED,
    FAILED,
    FINISHED,
    GOAL,
    NO_LONGER_MATCHES,
    RUNNING,
    RunRow,
    StepTaken,
)
from autoflow.model.event import Event
from autoflow.model.inside import ENTERED, as_event

if TYPE_CHECKING:
    from autoflow.core.walk import Walk

__all__ = ["ENTER_RECIPE", "attempt", "end", "fail", "hear", "look", "order", "resume"]
PAUSED = "paused"
RESTARTED, ENDED = "restarted", "ended"


def order(program: Program, run: Run) -> tuple[int, str, int]:
    """The order in which runs of one contact are looked at: priority, recipe, entry number."""
    recipe = program.recipes.get(run.recipe)
    return (-recipe.priority if recipe else 0, run.recipe, run.entry)


def look(walk: Walk, touched: frozenset[Topic]) -> list[Run]:
    """End the runs whose goal or exit is met by what was touched; returns those that were looked at."""
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
    return hit


def hear(walk: Walk, signals: Sequence[Signal], touched: frozenset[Topic], looked_at: Sequence[Run]) -> None:
    """Let the runs go on that have been waiting for this."""
    waiting = walk.program.waiting
    if not waiting:
        return
    hit = [
        run
        for run in walk.record.runs
        if (topics := waiting.get(run.recipe)) is not None
        and (
            run in looked_at
            or not touched.isdisjoint(topics)
            or any(signal.topic in topics for signal in signals)
        )
    ]
    hit.sort(key=lambda run: order(walk.program, run))
    for run in hit:
        if run not in walk.record.runs:
            continue
        if _has_come(walk, run, signals):
            _go_on(walk, run, heard=True)
        else:
            _check(walk, run)  # what was touched may have brought nearer when time alone lets it come


def _has_come(walk: Walk, run: Run, signals: Sequence[Signal]) -> bool:
    """Whether what a run waits for has come."""
    action = _standing_on(walk, run)
    if action is None:
        return False
    view = View(walk.record, walk.view.now, walk.program.zone, run, run.event)
    event = action.listens()
    for signal in signals if event is not None else ():
        new = not signal.n or signal.n > walk.waits_since.get((run.recipe, run.entry), 0)
        if new and signal.topic == (EVENT, event) and action.hears(signal, view):
            run.own = max(run.own, signal.own)
            return True
    awaited = action.awaited()
    return awaited is not None and awaited.holds(view)


def _standing_on(walk: Walk, run: Run) -> Action | None:
    """The action of the step on which a run waits for something; None where it waits for time alone."""
    if run.recipe not in walk.program.waiting or run.held is not None or not run.step:
        return None
    recipe = walk.program.pinned_recipe(run.recipe, run.version)
    action = recipe.steps[walk.program.position(recipe, run.step)].action
    return action if action.listens() is not None or action.awaited() is not None else None


def attempt(walk: Walk, recipe: Recipe, signal: Signal, trigger: str, refused: Refusal | None = None) -> None:
    """Enter a recipe, or write down why not: as `refused` says already, or else the recipe itself."""
    if recipe.status != "live":
        return
    event = signal.started_by
    per = per_value(recipe, event)
    view = View(walk.record, walk.view.now, walk.program.zone, None, event, trigger)
    refused = refused or refusal(recipe, per, view)
    if refused is not None:
        reason, seen = refused
        walk.happened(REFUSED, reason, _ghost(recipe), seen=seen)
        return
    if recipe.while_running == "restart":
        for running in [run for run in walk.record.runs if walks(run, recipe, per)]:
            end(walk, running, EXITED, RESTARTED)
    entries = walk.record.entries.setdefault(recipe.id, Entries(0, {}))
    entries.count += 1
    if recipe.reentry != "always" or not per:  # of each order, say, nothing is kept without need
        entries.last[per or ""] = walk.view.now
    run = Run(
        *(recipe.id, recipe.version, entries.count, "", walk.view.now, signal.occurred_at),
        per=per,
        event=event,
        trigger=trigger,
        own=signal.own,
    )
    walk.record.runs.append(run)
    detail = {"per": per} if per else {}
    walk.happened(ENTERED, recipe.id, run, **detail)
    _note(walk, run, RUNNING)
    _count_entry(walk, run, detail)
    _walk_on(walk, run, 0)


def _count_entry(walk: Walk, run: Run, detail: dict[str, Any]) -> None:
    name, properties = as_event(ENTERED, run.recipe, run.recipe, detail)
    now = walk.view.now
    walk.run_changed(run, observe(walk, Event(walk.record.n, now, now, name, properties, inside=True)))


def resume(walk: Walk, run: Run) -> None:
    """A run whose wait is over, or whose goal, exit or awaited condition time alone may have met."""
    due = run.due is not None and run.due <= walk.view.now
    if _left(walk, run, before_step=due):
        return
    heard = run.heard or _has_come(walk, run, ())
    if due or heard:
        _go_on(walk, run, heard=heard, looked_at=due)


def _go_on(walk: Walk, run: Run, *, heard: bool, looked_at: bool = False) -> None:
    """Walk on from the step on which a run stands, or try it again where the gate held it."""
    if walk.program.in_force(run).status == PAUSED:
        run.due, run.heard = None, heard
        return  # it stays on its step, and goes on when the recipe is live again (see `adopt`)
    if not looked_at and _left(walk, run, before_step=True):
        return
    recipe = walk.program.pinned_recipe(run.recipe, run.version)
    position = walk.program.position(recipe, run.step)
    if run.held is None:
        way = recipe.steps[position].action.waited(heard=heard)
        if run.way is not None:
            way = Go(run.way) if run.way != STRAIGHT_ON else None
        position = _after(walk, run, way, recipe, position)
    run.due, run.local, run.heard, run.way = None, False, False, None
    _walk_on(walk, run, position)


def _after(walk: Walk, run: Run, way: Go | None, recipe: Recipe, position: int) -> int:
    step = recipe.steps[position]
    if way is None:
        return step.next
    _took(walk, run, way.branch)
    return step.branches[way.branch]


def _took(walk: Walk, run: Run, branch: int | None = None) -> None:
    taken = StepTaken(walk.view.now, run.recipe, run.version, run.entry, run.step, branch)
    walk.effects.steps.append(taken)


def end(walk: Walk, run: Run, state: str, reason: str = "") -> None:
    """End a run; its key stays taken."""
    if run in walk.record.runs:
        walk.record.runs.remove(run)
    walk.happened(ENDED, state, run, **({"reason": reason} if reason else {}))
    _note(walk, run, state, reason)
    walk.run_changed(run, set())


def fail(walk: Walk, run: Run, reason: str) -> None:
    """A run has brought too much about: however it has ended meanwhile, it failed, and ended once."""
    if run in walk.record.runs:
        end(walk, run, FAILED, reason)
        return
    journal = walk.effects.journal
    for place in range(len(journal) - 1, -1, -1):
        line = journal[place]
        if (line.kind, line.recipe, line.entry) == (ENDED, run.recipe, run.entry):
            journal[place] = line._replace(subject=FAILED, detail={"reason": reason})
            break
    _note(walk, run, FAILED, reason)


def _walk_on(walk: Walk, run: Run, position: int) -> None:
    recipe = walk.program.pinned_recipe(run.recipe, run.version)
    while run in walk.record.runs:
        if position == len(recipe.steps):
            end(walk, run, FINISHED)
            return
        if _left(walk, run, before_step=True):
            return
        step = recipe.steps[position]
        if run.held is None and run.visits.get(step.id, 0) > 0:
            position = step.next  # it was done under the version from which the run was moved
            continue
        run.step = step.id
        if run.held is None:
            run.visits[step.id] = abs(run.visits.get(step.id, 0)) + 1  # below 0: see `moving`
            _took(walk, run)
        try:
            outcome = step.action.do(StepHand(walk, run, walk.program.in_force(run)))
        except PlaceholderError as error:
            end(walk, run, FAILED, str(error))
            return
        except Exception as error:
            error.add_note(f"at the step {step.id} of {recipe.id}")
            raise
        if isinstance(outcome, (Wait, Hold)):
            _stay(walk, run, outcome)
            return
        run.held = None
        if isinstance(outcome, Leave):
            end(walk, run, outcome.state, outcome.reason)
            return
        position = _after(walk, run, outcome, recipe, position)


def _stay(walk: Walk, run: Run, outcome: Wait | Hold) -> None:
    run.due = outcome.until
    if isinstance(outcome, Wait):
        run.local, run.held, run.since = outcome.local, None, walk.view.now
        walk.waits_since[run.recipe, run.entry] = walk.record.n
        _check(walk, run)
    _note(walk, run, RUNNING)


def _left(walk: Walk, run: Run, *, before_step: bool = False) -> bool:
    """End the run where its goal, its exit or (before a step) its keep_while says so."""
    recipe = walk.program.in_force(run)
    run.check = None
    if recipe.goal is not None or recipe.exit is not None or recipe.keep_while is not None:
        view = View(walk.record, walk.view.now, walk.program.zone, run, run.event)
        for condition, state in ((recipe.goal, GOAL), (recipe.exit, EXITED)):
            if condition is None:
                continue
            holds, change = condition.judge(view)
            if holds:
                end(walk, run, state)
                return True
            _sooner(run, change)
        if before_step and recipe.keep_while is not None and not recipe.keep_while.holds(view):
            end(walk, run, NO_LONGER_MATCHES)
            return True
    _check(walk, run)
    return False


def _check(walk: Walk, run: Run) -> None:
    """Note when time alone could next make true what the run waits for."""
    if run.due is None:
        return
    action = _standing_on(walk, run)
    awaited = action.awaited() if action is not None else None
    if awaited is not None:
        view = View(walk.record, walk.view.now, walk.program.zone, run, run.event)
        _sooner(run, awaited.judge(view)[1])


def foresee(walk: Walk, run: Run) -> None:
    """Note anew when time alone could next end the run, or make true what it waits for, as definitions are now."""
    recipe = walk.program.in_force(run)
    run.check = None
    view = View(walk.record, walk.view.now, walk.program.zone, run, run.event)
    for condition in (recipe.goal, recipe.exit):
        if condition is not None:
            _sooner(run, condition.judge(view)[1])
    _check(walk, run)


def _sooner(run: Run, change: int | None) -> None:
    if change is not None and (run.check is None or change < run.check):
        run.check = change


def _note(walk: Walk, run: Run, state: str, reason: str = "") -> None:
    ended = None if state == RUNNING else walk.view.now
    row = RunRow(run.recipe, run.entry, run.version, state, run.step, run.entered_at, ended, reason)
    walk.effects.runs[run.recipe, run.entry] = row


def _ghost(recipe: Recipe) -> Run:
    return Run(recipe.id, recipe.version, 0, "", 0, 0)
