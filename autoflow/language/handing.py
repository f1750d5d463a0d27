"""Which events recipes hand on: `enter_recipe` lets a contact in with the event that started its own recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from autoflow.kinds.actions.enter_recipe import EnterRecipe
from autoflow.kinds.base import EVENT
from autoflow.language.names import Names
from autoflow.language.recipe import read_recipe


def handed_on(texts: Mapping[str, str], names: Names) -> dict[str, frozenset[str]]:
    """The events with which other recipes let contacts into a recipe, by its name, as far as they can be read."""
    own: dict[str, frozenset[str]] = {}
    lets: dict[str, frozenset[str]] = {}
    for name, text in texts.items():
        if EnterRecipe.word in text:
            found = read_recipe(name, text, names).recipe
            if found is not None:
                heard = (topic for trigger in found.triggers for topic in trigger.hears())
                own[name] = frozenset(event for kind, event in heard if kind == EVENT)
                actions = (step.action for step in found.steps)
                lets[name] = frozenset(each.recipe for each in actions if isinstance(each, EnterRecipe))
    handed: dict[str, frozenset[str]] = {}
    moved = True
    while moved:  # a recipe hands on what was handed to it
        moved = False
        for name, others in lets.items():
            events = own[name] | handed.get(name, frozenset())
            for other in others:
                before = handed.get(other, frozenset())
                handed[other] = before | events
                moved = moved or handed[other] != before
    return handed


def with_handed(texts: Mapping[str, str], names: Names) -> Names:
    """The names, and the events that recipes hand on."""
    return replace(names, handed=handed_on(texts, names))
