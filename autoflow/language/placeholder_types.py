"""Placeholders whose value can never be of the type that is needed: one of those would fail every run."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autoflow.kinds.operators import comparable
from autoflow.language.scalars import inside
from autoflow.language.scope import Scope
from autoflow.language.settings.declared import TYPE_WORDS, Declared
from autoflow.language.yaml.nodes import Scalar
from autoflow.model.durations import parse_duration

_ALONE = (
    r"\s*\{\{\s*((?:contact|event)\.\w+)\s*\}\}\s*"  # compiled where it is first used: `check` starts faster
)
_DATES = frozenset({"date", "date_time"})
_NUMBERS = frozenset({"number", "money"})
_NEVER: dict[str, frozenset[str]] = {
    **dict.fromkeys(_NUMBERS, _DATES | {"yes_no", "list"}),
    **dict.fromkeys(_DATES, _NUMBERS | {"yes_no", "list"}),
    "yes_no": _DATES | _NUMBERS | {"list"},
    "choice": _DATES | {"yes_no", "list"},
}
_DIGITS = frozenset({"phone", "postal_code"})  # texts of ours that may be numbers


def check_value(node: Scalar, needed: Declared, scope: Scope, what: str) -> None:
    """Report a value that is one placeholder and can never be what is needed."""
    found = re.fullmatch(_ALONE, node.text)
    if found is None or needed.type not in _NEVER:
        return
    known = declared(found[1], scope)
    if known and all(_never(each, needed, found[1]) for each in known):
        report(node, found[1], known[0], TYPE_WORDS[needed.type], scope, what)


def check_length(node: Scalar, paths: Iterable[str], scope: Scope, what: str) -> None:
    """Report a length of time whose placeholders can never make one."""
    numbers = True
    for path in paths:
        known = declared(path, scope)
        numbers = numbers and bool(known) and all(each.type == "number" for each in known)
        if known and all(_no_length(each, node.text, path) for each in known):
            report(node, path, known[0], "a number, or a text such as 3 days", scope, what)
            return
    filled = re.sub(r"\{\{[^'\"]*?\}\}", "3", node.text)  # a text in it may bring the unit
    if numbers and not _is_length(filled):
        message = f'Filled in this would be "{filled}", which is no length of time.'
        scope.report.add("duration", node.span, message, 'Write a unit behind it: "{{ … }} days".')


def check_moment(node: Scalar, paths: Iterable[str], scope: Scope, what: str) -> None:
    """Report a moment whose placeholders can never be a date."""
    for path in paths:
        known = declared(path, scope)
        if known and all(each.type not in {*_DATES, "text"} or _of_ours(each, path) for each in known):
            report(node, path, known[0], "a date, or a date and time", scope, what)


def declared(path: str, scope: Scope) -> list[Declared]:
    """What is declared of `contact.plan` or `event.total`; of a property, by every event that starts the recipe."""
    root, _, name = path.partition(".")
    found = (
        [scope.attribute(name)]
        if root == "contact"
        else [scope.property(event, name) for event in scope.starts]
    )
    return [each for each in found if each is not None]


def report(node: Scalar, path: str, known: Declared, needed: str, scope: Scope, what: str) -> None:
    """Report the placeholder at its place in a text."""
    place = inside(node.span, scope.report, path)
    message = f'"{path}" is {TYPE_WORDS[known.type]}, and {what} needs {needed}.'
    fix = "Name another attribute or property."
    if known.type in _DATES and what == '"wait"':
        fix = f'To wait for that moment, write wait: {{until: "{{{{ {path} }}}}"}}'
    scope.report.add("placeholder-type", place, message, fix)


def _never(known: Declared, needed: Declared, path: str) -> bool:
    if needed.type == "choice" and known.type == "choice":
        return {_folded(each) for each in known.choices}.isdisjoint(map(_folded, needed.choices))
    if needed.type in _NUMBERS and known.type == "choice":
        return all(comparable(each, "number", "UTC") is None for each in known.choices)
    ours = needed.type != "choice" and _of_ours(known, path)
    digits = needed.type in _NUMBERS and path.partition(".")[2] in _DIGITS
    return known.type in _NEVER[needed.type] or (ours and not digits)


def _no_length(known: Declared, text: str, path: str) -> bool:
    if known.type == "choice":
        spot = rf"\{{\{{[^}}]*{re.escape(path)}\b[^}}]*\}}\}}"
        return not any(_is_length(re.sub(spot, each.replace("\\", ""), text)) for each in known.choices)
    return known.type not in {"number", "text"} or _of_ours(known, path)


def _is_length(text: str) -> bool:
    try:
        parse_duration(text)
    except ValueError:
        return "{{" in text  # what is in it says the rest
    return True


def _of_ours(known: Declared, path: str) -> bool:
    """Whether it is a text that is built in: a name or an address, and no date, number, yes or no."""
    return known.built_in and known.type == "text" and path.startswith("contact.")


def _folded(text: str) -> object:
    return comparable(text, "choice", "UTC")
