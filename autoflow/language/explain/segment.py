"""A segment read back in plain English, and where it is used."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from autoflow.kinds.base import Condition, Kind
from autoflow.kinds.operators import Test
from autoflow.language.definitions import Recipe, Segment, Workspace
from autoflow.language.explain.conditions import condition_line
from autoflow.language.explain.named import glossary, names_of, names_of_condition
from autoflow.language.explain.told import Line, SegmentTold, Use
from autoflow.model.durations import Duration

_DENY = "deny"


def explain_segment(segment: Segment, workspace: Workspace) -> SegmentTold:
    """The segment as it would be; `workspace` says what its names stand for, and what uses it."""
    return SegmentTold(
        name=segment.id,
        description=segment.description.strip(),
        owner=segment.owner,
        kind=segment.kind,
        color=segment.color,
        conditions=condition_line("A contact is in it while", segment.conditions),
        beside=tuple(_beside(segment)),
        used=tuple(uses_of(segment.id, workspace)),
        named=glossary(dict.fromkeys(names_of_condition(segment.conditions)), workspace),
    )


def uses_of(name: str, workspace: Workspace) -> Iterator[Use]:
    """Every use of a segment: by recipes and what for, by other segments, and by audiences that are always equal."""
    for recipe in workspace.recipes.values():
        for what in dict.fromkeys(_uses_in(recipe, ("segment", name))):
            yield Use("recipe", recipe.id, what)
    for segment in workspace.segments.values():
        if ("segment", name) in names_of_condition(segment.conditions):
            yield Use("segment", segment.id, "who is in it")
    for audience, mirrored in workspace.settings.mirrors.items():
        if mirrored == name:
            yield Use("audience", audience, "always the same people")


def _uses_in(recipe: Recipe, named: tuple[str, str]) -> Iterator[str]:
    if any(named in names_of(trigger) for trigger in recipe.triggers):
        yield "what it begins with"
    asked = {
        "who may enter": recipe.conditions,
        "who may go on": recipe.keep_while,
        "its goal": recipe.goal,
        "its exit": recipe.exit,
    }
    for what, condition in asked.items():
        if condition is not None and named in names_of_condition(condition):
            yield what
    for step in recipe.steps:
        conditions = step.action.conditions()
        if named in names_of(step.action) or any(named in names_of_condition(each) for each in conditions):
            yield f"step {step.id}"


def _beside(segment: Segment) -> Iterator[Line]:
    if segment.kind == _DENY:
        yield Line("Its kind is deny: whoever is in it gets no marketing mail and is in no audience.")
    if _moves_by_time(segment.conditions):
        yield Line("Time alone moves people in and out too, each at the very second, though nothing happens.")


def _moves_by_time(condition: Condition) -> bool:
    return any(map(_has_window, _leaves(condition)))


def _leaves(condition: Condition) -> Iterator[Condition]:
    if not condition.parts():
        yield condition
    for part in condition.parts():
        yield from _leaves(part)


def _has_window(kind: Kind) -> bool:
    values = [getattr(kind, field.name) for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    tests = [value.operand for value in values if isinstance(value, Test)]
    return any(isinstance(value, Duration) for value in (*values, *tests))
