"""Recipes that set each other off, round and round.

A recipe's tags move contacts in and out of segments, and tags, segments, stages and audiences start recipes. Only what
can go on for ever is told: a circle of recipes that may all be entered again, whose own steps undo what their triggers
wait for; and one of recipes that let a contact into each other with no wait in between.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from autoflow.kinds.actions.add_tag import AddTag
from autoflow.kinds.actions.add_to_audience import AddToAudience
from autoflow.kinds.actions.choose import Choose
from autoflow.kinds.actions.enter_recipe import EnterRecipe
from autoflow.kinds.actions.exit import Exit
from autoflow.kinds.actions.record_event import RecordEvent
from autoflow.kinds.actions.remove_from_audience import RemoveFromAudience
from autoflow.kinds.actions.remove_tag import RemoveTag
from autoflow.kinds.actions.send_email import SendEmail
from autoflow.kinds.actions.set_stage import SetStage
from autoflow.kinds.actions.split import Split
from autoflow.kinds.actions.wait import WaitFor
from autoflow.kinds.actions.wait_for import WaitForIt
from autoflow.kinds.base import SEGMENT, TAG, Condition
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.triggers.audience_joined import AudienceJoined
from autoflow.kinds.triggers.audience_left import AudienceLeft
from autoflow.kinds.triggers.event import EventTrigger
from autoflow.kinds.triggers.segment_entered import SegmentEntered
from autoflow.kinds.triggers.segment_left import SegmentLeft
from autoflow.kinds.triggers.stage_entered import StageEntered
from autoflow.kinds.triggers.stage_left import StageLeft
from autoflow.kinds.triggers.tag_added import TagAdded
from autoflow.kinds.triggers.tag_removed import TagRemoved
from autoflow.language.definitions import Recipe, Segment
from autoflow.language.recipe import ReadRecipe

Move = tuple[str, bool]
"""A segment, and whether contacts come into it (or leave it); or a tag behind a `#`, a stage behind an `@`, or an
audience behind an `&`, and whether they get it.
"""
_MOVING = {
    AddTag: "tag",
    RemoveTag: "tag",
    SetStage: "stage",
    AddToAudience: "audience",
    RemoveFromAudience: "audience",
}
_HELD = (WaitFor, WaitForIt, SendEmail, Choose, Split, Exit)


def check_tag_loops(recipes: Mapping[str, ReadRecipe], segments: Mapping[str, Segment]) -> None:
    """Warn of each circle once, in the file of the recipe that comes first by name."""
    able = {
        name: read.recipe
        for name, read in sorted(recipes.items())
        if read.recipe is not None and read.recipe.reentry != "never"
    }
    waits = {name: frozenset(_waits_for(recipe)) for name, recipe in able.items()}
    awaited = frozenset().union(*waits.values())
    moves = {name: frozenset(_moves(recipe, segments, awaited)) for name, recipe in able.items()}
    after = {name: [other for other in able if moves[name] & waits[other]] for name in able}
    told: set[str] = set()
    for name in able:
        circle = _shortest(name, after)
        if not circle or told & set(circle):
            continue
        undone = frozenset().union(*(moves[each] for each in circle))
        pairs = zip(circle, (*circle[1:], name), strict=True)
        if all(
            any((segment, not into) in undone for segment, into in moves[source] & waits[target])
            for source, target in pairs
        ):
            told |= set(circle)
            _tell(recipes[name], (*circle, name))


def check_recipe_loops(recipes: Mapping[str, ReadRecipe]) -> None:
    """Warn of each circle of recipes that nothing holds up, in the file of the one that comes first by name."""
    able = {
        name: read.recipe
        for name, read in sorted(recipes.items())
        if read.recipe is not None and _at_once(read.recipe)
    }
    told: set[str] = set()
    ways = {name: _lets_into(recipe, able) for name, recipe in able.items()}
    for name in able:
        circle = _shortest(name, ways)
        if circle and not told & set(circle):
            told |= set(circle)
            _tell_recipes(recipes[name], (*circle, name), ways[name])


def _at_once(recipe: Recipe) -> bool:
    """Whether whoever may enter it always does, again and again, and comes to its end at once."""
    asks = (recipe.conditions, recipe.keep_while, recipe.goal, recipe.exit)
    free = recipe.reentry == "always" and recipe.status == "live" and all(each is None for each in asks)
    return free and not any(isinstance(step.action, _HELD) for step in recipe.steps)


def _lets_into(recipe: Recipe, able: Mapping[str, Recipe]) -> dict[str, str]:
    """The recipes that it lets a contact into, each with the step that does."""
    found: dict[str, str] = {}
    for step in recipe.steps:
        if isinstance(step.action, EnterRecipe):
            found.setdefault(step.action.recipe, step.id)
        elif isinstance(step.action, RecordEvent):
            for name, other in able.items():
                heard = (each for each in other.triggers if isinstance(each, EventTrigger))
                if any(each.name == step.action.name and not each.where.tests for each in heard):
                    found.setdefault(name, step.id)
    return {name: step for name, step in found.items() if name in able}


def _tell_recipes(read: ReadRecipe, circle: tuple[str, ...], ways: Mapping[str, str]) -> None:
    if len(circle) == 2:
        message = "By this step the recipe starts itself again, round and round."
    else:
        around = ", then ".join(f'"{name}"' for name in circle[1:])
        message = f"By this step the recipe starts {around}, round and round."
    fix = 'Let something hold it up: a "wait", a condition, or "reentry: never".'
    read.report.warn("recipe-loop", read.places[ways[circle[1]]], message, fix)


def _tell(read: ReadRecipe, circle: tuple[str, ...]) -> None:
    assert read.recipe is not None
    moving = [
        (read.places[step.id], _MOVING[type(step.action)])
        for step in read.recipe.steps
        if type(step.action) in _MOVING
    ]
    at, what = next(iter(moving), (read.span, "tag"))
    if len(circle) == 2:
        message = f"By this {what} the recipe starts itself again, round and round."
    else:
        around = ", then ".join(f'"{name}"' for name in circle[1:])
        message = f"By {what}s this recipe starts {around}, round and round."
    fix = f'Write "reentry: never" in one of them, or use another {what}.'
    read.report.warn("tag-loop", at, message, fix)


def _shortest(name: str, after: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The shortest way from a recipe back to itself; empty where there is none."""
    before: dict[str, str] = {}
    ahead = deque([name])
    while ahead:
        at = ahead.popleft()
        for other in after[at]:
            if other == name:
                way = [at]
                while way[-1] != name:
                    way.append(before[way[-1]])
                return tuple(reversed(way))
            if other not in before:
                before[other] = at
                ahead.append(other)
    return ()


