"""Which names a recipe or a segment uses, and what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from autoflow.kinds.base import Condition, Kind
from autoflow.kinds.fields import Name
from autoflow.kinds.scores import Score
from autoflow.kinds.text import Text
from autoflow.language.definitions import Recipe, Segment, Workspace
from autoflow.language.explain.conditions import in_one
from autoflow.language.explain.told import Line, ended
from autoflow.language.field_specs import specs_of

Named = tuple[str, str]
"""What sort of thing (see `kinds.fields.Name`), and its name."""
_OF_CONTACT = re.compile(r"\bcontact\.(\w+)")


def names_of_recipe(recipe: Recipe) -> tuple[Named, ...]:
    """Every name in a recipe, once, in the order of its parts."""
    asked = (recipe.conditions, recipe.keep_while, recipe.goal, recipe.exit)
    found = [named for trigger in recipe.triggers for named in names_of(trigger)]
    found += [named for each in asked if each is not None for named in names_of_condition(each)]
    for step in recipe.steps:
        found += names_of(step.action)
        found += [named for each in step.action.conditions() for named in names_of_condition(each)]
    return tuple(dict.fromkeys(found))


def names_of_condition(condition: Condition) -> Iterator[Named]:
    """Every name in a condition and in what it groups."""
    yield from names_of(condition)
    for part in condition.parts():
        yield from names_of_condition(part)


def names_of(kind: Kind) -> Iterator[Named]:
    """Every name in the fields of one word."""
    for spec in specs_of(type(kind)):
        for value in _each(getattr(kind, spec.name)):
            if isinstance(value, Text):
                yield from (("attribute", name) for name in _OF_CONTACT.findall(str(value.source)))
            elif isinstance(spec.mark, Name) and value is not None:
                yield spec.mark.of, value.name if isinstance(value, Score) else value


def _each(value: Any) -> Iterable[Any]:
    return value if isinstance(value, tuple) else (value,)


def glossary(names: Iterable[Named], workspace: Workspace) -> tuple[Line, ...]:
    """What those names stand for of which the workspace says it."""
    said = ((f'{of} "{name}"', _meaning(of, name, workspace)) for of, name in names)
    return tuple(Line(f"{what}: {ended(meaning)}") for what, meaning in said if meaning)


def _meaning(of: str, name: str, workspace: Workspace) -> str:
    settings = workspace.settings
    match of:
        case "segment" if name in workspace.segments:
            return segment_meaning(workspace.segments[name])
        case "recipe" if name in workspace.recipes:
            return workspace.recipes[name].description.strip()
        case "attribute" if name in settings.computed:
            return settings.computed[name].reads()
        case "score" if name in settings.scores:
            return settings.scores[name].reads()
        case "audience" if name in settings.mirrors:
            return f'always those of the segment "{settings.mirrors[name]}"'
    return ""


def segment_meaning(segment: Segment) -> str:
    """What a segment is, as its file says it, or else its conditions."""
    return segment.description.strip() or in_one(segment.conditions)
