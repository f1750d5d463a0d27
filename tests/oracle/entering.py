"""Who enters which recipe by what was heard, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle import stepping, timing
from tests.oracle.conditions import true
from tests.oracle.look import Start, Stay
from tests.oracle.recipes import Recipe
from tests.oracle.runs import RUNNING, Run, Signal
from tests.oracle.triggers import hears

if TYPE_CHECKING:
    from tests.oracle.walking import Walk

ENTER_RECIPE, EXISTING = "enter_recipe", "existing"


def enter_all(walk: Walk, signals: list[Signal]) -> None:
    """Each recipe at most once, by the first of its triggers in the order of the signals."""
    hits = [(recipe, _first_hit(walk, recipe, signals)) for recipe in walk.live]
    for recipe, hit in hits:
        if hit is not None:
            _try_to_enter(walk, recipe, *hit)


def _first_hit(walk: Walk, recipe: Recipe, signals: list[Signal]) -> tuple[Signal, str] | None:
    for signal in signals:
        if signal.kind == ENTER_RECIPE:
            if signal.name == recipe.id:
                return signal, ENTER_RECIPE
            continue
        look = walk.look(start=_start(walk, signal, ""))
        for trigger in recipe.triggers:
            if signal.kind == EXISTING:
                if trigger.word == "segment_entered" and signal.name == f"{recipe.id}/{trigger.id}":
                    return signal, trigger.id
            elif hears(trigger, recipe, signal, look):
                return signal, trigger.id
    return None


def _start(walk: Walk, signal: Signal, trigger: str) -> Start:
    """A run begins with the event that started it, or with what enter_recipe hands on of it, else now."""
    after = len(walk.history.events)
    if signal.start is not None and signal.start.event is not None:
        given = signal.start
        return Start(given.at, after, given.event, given.name, trigger, given.own_at)
    if signal.kind == "event":
        return Start(signal.occurred_at, after, signal.properties, signal.name, trigger, signal.own_at)
    return Start(walk.clock, after, None, "", trigger, signal.start.own_at if signal.start else None)


def _try_to_enter(walk: Walk, recipe: Recipe, signal: Signal, trigger: str) -> None:
    start = _start(walk, signal, trigger)
    value = start.event.get(recipe.per) if recipe.per and start.event is not None else None
    per = "" if value is None else str(value)
    earlier = [run for run in walk.runs if run.recipe.id == recipe.id and run.per == per]
    reason = _not_there(walk, recipe, signal, earlier, trigger) or _refusal(walk, recipe, earlier, start)
    if reason is not None:
        walk.refused[recipe.id, reason] += 1
        return
    if recipe.while_running == "restart":
        for run in earlier:
            walk.end(run, "exited")
    number = 1 + sum(run.recipe.id == recipe.id for run in walk.runs)
    stay = Stay(recipe.id, walk.clock)
    run = Run(recipe, number, per, start, walk.clock, stay, [(recipe.steps, 0)])
    walk.runs.append(run)
    walk.history.stays.append(stay)
    walk.came_or_went(run)
    stepping.step_on(run, walk)


def _not_there(walk: Walk, recipe: Recipe, signal: Signal, earlier: list[Run], trigger: str) -> str | None:
    """Who is put forward must be in the segment still, and must not have entered since he came into it."""
    if signal.kind != EXISTING:
        return None
    argument = next(each.argument for each in recipe.triggers if each.id == trigger)
    segment = argument["segment"] if isinstance(argument, dict) else argument
    if segment not in walk.members:
        return "no longer there"
    return "reentry" if earlier and earlier[-1].entered_at >= walk.member_since[segment] else None


def _refusal(walk: Walk, recipe: Recipe, earlier: list[Run], start: Start) -> str | None:
    """`while_running`, then reentry, then the conditions; a restart asks for the conditions alone."""
    is_in = any(run.state == RUNNING for run in earlier)
    if is_in and recipe.while_running == "ignore":
        return "while_running"
    restarts = is_in and recipe.while_running == "restart"
    if earlier and not restarts and not _may_enter_again(walk, recipe, earlier[-1]):
        return "reentry"
    look = walk.look(start=start)
    failing = (f"condition {n}" for n, each in enumerate(recipe.conditions, 1) if not true(each, look))
    return next(failing, None)


def _may_enter_again(walk: Walk, recipe: Recipe, last: Run) -> bool:
    if recipe.reentry in {"always", "never"}:
        return recipe.reentry == "always"
    gap = timing.span(recipe.reentry.removeprefix("after "))
    return walk.clock >= gap.waited_from(last.entered_at, walk.look().zones[0])
