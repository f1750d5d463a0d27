"""What operators on one value leave over: which of them no value passes together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from autoflow.kinds.limits import OfBefore
from autoflow.kinds.operators import COMPLEMENTS, WINDOWS, Test, comparable
from autoflow.kinds.text import Text
from autoflow.language.placeholders import constant
from autoflow.model.durations import DAY, Duration

_ORDERED = frozenset({"number", "money", "date", "date_time"})
_LOWER = frozenset({"at_least", "more_than", "after", "between", "is"})
_UPPER = frozenset({"at_most", "less_than", "before", "between", "is"})
_STRICT = frozenset({"more_than", "less_than", "after", "before"})
_OPPOSITE = {
    "at_least": "less_than",
    "at_most": "more_than",
    "more_than": "at_most",
    "less_than": "at_least",
    "before": "at_least",
    "after": "at_most",
    "is": "is_not",
    "in": "not_in",
}


class Asked(NamedTuple):
    """A test that must be passed, or where it is `negated` must not."""

    test: Test
    negated: bool


def exclusive(one: Asked, other: Asked, *, valued: bool) -> bool:
    """Whether no value, and no lack of one, is as both ask; `valued` where there is always a value."""
    one, other = _plain(one), _plain(other)
    if not all(
        constant(each.test.operand) and not isinstance(each.test.operand, OfBefore) for each in (one, other)
    ):
        return False
    if _of_nothing(one) or _of_nothing(other):
        return _of_something(one) or _of_something(other)
    if not valued and not _of_something(one) and not _of_something(other):
        return False
    if _in_other_window(one, other) or _in_other_window(other, one):
        return True
    if _no_choice(one, other) or _no_choice(other, one):
        return True
    tests = [test for each in (one, other) if (test := _as_passed(each)) is not None]
    return len(tests) == 2 and impossible(tests)


def _plain(asked: Asked) -> Asked:
    """With the positive word for a complement."""
    word = COMPLEMENTS.get(asked.test.word)
    return asked if word is None else Asked(replace(asked.test, word=word), not asked.negated)


def _of_nothing(asked: Asked) -> bool:
    return asked.test.word == "is_set" and asked.test.operand is asked.negated


def _of_something(asked: Asked) -> bool:
    """Whether only a value can be as it is asked."""
    return asked.test.operand is not asked.negated if asked.test.word == "is_set" else not asked.negated


def _as_passed(asked: Asked) -> Test | None:
    """A test that is passed where this is as asked; None where no single one says so."""
    if not asked.negated:
        return asked.test
    word = _OPPOSITE.get(asked.test.word)
    return replace(asked.test, word=word) if word is not None and asked.test.of_type != "list" else None


def _in_other_window(one: Asked, other: Asked) -> bool:
    """`within_last: 3 days`, and not `within_last: 7 days`."""
    same = one.test.word == other.test.word and one.test.word in WINDOWS
    return same and not one.negated and other.negated and covers(other.test.operand, one.test.operand)


def _no_choice(one: Asked, other: Asked) -> bool:
    """Whether none of the few values that the one leaves over is as the other asks."""
    if one.negated or one.test.word not in {"is", "in"} or one.test.of_type == "list":
        return False
    passed = [other.test.takes(value) for value in _written([one.test])]
    return all(each is other.negated for each in passed)


def covers(longer: Duration, shorter: Duration | None) -> bool:
    """Whether a window of the one length surely holds one of the other; None has no end."""
    if shorter is None:
        return False
    return longer == shorter or _days(longer, 28) >= _days(shorter, 31)


def _days(duration: Duration, month: int) -> float:
    return duration.months * month + duration.days + duration.micros / DAY


def impossible(tests: list[Test]) -> bool:
    """Whether no value passes all of these."""
    unset = any(test.word == "is_set" and test.operand is False for test in tests)
    if unset and any(test.word not in COMPLEMENTS and test.operand is not False for test in tests):
        return True
    tests = [test for test in tests if constant(test.operand) and test.of_type != "list"]
    tests = [test for test in tests if not isinstance(test.operand, OfBefore)]
    allowed = _allowed(tests)
    lower, upper = bounds(tests)
    if (
        lower is not None
        and upper is not None
        and (lower[0] > upper[0] or (lower[0] == upper[0] and (lower[1] or upper[1])))
    ):
        return True
    return allowed is not None and not allowed


def _allowed(tests: list[Test]) -> set[Any] | None:
    """The values that `is` and `in` leave over; None where any will do."""
    allowed: set[Any] | None = None
    for test in tests:
        if test.word in {"is", "in"}:
            values = set(_operands(test))
            allowed = values if allowed is None else allowed & values
    if allowed is not None:
        for test in tests:
            if test.word in {"is_not", "not_in"}:
                allowed -= set(_operands(test))
    return allowed


def bounds(tests: list[Test]) -> tuple[tuple[Any, bool] | None, tuple[Any, bool] | None]:
    """The highest lower and the lowest upper bound, each with whether it is itself excluded."""
    lower: tuple[Any, bool] | None = None
    upper: tuple[Any, bool] | None = None
    for test in tests:
        if test.of_type not in _ORDERED:
            continue
        values = _operands(test)
        strict = test.word in _STRICT
        if test.word in _LOWER and (lower is None or (values[0], strict) > lower):
            lower = (values[0], strict)
        if test.word in _UPPER and (upper is None or (values[-1], not strict) < (upper[0], not upper[1])):
            upper = (values[-1], strict)
    return lower, upper


def _operands(test: Test) -> list[Any]:
    return [comparable(value, test.of_type, "UTC") for value in _written([test])]


def _written(tests: Iterable[Test]) -> list[Any]:
    """The operands as they are written."""
    operands = [
        item
        for test in tests
        for item in (test.operand if isinstance(test.operand, tuple) else (test.operand,))
    ]
    return [item.source if isinstance(item, Text) else item for item in operands]
