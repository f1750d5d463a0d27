"""Operators and their operands, checked by the declared type of what they test."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from autoflow.kinds.limits import OfBefore
from autoflow.kinds.operators import OF_TYPE, WINDOWS, WORDS, Test, comparable
from autoflow.language.names import listed
from autoflow.language.placeholder_types import check_value
from autoflow.language.placeholders import holds_placeholder, read_placeholder
from autoflow.language.scalars import duration, each, refuse_reported, scalar, yes_no
from autoflow.language.scope import Scope
from autoflow.language.settings.declared import TYPE_WORDS, Declared
from autoflow.language.slips.elsewhere import asked, meant
from autoflow.language.source import Report
from autoflow.language.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence
from autoflow.model.problems import did_you_mean
from autoflow.model.values import from_millionths, millionths

NUMBER = Declared("number")
_USUAL = {
    "text": "is: …",
    "choice": "is: …",
    "number": "at_least: 80",
    "money": "at_least: 80",
    "yes_no": "is: true",
    "date": "within_last: 30 days",
    "date_time": "within_last: 30 days",
    "list": "contains: …",
}
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*% of (?:the time )?before")
_LISTED = {"is": "in", "is_not": "not_in"}
_SHARED = ("at_least", "at_most", "more_than", "less_than")
_TEXTUAL = ("contains", "starts_with", "ends_with", "matches")
_EXAMPLES = {
    "number": "80",
    "money": "80 or 12.50",
    "date": "2026-03-06, the year first",
    "date_time": "2026-03-06 14:00, the year first",
}


def read_test(
    subject: str, entry: Entry, declared: Declared | None, scope: Scope, *, share: bool = False
) -> Test:
    """One operator with its operand; `declared` is None where the type is not known.

    With `share` the operand may be a share of the time before.
    """
    word = entry.key.text
    of = declared or Declared(_likely(word))
    report = scope.report
    if word not in OF_TYPE[of.type]:
        message = f'"{word}" does not go with "{subject}", which is {TYPE_WORDS[of.type]}.'
        report.fail("operator", entry.key.span, message, f"It goes with {listed(OF_TYPE[of.type], 20)}.")
    value = entry.value
    refuse_reported(value, report)
    if word in _LISTED and isinstance(value, Sequence):
        shown = ", ".join(item.text for item in value.items if isinstance(item, Scalar))
        fix = f"Write {_LISTED[word]}: [{shown}]"
        report.fail("operator", entry.key.span, f'"{word}" takes one value, not a list.', fix)
    if word in _LISTED and isinstance(value, Scalar) and value.value is None and value.text:
        fix = f"Write is_set: {'false' if word == 'is' else 'true'}"
        report.fail("operator", entry.key.span, f'"{value.text}" is no value.', fix)
    of_before = read_share(value, report) if share and word in _SHARED else None
    if of_before is not None:
        return Test(word, of_before, of.type)
    if word == "is_set":
        return Test(word, yes_no(value, report, f'"{word}"'), of.type)
    if word in WINDOWS:
        return Test(word, duration(value, report, f'"{word}"'), of.type)
    if word in {"in", "not_in", "between"}:
        return Test(word, _several(word, value, of, scope), of.type)
    return Test(word, read_value(value, _element(of, word), scope, f'"{word}"'), of.type)


def read_share(node: Node, report: Report) -> OfBefore | None:
    """`50% of before`; None where something else is written."""
    match = _SHARE.fullmatch(node.text.strip()) if isinstance(node, Scalar) else None
    if match is None:
        return None
    percent = millionths(match[1])
    if percent is None:
        report.fail("value", node.span, f'"{match[1]}" is not a percentage.', "For example 50% of before.")
    return OfBefore(percent)


def usual_operator(declared: Declared | None) -> str:
    """An operator that goes with a type, for examples."""
    return _USUAL[declared.type] if declared else "is_set: true"


def bare_test(entry: Entry, declared: Declared | None, scope: Scope) -> tuple[Test, ...]:
    """What `where` says of one property: a value, a list of values, or operators."""
    value, report = entry.value, scope.report
    of = declared or Declared("text")
    refuse_reported(value, report)
    if isinstance(value, Mapping):
        return _worded(entry.key, value, declared, scope)
    if isinstance(value, Sequence):
        return (Test("in", _several("in", value, of, scope), of.type),)
    word = "contains" if of.type == "list" else "is"
    operand = read_value(value, _element(of, word), scope, f'"{entry.key.text}"')
    if isinstance(operand, str) and "*" in operand:
        fix = f'Write {entry.key.text}: {{matches: "{operand}"}}.'
        message = 'A "*" stands for itself here, so this hardly ever holds.'
        report.warn("glob-without-matches", value.span, message, fix)
    return (Test(word, operand, of.type),)


def _worded(key: Scalar, value: Mapping, declared: Declared | None, scope: Scope) -> tuple[Test, ...]:
    report, of = scope.report, declared or Declared("text")
    for word, inner in value.entries.items():
        if word not in WORDS:
            fix = asked(meant(word, OF_TYPE[of.type], "operator"), f"The operators are {listed(WORDS, 30)}.")
            report.fail("operator", inner.key.span, f'There is no operator called "{word}".', fix)
    if not value.entries:
        fix = f"For example {key.text}: {{at_least: 80}}."
        report.fail("operator", value.span, f'An operator is missing for "{key.text}".', fix)
    read = each(value.entries.values(), lambda inner: read_test(key.text, inner, declared, scope), report)
    return tuple(read)


def read_value(node: Node, declared: Declared, scope: Scope, what: str) -> Any:
    """A value of the declared type, in the form that it is stored in, or a placeholder for one.

    text, choice: str; number, money: int or float; yes_no: bool; date, date_time: ISO text; list: list of str.
    """
    report = scope.report
    if holds_placeholder(node):
        written = scalar(node, report, what)
        filled = read_placeholder(written, scope)
        check_value(written, declared, scope, what)
        return filled
    if declared.type == "list" and isinstance(node, Sequence):
        return [scalar(item, report, what).text for item in node.items]
    found = scalar(node, report, what)
    match declared.type:
        case "text":
            return found.text
        case "list":
            return [found.text]
        case "choice":
            return _choice(found, declared, report)
        case "yes_no":
            return yes_no(node, report, what)
        case "number" | "money":
            return _number(found, declared, report, what)
    if comparable(found.text, declared.type, scope.names.settings.timezone) is None:
        _refuse(found, declared, report, what)
    return found.text


def _several(word: str, node: Node, of: Declared, scope: Scope) -> tuple[Any, ...]:
    report = scope.report
    if not isinstance(node, Sequence):
        example = "between: [10, 20]" if word == "between" else f"{word}: [one, another]"
        if isinstance(node, Scalar) and node.text:
            ends = re.split(r"\s+(?:and|to|-|–)\s+", node.text)
            example = f"{word}: [{', '.join(ends)}]" if len(ends) == 2 or word != "between" else example
        report.fail("operator", node.span, f'"{word}" takes a list.', f"For example {example}.")
    element = _element(of, word)
    values = tuple(each(node.items, lambda item: read_value(item, element, scope, f'"{word}"'), report))
    if word == "between" and len(values) != 2:
        message = '"between" takes two values, the lower and the upper one.'
        report.fail("operator", node.span, message, "For example between: [10, 20].")
    if not values:
        fix = f"For example {word}: [one, another]."
        report.fail("list-empty", node.span, f'"{word}" needs at least one value.', fix)
    return values


def _element(of: Declared, word: str) -> Declared:
    """What one operand must be: of a list its entries are compared, and parts of text are any text."""
    return Declared("text") if of.type == "list" or word in _TEXTUAL else of


def _likely(word: str) -> str:
    return next((of for of in ("text", "number", "date") if word in OF_TYPE[of]), "text")


def _number(found: Scalar, declared: Declared, report: Report, what: str) -> int | float:
    exact = None if isinstance(found.value, bool) else millionths(found.value)
    if exact is None:
        _refuse(found, declared, report, what)
    return from_millionths(exact)


def _choice(found: Scalar, declared: Declared, report: Report) -> str:
    by_folded = {comparable(choice, "choice", "UTC"): choice for choice in declared.choices}
    choice = by_folded.get(comparable(found.text, "choice", "UTC"))
    if choice is None:
        near = did_you_mean(found.text, declared.choices)
        fix = f'Did you mean "{near}"?' if near else "Choices are declared in autoflow.yaml."
        message = f'"{found.text}" is not one of the choices {listed(declared.choices, 20)}.'
        report.fail("not-one-of", found.span, message, fix)
    return choice


def _refuse(found: Scalar, declared: Declared, report: Report, what: str) -> NoReturn:
    share = what.strip('"') in _SHARED
    sign = re.match(r"[<>=!]=?|=[<>]", found.text)
    if sign:
        from autoflow.language.yaml.values import operator_sign

        word, fix = operator_sign(found.text, what.strip('"'))
        report.fail("operator", found.span, f'"{word}" is not an operator here.', fix)
    from autoflow.language.slips import likely

    if declared.type in {"number", "money"}:
        near = likely.number(found.text)
        if near is not None and found.text.strip().endswith("%") and share:
            near = f"{near}% of before"
    else:
        near = likely.moment(found.text)
    message = f'"{found.text}" is not {TYPE_WORDS[declared.type]}.'
    example = f"For example {what.strip(chr(34))}: {_EXAMPLES[declared.type]}."
    report.fail("value", found.span, message, asked(near, example))
