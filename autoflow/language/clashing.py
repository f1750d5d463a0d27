"""Conditions of one list that together can never, or always, hold, told at their places."""

from __future__ import annotations

from collections.abc import Sequence

from autoflow.kinds.base import Condition
from autoflow.language.logic import clashes
from autoflow.language.scope import Scope


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
        scope.report.warn(clash.code, at, message, "Change or remove one of them.")
