"""JSON Schemas (draft-07) of single values, as editors check them: each accepts what our reader accepts.

A schema sees less than the reader: where it could be wrong either way, it lets pass. `patternErrorMessage` is what
yaml-language-server shows instead of the pattern. Nothing carries `examples`, since editors offer those as completions,
names of other projects included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autoflow.kinds.operators import OF_TYPE, WINDOWS
from autoflow.language.settings.declared import Declared
from autoflow.model.clock_times import DAY_NAMES

Schema = dict[str, Any]

SINGLE = ("string", "number", "boolean")  # a text may look like a number: `tag: 2026`
NOT_EMPTY: Schema = {"type": list(SINGLE)}
EMPTY: Schema = {"type": "null"}
_HOLE = r"\{\{"
_UNIT = r"(seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
_LENGTH = rf"\s*(\s*(and\s+)?\d+(\.\d+)?\s*{_UNIT}\b\s*,?)+\s*"
_NUMBER = r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*"
_COUNT = r"\s*\d{1,6}(\s*times?)?\s*"
_SHARE = r"\s*\d+(\.\d+)?\s*% of (the time )?before\s*"
_CLOCK = r"\s*([01]?\d|2[0-3]):[0-5]\d\s*"
_DATE = r"\s*\d{4}-\d{1,2}-\d{1,2}.*"
_SHARED = ("at_least", "at_most", "more_than", "less_than")


def pattern(wording: str, message: str, *types: str) -> Schema:
    """A text that is wholly of that wording, or a value of one of the further types."""
    return {
        "type": ["string", *types],
        "pattern": f"^({wording})$",
        "patternErrorMessage": message,
    }


TEXT: Schema = {
    **NOT_EMPTY,
    "pattern": rf"^(?![\s\S]*{_HOLE})",
    "patternErrorMessage": "A placeholder cannot stand here.",
}
OPTIONAL_TEXT: Schema = {**TEXT, "type": [*SINGLE, "null"]}
FILLED: Schema = NOT_EMPTY  # a text in which placeholders may stand
_HOW_LONG = "Write a number and a unit, such as 3 days."
DURATION = pattern(rf"\s*\+?{_LENGTH}", _HOW_LONG)
OFFSET = pattern(rf"\s*[-+]?{_LENGTH}", "Write a number and a unit, such as -3 days.")
LENGTH = pattern(rf"\s*\+?{_LENGTH}|[\s\S]*{_HOLE}[\s\S]*", _HOW_LONG)
CLOCK = pattern(_CLOCK, 'Write a time of the day, such as "09:30".')
CLOCK_OR_MOMENT = pattern(rf"{_CLOCK}|[\s\S]*{_HOLE}[\s\S]*", 'Write a time of the day, such as "09:30".')
CLOCK_SPAN: Schema = {"type": "array", "items": CLOCK, "minItems": 2, "maxItems": 2}
RATE = pattern(
    r"\s*\d{1,6}(\s*times?)?\s+(per|a|an|each|every)\s+.+", "Write how many in which time: 1 per 7 days."
)
TIMES = {**pattern(_COUNT, "Write a count, such as 2 times.", "integer"), "minimum": 0}
TIMES_OR_SHARE = {
    **pattern(f"{_COUNT}|{_SHARE}", "Write a count, such as 2 times, or 50% of before.", "integer"),
    "minimum": 0,
}
NUMBER = pattern(_NUMBER, "Write a number.", "number")
DATE_TIME = pattern(_DATE, "Write a date and time, such as 2026-03-06 14:00.")
PERCENT = pattern(r"\s*\d+(\.\d+)?\s*%?\s*", "Write a percentage, such as 50.", "number")


def any_case(words: Iterable[str]) -> str:
    """A pattern of words in small and large letters: the patterns of JSON Schema have no switch for it."""
    spelled = ("".join(f"[{c.upper()}{c}]" if c.isalpha() else c for c in word) for word in words)
    return rf"\s*({'|'.join(spelled)})\s*"


_DAYS = (*DAY_NAMES, "weekdays", "weekend", "day")
DAY: Schema = {
    **pattern(any_case((*_DAYS, "weekday")), "Write a day, such as monday, weekdays or weekend."),
    "anyOf": [{"enum": list(_DAYS)}, {}],
}
YES_NO = pattern(any_case(("yes", "no", "true", "false")), "Write true or false.", "boolean")


def one_of(words: Iterable[str]) -> Schema:
    """One of a few words; of none, nothing will do."""
    found = [spelled for word in words for spelled in _spelled(word)]
    return {"enum": found} if found else {"not": {}, "errorMessage": "This project has none."}


def offered(words: Iterable[str], otherwise: Schema = TEXT) -> Schema:
    """Any text, these offered."""
    known = list(words)
    return {**otherwise, "anyOf": [{"enum": known}, {}]} if known else otherwise


def one_or_more(schema: Schema) -> Schema:
    """One of it, or a list."""
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


def listed(schema: Schema, *, least: int = 0, empty: bool = True) -> Schema:
    """A list of mappings, or a single one; with `empty` also nothing."""
    found: Schema = {
        "type": ["array", "object", *(["null"] if empty else [])],
        "items": schema,
        "if": {"type": "object"},
        "then": schema,
    }
    return {**found, "minItems": least} if least else found


def keys(properties: Mapping[str, Schema], required: Iterable[str] = (), **more: Any) -> Schema:
    """A mapping with these keys and no others."""
    found: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    needed = list(required)
    return {**found, **({"required": needed} if needed else {}), **more}


def told(description: str, schema: Schema) -> Schema:
    """The same, with what editors show beside it."""
    if "$ref" in schema:  # what stands beside a reference is ignored
        return {"description": description, "allOf": [schema]}
    return {"description": description, **schema}


def value(declared: Declared, *, filled: bool = True) -> Schema:
    """A value of a declared type; with `filled` also a placeholder."""
    hole = rf"|[\s\S]*{_HOLE}[\s\S]*" if filled else ""
    text = FILLED if filled else TEXT
    match declared.type:
        case "choice":  # small and large letters are the same, so it is offered and not insisted on
            return offered(declared.choices, text)
        case "number" | "money":
            return pattern(_NUMBER + hole, "Write a number.", "number")
        case "yes_no":
            return pattern(any_case(("yes", "no", "true", "false")) + hole, "Write true or false.", "boolean")
        case "date" | "date_time":
            return pattern(_DATE + hole, "Write a date, such as 2026-03-06.")
        case "list":
            return {"type": [*SINGLE, "array"], "items": NOT_EMPTY}
    return text


def operators(of: Declared | None, *, share: bool = False) -> dict[str, Schema]:
    """The operators that go with a type (None: with any), each with its operand."""
    if of is None:
        return {
            word: _operand(word, Declared(kind))
            for kind in ("text", "number", "date")
            for word in OF_TYPE[kind]
        } | {word: {"type": [*SINGLE, "array"]} for word in _OF_SEVERAL}
    found = {word: _operand(word, of) for word in OF_TYPE[of.type]}
    if share:
        shared = pattern(
            f"{_NUMBER}|{_SHARE}|[\\s\\S]*{_HOLE}[\\s\\S]*", "Write a number, or 50% of before.", "number"
        )
        found |= {word: shared for word in _SHARED if word in found}
    return found


_OF_SEVERAL = ("is", "is_not", "in", "not_in", "between", "contains")  # what they take depends on the type


def _operand(word: str, of: Declared) -> Schema:
    if word == "is_set":
        return YES_NO
    if word in WINDOWS:
        return DURATION
    textual = of.type == "list" or word in {"contains", "starts_with", "ends_with", "matches"}
    element = FILLED if textual else value(of)
    if word == "between":
        return {"type": "array", "items": element, "minItems": 2, "maxItems": 2}
    if word in {"in", "not_in"}:
        return {"type": "array", "items": element, "minItems": 1}
    return element


def tests(properties: Mapping[str, Declared]) -> Schema:
    """`where`: properties with a value, a list of values, or operators."""
    return keys({name: bare_test(declared) for name, declared in properties.items()}, minProperties=1)


def bare_test(declared: Declared) -> Schema:
    """What `where` says of one property."""
    single = value(Declared("text") if declared.type == "list" else declared)
    inner = keys(operators(declared), minProperties=1)
    return {
        **inner,
        **single,
        "type": [*single["type"], "array", "object"],
        "items": single,
        "minItems": 1,
    }


def _spelled(word: str) -> tuple[str | int, ...]:
    return (word, int(word)) if word.isascii() and word.isdecimal() else (word,)
