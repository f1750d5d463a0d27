"""Conditions of one list that together can never, or always, hold, told at their places."""

from __future__ import annotations

from collections.abc import Sequence

from autoflow.kinds.base import Condition
from autoflow.kinds.conditions.attribute import Attribute
from autoflow.language.lints.logic import clashes
from autoflow.language.scope import Scope
from autoflow.model.values import plain


def report_clashes(conditions: Sequence[Condition], scope: Scope, *, any_of: bool) -> None:
    """Warn of conditions that together can never, or always, hold."""
    if scope.report.broken:
        return
    places = {id(condition): span for condition, span in scope.read}
    for clash in clashes(conditions, any_of=any_of):
        at, other = places.get(id(clash.condition)), places.get(id(clash.other))
        if at is None or other is None:
            continue
        line = scope.report.source.line_number(other.start)
        if clash.code == "never-holds":
            message = f"This and the condition in line {line} can never both hold."
        else:
            message = f"This or the condition in line {line} holds for everybody."
        fix = _either(clash.other, clash.condition) or "Change or remove one of them."
        scope.report.warn(clash.code, at, message, fix)


def _either(first: Condition, second: Condition) -> str:
    """Of two values that one attribute cannot both have: how to ask for either; nothing where it is another matter."""
    if not isinstance(first, Attribute) or not isinstance(second, Attribute):
        return ""
    values = [each.test.operand for each in (first, second) if each.test.word == "is"]
    if first.attribute != second.attribute or len(set(map(plain, values))) < 2:
        return ""
    asked = f"{{attribute: {first.attribute}, in: [{', '.join(map(plain, values))}]}}"
    return f"Remove one of them, or write both as one: {asked}"
