"""Segments that use each other in a circle, and steps that cannot have been meant."""

from __future__ import annotations

from collections.abc import Mapping

from autoflow.kinds.actions.choose import Choose
from autoflow.kinds.actions.enter_recipe import EnterRecipe
from autoflow.kinds.actions.exit import Exit
from autoflow.kinds.actions.split import Split
from autoflow.kinds.actions.wait import WaitFor
from autoflow.kinds.actions.wait_for import SKIPPED, WaitForIt
from autoflow.kinds.base import Step
from autoflow.language.definitions import Recipe
from autoflow.language.explain.course import top_steps
from autoflow.language.recipe import ReadRecipe
from autoflow.language.segment import ReadSegment
from autoflow.language.steps_of import steps_of
from autoflow.model.durations import DAY, NOTHING, Duration

_STATUS = {"draft": "a draft", "paused": "paused"}
_MONTH = 30  # days, where lengths are only compared


def check_circles(segments: Mapping[str, ReadSegment]) -> None:
    """Report segments that use each other in a circle, once for each circle."""
    told: set[str] = set()
    for name in sorted(segments):
        circle = _circle(name, segments)
        if not circle or told & set(circle):
            continue
        told |= set(circle)
        uses = ", which uses ".join(f'"{each}"' for each in (*circle[1:], name))
        report = segments[name].report
        message = f'A segment cannot use itself: "{name}" uses {uses}.'
        report.add("circle", segments[name].uses[(*circle, name)[1]], message, "Take one of them out.")


def _circle(name: str, segments: Mapping[str, ReadSegment]) -> tuple[str, ...]:
    """The shortest way from a segment back to itself; empty where there is none."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for used in segments[way[-1]].uses:
            if used == name:
                return way
            if used in segments and used not in seen:
                seen.add(used)
                ways.append((*way, used))
    return ()


def check_recipes(recipes: Mapping[str, ReadRecipe]) -> None:
    """Warn of steps and audiences that cannot have been meant."""
    for read in recipes.values():
        if read.recipe is not None:
            _check_steps(read.recipe, read)
    for read, step, action in steps_of(recipes, EnterRecipe):
        target = recipes[action.recipe].recipe if action.recipe in recipes else None
        ours = read.recipe
        if target is not None and target.status != "live" and ours is not None and ours.status == "live":
            message = f'The recipe "{target.id}" is {_STATUS[target.status]}, so nobody enters it.'
            fix = f"Remove the status in recipes/{target.id}.yaml once it is ready."
            read.report.warn("recipe-not-live", read.places[step.id], message, fix)


def _check_steps(recipe: Recipe, read: ReadRecipe) -> None:
    gap = recipe.reentry
    if isinstance(gap, Duration) and recipe.while_running == "ignore":
        _check_waits(recipe, gap, read)
    _check_reach(recipe, read)


def _check_waits(recipe: Recipe, gap: Duration, read: ReadRecipe) -> None:
    """Warn of each wait that is longer than the gap, or else of the one by which they all become longer."""
    fix = "Whoever is still in the recipe cannot enter again: lengthen the gap."
    waits = [(step.id, step.action.duration) for step in recipe.steps if isinstance(step.action, WaitFor)]
    long = [(step, wait) for step, wait in waits if isinstance(wait, Duration) and _days(wait) > _days(gap)]
    for step, wait in long:
        message = f'The wait of {wait} is longer than the gap of "reentry: after {gap}".'
        read.report.warn("wait-over-reentry", read.places[step], message, fix)
    so_far = NOTHING
    for each in () if long else top_steps(recipe):
        so_far += (each.action.lasts() or (NOTHING,))[0]
        if _days(so_far) > _days(gap):
            message = f'The waits up to here come to {so_far}, longer than the gap of "reentry: after {gap}".'
            read.report.warn("wait-over-reentry", read.places[each.id], message, fix)
            return


def _check_reach(recipe: Recipe, read: ReadRecipe) -> None:
    """Warn of the first step that stands behind the end, or behind branches that all end."""
    reached: set[int] = set()
    ahead = [0]
    while ahead:
        position = ahead.pop()
        if position in reached or position == len(recipe.steps):
            continue
        reached.add(position)
        ahead += ways_on(recipe.steps[position])
    for position, step in enumerate(recipe.steps):
        if position not in reached:
            before = next(each for each in reversed(recipe.steps[:position]) if isinstance(each.action, Exit))
            message = f'Nobody gets here: the recipe ends with "{before.id}" above.'
            read.report.warn("unreachable-step", read.places[step.id], message, 'Remove it, or the "exit".')
            return


def ways_on(step: Step) -> list[int]:
    """The positions at which a run may go on behind a step."""
    action = step.action
    if isinstance(action, Exit):
        return []
    if isinstance(action, WaitForIt):  # nobody goes by `skipped` where it says nothing
        return list(step.branches if action.skipped else step.branches[:SKIPPED])
    if isinstance(action, Choose) and any(case.condition is None for case in action.cases):
        return list(step.branches)
    if isinstance(action, Split):
        return list(step.branches)
    return [step.next, *step.branches]


def _days(duration: Duration) -> float:
    return duration.months * _MONTH + duration.days + duration.micros / DAY
