"""Single values put to the test: an operator with its placeholders filled, `where`, the words of event triggers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.oracle import comparing
from tests.oracle.look import Look, UnfilledError, fill

CONSENT_EVENTS = {
    "consent_given": ("consent_given",),
    "consent_withdrawn": ("consent_withdrawn", "unsubscribed"),
}


def asked(word: str, operand: Any, value: Any, of_type: str, look: Look) -> bool:
    """Whether the value passes; what cannot be filled fails every positive test."""
    if word in comparing.OPPOSITES:
        return not asked(comparing.OPPOSITES[word], operand, value, of_type, look)
    try:
        filled = fill(operand, look)
    except UnfilledError:
        return False
    return comparing.passes(word, filled, value, of_type, look.now, look.zones)


def where(tests: Mapping[str, Any] | None, event: str, properties: Mapping[str, Any], look: Look) -> bool:
    """Whether an event with these properties counts: `where` takes a value, a list of them, or operators."""
    for name, wanted in (tests or {}).items():
        of_type = look.words.properties.get((event, name), "text")
        operators = (
            wanted if isinstance(wanted, Mapping) else {"in" if isinstance(wanted, list) else "is": wanted}
        )
        for word, operand in operators.items():
            if not asked(word, operand, properties.get(name), of_type, look):
                return False
    return True


def takes(word: str, argument: Any, event: str, properties: Mapping[str, Any], look: Look) -> bool:
    """Whether the words of a trigger that listens for events take this one."""
    if word in CONSENT_EVENTS:
        wanted = argument.get("topic") if isinstance(argument, Mapping) else argument
        return event in CONSENT_EVENTS[word] and (wanted is None or topic_of(properties) in {wanted, "*"})
    if word == "event":
        name = argument["name"] if isinstance(argument, Mapping) else argument
        tests = argument.get("where") if isinstance(argument, Mapping) else None
    elif word == "page_visited":
        name, tests = "page_visited", visited(argument)
    else:
        raise ValueError(f"no such trigger: {word}")
    return bool(event == name) and where(tests, event, properties, look)


def visited(globs: Any) -> dict[str, Any]:
    """A visited page as tests: `*` stands for anything in what is asked of it, and a bare text is the path."""
    asked_of = globs if isinstance(globs, Mapping) else {"path": globs} if globs else {}
    return {field: {"matches": glob} for field, glob in asked_of.items()}


def topic_of(properties: Mapping[str, Any]) -> str:
    """An event about consent that names no topic is about all of them."""
    topic = properties.get("topic")
    return "*" if topic is None else str(topic)
