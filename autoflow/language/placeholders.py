"""Placeholders as they are read: compiled at once, and every name that they see looked up."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from autoflow.kinds.text import PlaceholderSyntaxError, Text
from autoflow.language.scalars import inside, scalar
from autoflow.language.scope import Scope
from autoflow.language.slips.elsewhere import asked, meant
from autoflow.language.slips.foreign import foreign_placeholders
from autoflow.language.source import Report
from autoflow.language.templates.names import names_of
from autoflow.language.yaml.nodes import Node, Scalar

MOST_CHARACTERS = 10_000
_FILTERS = (
    *("abs", "capitalize", "default", "first", "float", "int", "join", "last", "length", "lower", "replace"),
    *("round", "title", "trim", "truncate", "upper"),
)
_SEES = ("contact", "event")


def holds_placeholder(node: Node) -> bool:
    """Whether a value is text with a placeholder in it."""
    return isinstance(node, Scalar) and isinstance(node.value, str) and "{{" in node.value


def read_text(node: Node, scope: Scope, what: str) -> Text:
    """A text in which placeholders may stand."""
    if isinstance(node, Scalar):
        for foreign in foreign_placeholders(node.text, scope.names):
            place = inside(node.span, scope.report, node.text[slice(*foreign.span)])
            scope.report.warn("placeholder-elsewhere", place, foreign.message, foreign.fix)
        if "{%" in node.text and "{{" not in node.text:
            message = "A text without {{ … }} is sent as it stands, {% … %} and all."
            fix = "Write it as one placeholder: {{ 'here' if contact.city == 'London' else 'there' }}"
            scope.report.warn("placeholder-elsewhere", node.span, message, fix)
    if holds_placeholder(node):
        return read_placeholder(scalar(node, scope.report, what), scope)
    return Text(scalar(node, scope.report, what).text)


def read_placeholder(node: Scalar, scope: Scope) -> Text:
    """A text with placeholders, checked where it stands."""
    report = scope.report
    if scope.part == "segment":
        message = "A placeholder cannot stand in a segment, which means the same for everybody."
        report.fail("placeholder-here", node.span, message, "Write the value itself.")
    if len(node.text) > MOST_CHARACTERS:
        message = f"A text with placeholders has at most {MOST_CHARACTERS:,} characters."
        report.fail("too-large", node.span, message, "Send an email template instead, or shorten it.")
    found = Text(node.text)
    try:
        found.compile()
    except PlaceholderSyntaxError as error:
        _explain(str(error), node, report)
    for path in dict.fromkeys(read.path for read in names_of(node.text, False).reads):
        _check(path, node, scope)
    return found


def _explain(said: str, node: Scalar, report: Report) -> NoReturn:
    """Report what Jinja refuses, in our words."""
    unknown = re.search(r"No (filter|test) named '([^']*)'", said)
    if unknown:
        near = meant(unknown[2], _FILTERS, "filter") if unknown[1] == "filter" else None
        fix = asked(near, "Usual ones are default('…'), upper and title.")
        place = inside(node.span, report, unknown[2])
        report.fail("unknown-filter", place, f'There is no {unknown[1]} called "{unknown[2]}".', fix)
    mistake = next(iter(names_of(node.text, False).mistakes), None)
    if mistake is None:
        report.fail("placeholder", node.span, said, 'For example "{{ contact.first_name }}".')
    place = inside(node.span, report, mistake.word) if mistake.word else node.span
    report.fail("placeholder", place, mistake.message, mistake.fix)


def _check(path: str, node: Scalar, scope: Scope) -> None:
    root, _, rest = path.partition(".")
    name = rest.partition(".")[0]
    where = inside(node.span, scope.report, f"{root}.{name}" if name else root)
    if root not in _SEES:
        near = meant(root, (*_SEES, *(f"contact.{name}" for name in scope.names.settings.attributes)), "root")
        fix = 'Write "contact.NAME" or "event.NAME", and put text in quotes.'
        if root in scope.names.settings.attributes:
            near = f"contact.{root}"
        elif any(root in (scope.names.properties(event) or {}) for event in scope.starts):
            near = f"event.{root}"
        fix = f'Did you mean "{near}"?' if near else fix
        message = f'A placeholder sees contact and event, not "{root}".'
        scope.report.add("placeholder", where, message, fix)
    elif root == "contact" and name and name != "id":
        if scope.attribute(name) is None and scope.names.declared:
            scope.report.add("unknown-name", where, *scope.names.missing("attribute", name))
    elif root == "event" and name:
        _check_event(name, node, scope)


def _check_event(name: str, node: Scalar, scope: Scope) -> None:
    where = inside(node.span, scope.report, f"event.{name}")
    if not scope.starts:
        message = f'There is no "event.{name}" here: no event starts this recipe.'
        fix = 'Use an attribute, such as "contact.first_name".'
        scope.report.add("unknown-name", where, message, fix)
        return
    if not scope.names.declared or any(scope.names.properties(event) is None for event in scope.starts):
        return
    if all(scope.property(event, name) is None for event in scope.starts):
        scope.report.add("unknown-name", where, *scope.names.missing_property(scope.starts[0], name))


def constant(value: Any) -> bool:
    """Whether an operand is the same for everybody."""
    if isinstance(value, tuple):
        return all(constant(item) for item in value)
    return not isinstance(value, Text) or value.constant
