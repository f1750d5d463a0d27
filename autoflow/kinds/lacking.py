"""What would have to be otherwise for an answer to turn, in plain words: what several conditions have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autoflow.kinds.base import Lack
from autoflow.kinds.operators import COMPLEMENTS, Test, fill_in
from autoflow.kinds.view import View
from autoflow.model.values import Value, from_millionths, millionths, plain

_BE = {
    "is": "be {0}",
    "is_not": "be anything but {0}",
    "in": "be one of {0}",
    "not_in": "be none of {0}",
    "at_least": "be at least {0}",
    "at_most": "be at most {0}",
    "more_than": "be more than {0}",
    "less_than": "be less than {0}",
    "between": "be between {0}",
    "before": "be before {0}",
    "after": "be after {0}",
    "contains": "contain {0}",
    "starts_with": "start with {0}",
    "ends_with": "end with {0}",
    "matches": "look like {0}",
    "within_last": "lie within the last {0}",
    "not_within_last": "not lie within the last {0}",
    "within_next": "lie within the next {0}",
    "anniversary_within": "have its anniversary within {0}",
}
_NUMBERS = ("number", "money")
_AT_LEAST, _AT_MOST = ("at_least", "more_than"), ("at_most", "less_than")
_OPPOSITE = {
    **COMPLEMENTS,
    **{positive: complement for complement, positive in COMPLEMENTS.items()},
    "at_least": "less_than",
    "less_than": "at_least",
    "at_most": "more_than",
    "more_than": "at_most",
}


def of_value(subject: str, test: Test, value: Value, view: View, *, wanted: bool) -> Lack:
    """`subject` would have to pass the operator, or not to."""
    operand = fill_in(test.operand, view.scope())
    if test.word == "is_set":
        return Lack(f"{subject} would have to be {'set' if bool(operand) is wanted else 'unset'}")
    word = test.word if wanted else _OPPOSITE.get(test.word, "")
    asked = _BE[word or test.word].format(_operand(test.word, operand))
    if not word:
        asked = f"not {asked}" if test.word != "between" else asked.replace("between", "outside", 1)
    words = f"{subject} would have to {asked}"
    seen = millionths(value) if test.of_type in _NUMBERS else None
    apart = None if seen is None else _apart(word, operand, seen)
    if apart is None:
        return Lack(words)
    missing, share = apart
    return Lack(f"{words} ({_more(missing)})", share)


def of_number(
    what: Callable[[str], str], test: Test, seen: int | None, view: View, *, wanted: bool, subject: str
) -> Lack:
    """So much more or less of what is worked out: `what` makes a sentence of "3 more"; `seen` in millionths."""
    operand = fill_in(test.operand, view.scope())
    word = test.word if wanted else _OPPOSITE.get(test.word, "")
    apart = _apart(word, operand, seen or 0)
    if apart is None:
        value = None if seen is None else from_millionths(seen)
        return of_value(subject, test, value, view, wanted=wanted)
    missing, share = apart
    over = "over " if word in {"more_than", "less_than"} else ""
    return Lack(what(over + _more(missing)), share)


def _apart(word: str, operand: Any, seen: int) -> tuple[int, float | None] | None:
    """How far a number lies from what an operator asks, and how much of it is there; None where that says nothing."""
    bounds = tuple(map(millionths, operand)) if isinstance(operand, (list, tuple)) else (millionths(operand),)
    low, high = bounds[0], bounds[-1]
    if low is None or high is None or word not in {*_AT_LEAST, *_AT_MOST, "is", "between"}:
        return None
    if seen < low and word not in _AT_MOST:
        share = max(seen, 0) / low if low > 0 else None
        return low - seen, share
    if seen > high and word not in _AT_LEAST:
        return high - seen, None
    return None


def _more(missing: int) -> str:
    number = from_millionths(abs(missing))
    said = f"{number:,}" if isinstance(number, int) else f"{number:,.2f}" if number >= 0.01 else plain(number)
    return f"{said} {'more' if missing > 0 else 'less'}"


def _operand(word: str, operand: Any) -> str:
    if isinstance(operand, (list, tuple)):
        return (" and " if word == "between" else ", ").join(map(_quoted, operand))
    return _quoted(operand)


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else plain(value)


def times(count: int) -> str:
    """`1 more time`, `3 more times`."""
    return f"{count:,} more time{'' if count == 1 else 's'}"
