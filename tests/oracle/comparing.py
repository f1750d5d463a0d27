"""The worded operators over single values, by declared type (language.md, rules 1 and 2).

A missing value, or one that is not of its type, fails every positive test; the complements are exact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal, InvalidOperation, localcontext
from functools import lru_cache
from typing import Any

from tests.oracle import timing

OPPOSITES = {"is_not": "is", "not_in": "in", "not_within_last": "within_last"}
SPANNING = ("within_last", "within_next", "anniversary_within")
_MICRO = Decimal("0.000001")
_BOOLEANS = {"yes": True, "true": True, "no": False, "false": False}


def fold(text: object) -> str:
    """Text as it compares: casefolded and NFC-normalised."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", str(text)).casefold())


def number(value: object) -> Decimal | None:
    """A number, or text that spells one, exact to the millionth; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    return _spelled(str(value).strip())


@lru_cache(maxsize=100_000)
def _spelled(text: str) -> Decimal | None:
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return None
    if not exact.is_finite() or exact.adjusted() > 60:
        return None
    with localcontext(prec=100):
        return exact.quantize(_MICRO)


def same(one: Any, other: Any) -> bool:
    """Whether a value is written as before: 10 and 10.0 are one, 10 and "10" are not, nor are 1 and true."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def typed(value: Any, of_type: str, zone: str) -> Any:
    """The value in a form that compares, or None. Lists become lists of folded texts."""
    if value is None:
        return None
    if of_type in {"number", "money"}:
        return number(value)
    if of_type == "yes_no":
        return value if isinstance(value, bool) else _BOOLEANS.get(str(value).lower())
    if of_type == "date":
        return timing.day_of(value)
    if of_type == "date_time":
        return timing.instant_of(value, zone)
    if of_type == "list":
        return [fold(item) for item in value] if isinstance(value, list) else [fold(value)]
    return fold(value)


def passes(word: str, operand: Any, value: Any, of_type: str, now: int, zones: tuple[str, str]) -> bool:
    """Whether the value passes; `zones` are the contact's and the project's."""
    if word in OPPOSITES:
        return not passes(OPPOSITES[word], operand, value, of_type, now, zones)
    if word == "is_set":
        return (value not in (None, "", [])) is (typed(operand, "yes_no", zones[1]) is True)
    if word in SPANNING:
        return any(start <= now < end for start, end in stretches(word, operand, value, of_type, now, zones))
    left = typed(value, of_type, zones[1])
    if left is None:
        return False
    if of_type == "list":
        wanted = [fold(item) for item in operand] if isinstance(operand, list) else [fold(operand)]
        return any(item in left for item in wanted)
    if word in {"in", "between"}:
        operand = operand if isinstance(operand, list) else [operand]
        right = [typed(item, of_type, zones[1]) for item in operand]
        return left in right if word == "in" else None not in right and bool(right[0] <= left <= right[1])
    right = typed(operand, of_type, zones[1])
    return right is not None and _WORDS[word](left, right)


def _globbed(text: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


_WORDS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda left, right: bool(left == right),
    "at_least": lambda left, right: bool(left >= right),
    "at_most": lambda left, right: bool(left <= right),
    "more_than": lambda left, right: bool(left > right),
    "less_than": lambda left, right: bool(left < right),
    "before": lambda left, right: bool(left < right),
    "after": lambda left, right: bool(left > right),
    "contains": lambda left, right: right in left,
    "starts_with": lambda left, right: bool(left.startswith(right)),
    "ends_with": lambda left, right: bool(left.endswith(right)),
    "matches": _globbed,
}


def stretches(
    word: str, operand: Any, value: Any, of_type: str, now: int, zones: tuple[str, str]
) -> list[tuple[int, int]]:
    """The spans `[from, until)` in which a calendar operator holds; of anniversaries those around now.

    A date is its whole day in the contact's zone: its window opens with the day's start, and what lies within
    the next days lies there until the day is over. A date and time is one instant.
    """
    if typed(value, of_type, zones[1]) is None:
        return []
    window = timing.span(str(operand))
    if of_type == "date":
        zone, day = zones[0], timing.day_of(value)
    else:
        zone, day = zones[1], timing.wall(typed(value, of_type, zones[1]), zones[1]).date()
    assert day is not None
    if word == "anniversary_within":
        year = timing.wall(now, zones[0]).year
        days = [timing.in_year(day, candidate) for candidate in range(year - 1, year + 3)]
        next_first = [each for each in days if timing.midnight(each + timedelta(days=1), zones[0]) > now]
        starts = [timing.midnight(each, zones[0]) for each in next_first]
        ends = [timing.midnight(each + timedelta(days=1), zones[0]) for each in next_first]
        return [(window.window_before(start, zones[0]), end) for start, end in zip(starts, ends, strict=True)]
    if of_type == "date":
        start, end = timing.midnight(day, zone), timing.midnight(day + timedelta(days=1), zone)
    else:
        start = end = typed(value, of_type, zone)
    if word == "within_last":
        return [(start, window.window_from(start, zone))]
    return [(window.window_before(start, zone), end)]
