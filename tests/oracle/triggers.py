"""What starts recipes: which signal a trigger hears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.oracle import comparing
from tests.oracle.asking import takes
from tests.oracle.conditions import attribute_type
from tests.oracle.look import Look, UnfilledError, fill
from tests.oracle.recipes import Recipe, Trigger
from tests.oracle.runs import Signal
from tests.oracle.workspace import listed

NAMED = {
    "segment_entered": "segment",
    "segment_left": "segment",
    "tag_added": "tag",
    "tag_removed": "tag",
    "audience_joined": "audience",
    "audience_left": "audience",
    "stage_entered": "stage",
    "stage_left": "stage",
}
BY_EVENT = {"event", "page_visited", "consent_given", "consent_withdrawn"}
BY_TIME = {"inactivity", "date", "schedule"}


def hears(trigger: Trigger, recipe: Recipe, signal: Signal, look: Look) -> bool:
    """Whether the signal fires the trigger."""
    word, argument = trigger.word, trigger.argument
    if signal.kind == "alarm" or word in BY_TIME:
        return signal.kind == "alarm" and signal.name == trigger.name
    if word in NAMED:
        given = argument if isinstance(argument, Mapping) else {NAMED[word]: argument}
        return "for" not in given and (signal.kind, signal.name) == (word, given[NAMED[word]])
    if word in BY_EVENT:
        return signal.kind == "event" and takes(word, argument, signal.name, signal.properties, look)
    if signal.kind != word:
        return False
    if word == "attribute_changed":
        return _changed(argument if isinstance(argument, Mapping) else {"attribute": argument}, signal, look)
    if word == "score_reached":
        return signal.name == f"{argument['score']}/{argument['at_least']}"
    return word == "contact_created" or (word == "manual" and signal.name == recipe.id)


def _changed(argument: Mapping[str, Any], signal: Signal, look: Look) -> bool:
    return (
        signal.name == argument["attribute"]
        and _is_one_of(argument.get("from"), signal.was, signal.name, look)
        and _is_one_of(argument.get("to"), signal.value, signal.name, look)
    )


def _is_one_of(wanted: Any, value: Any, attribute: str, look: Look) -> bool:
    """Nothing is none of them; where none are given, anything will do."""
    if wanted is None:
        return True
    try:
        filled = fill(listed(wanted), look)
    except UnfilledError:
        return False
    return comparing.passes("in", filled, value, attribute_type(attribute, look.words), look.now, look.zones)