def _waits_for(recipe: Recipe) -> Iterator[Move]:
    for trigger in recipe.triggers:
        if isinstance(trigger, (SegmentEntered, SegmentLeft)):
            yield trigger.segment, isinstance(trigger, SegmentEntered)
        elif isinstance(trigger, (TagAdded, TagRemoved)):
            yield f"#{trigger.tag}", isinstance(trigger, TagAdded)
        elif isinstance(trigger, (StageEntered, StageLeft)):
            yield f"@{trigger.stage}", isinstance(trigger, StageEntered)
        elif isinstance(trigger, (AudienceJoined, AudienceLeft)):
            yield f"&{trigger.audience}", isinstance(trigger, AudienceJoined)


def _moves(recipe: Recipe, segments: Mapping[str, Segment], awaited: Iterable[Move]) -> Iterator[Move]:
    """What its steps may do to a contact. Stages and audiences count only where they move everybody at once, for a life
    goes round through stages in its own time. `awaited` are the stages that it takes off along with the new one.
    """
    at_once = recipe.conditions is None
    for step in recipe.steps:
        at_once = at_once and not isinstance(step.action, _HELD)
        if isinstance(step.action, SetStage) and at_once:
            stage = f"@{step.action.stage}"
            yield stage, True
            yield from ((other, False) for other, _ in awaited if other.startswith("@") and other != stage)
        if isinstance(step.action, (AddToAudience, RemoveFromAudience)) and at_once:
            yield f"&{step.action.audience}", isinstance(step.action, AddToAudience)
        if isinstance(step.action, (AddTag, RemoveTag)):
            added = isinstance(step.action, AddTag)
            yield f"#{step.action.tag}", added
            for name, segment in segments.items():
                for helps in _signs(segment.conditions, step.action.tag, segments, frozenset({name})):
                    yield name, helps is added


def _signs(
    condition: Condition, tag: str, segments: Mapping[str, Segment], above: frozenset[str]
) -> frozenset[bool]:
    """Whether carrying the tag can help the condition to hold (True), or keep it from holding (False)."""
    found: set[bool] = set()
    for part in condition.parts():
        found |= _signs(part, tag, segments, above)
    if isinstance(condition, NoneOf):
        return frozenset(not sign for sign in found)
    for kind, name in condition.topics() if not condition.parts() else ():
        if kind == TAG and name == tag:
            found.add(True)
        elif kind == SEGMENT and name in segments and name not in above:
            found |= _signs(segments[name].conditions, tag, segments, above | {name})
    return frozenset(found)
