"""Recipes that set each other off by tags, round and round.

A recipe's tags move contacts in and out of segments, and segments start recipes. Only what can go on for ever
is told: a circle of recipes that may all be entered again, whose own tags undo what their triggers wait for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autoflow.kinds.actions.add_tag import AddTag
from autoflow.kinds.actions.remove_tag import RemoveTag
from autoflow.kinds.base import SEGMENT, TAG, Condition
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.triggers.segment_entered import SegmentEntered
from autoflow.kinds.triggers.segment_left import SegmentLeft
from autoflow.language.definitions import Recipe, Segment
from autoflow.language.recipe import ReadRecipe

Move = tuple[str, bool]
"""A segment, and whether contacts come into it (or leave it)."""


def check_tag_loops(recipes: Mapping[str, ReadRecipe], segments: Mapping[str, Segment]) -> None:
    """Warn of each circle once, in the file of the recipe that comes first by name."""
    able = {
        name: read.recipe
        for name, read in sorted(recipes.items())
        if read.recipe is not None and read.recipe.reentry != "never"
    }
    moves = {name: frozenset(_moves(recipe, segments)) for name, recipe in able.items()}
    waits = {name: frozenset(_waits_for(recipe)) for name, recipe in able.items()}
    told: set[str] = set()
    for name in able:
        circle = _circle(name, moves, waits)
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


def _tell(read: ReadRecipe, circle: tuple[str, ...]) -> None:
    assert read.recipe is not None
    tagging = (step.id for step in read.recipe.steps if isinstance(step.action, (AddTag, RemoveTag)))
    at = next((read.places[step] for step in tagging), read.span)
    if len(circle) == 2:
        message = "By this tag the recipe starts itself again, round and round."
    else:
        around = ", then ".join(f'"{name}"' for name in circle[1:])
        message = f"By tags this recipe starts {around}, round and round."
    fix = 'Write "reentry: never" in one of them, or use another tag.'
    read.report.warn("tag-loop", at, message, fix)


def _circle(
    name: str, moves: Mapping[str, frozenset[Move]], waits: Mapping[str, frozenset[Move]]
) -> tuple[str, ...]:
    """The shortest way from a recipe back to itself; empty where there is none."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for other in moves:
            if not moves[way[-1]] & waits[other]:
                continue
            if other == name:
                return way
            if other not in seen:
                seen.add(other)
                ways.append((*way, other))
    return ()


def _waits_for(recipe: Recipe) -> Iterator[Move]:
    for trigger in recipe.triggers:
        if isinstance(trigger, (SegmentEntered, SegmentLeft)):
            yield trigger.segment, isinstance(trigger, SegmentEntered)


def _moves(recipe: Recipe, segments: Mapping[str, Segment]) -> Iterator[Move]:
    for step in recipe.steps:
        if isinstance(step.action, (AddTag, RemoveTag)):
            added = isinstance(step.action, AddTag)
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
