"""How operators, their operands and what is denied are said: whole phrases that follow a subject."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from autoflow.kinds.text import Text
from autoflow.model.values import plain

_SAID = {
    "is": "is {}",
    "is_not": "is not {}",
    "in": "is one of {}",
    "not_in": "is none of {}",
    "at_least": "is at least {}",
    "at_most": "is at most {}",
    "more_than": "is more than {}",
    "less_than": "is less than {}",
    "between": "is between {}",
    "before": "is before {}",
    "after": "is after {}",
    "contains": "contains {}",
    "starts_with": "starts with {}",
    "ends_with": "ends with {}",
    "matches": "matches {}",
    "within_last": "lies within the last {}",
    "not_within_last": "does not lie within the last {}",
    "within_next": "lies within the next {}",
    "anniversary_within": "has its anniversary within {}",
}
_UNCLEAR = r"[,“”]|\s(?:and|or)\s|[.!?:…]$|^\s|\s\s|\s$|^$"  # a text that a sentence would not keep apart
_OF_LISTS = {"in": "contains one of {}", "not_in": "contains none of {}"}
_DENIED = {
    "has": "has not",
    "is": "is not",
    "was": "was not",
    "stands": "does not stand",
    "contains": "does not contain",
    "starts": "does not start",
    "ends": "does not end",
    "matches": "does not match",
    "lies": "does not lie",
}
_DOUBLY_DENIED = {denial: verb for verb, denial in _DENIED.items()}


def test_says(word: str, operand: Any, of_type: str) -> str:
    """An operator with its operand: `is at least 80`, `is one of GB, IE`."""
    if word == "is_set":
        return "is set" if operand else "is not set"
    known = _OF_LISTS if of_type == "list" else {}
    return (known.get(word) or _SAID[word]).format(operand_says(word, operand))


def operand_says(word: str, operand: Any, *, written: bool = False) -> str:
    """What an operator is about: `5 and 120`; with `written` placeholders stay as they are written."""

    def one(value: Any) -> str:
        if isinstance(value, Text):
            return plain(value.source) if written else value.says()
        said = plain(value)
        return f"“{said}”" if isinstance(value, str) and re.search(_UNCLEAR, said) else said

    if type(operand) in {
        list,
        tuple,
    }:  # a share of the time before is a tuple too, and says itself what it is
        return (" and " if word == "between" else ", ").join(map(one, operand))
    return one(operand)


def where_says(tests: Iterable[tuple[str, Any]]) -> str:
    """Properties with what they must be: `category is tea and total is at least 80`; nothing where there are none."""
    return " and ".join(f"{name} {test.says()}" for name, test in tests)


def denied(says: str) -> str:
    """The opposite of something said behind a subject: `is not in the segment "vip"`."""
    for known in (_DOUBLY_DENIED, _DENIED):
        for verb, other in known.items():
            if says.startswith(f"{verb} "):
                return f"{other} {says.removeprefix(verb).lstrip()}"
    return f"not ({says})"
