"""Values as conditions see them: text folded, numbers in whole millionths."""

from __future__ import annotations

import math
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

MILLION = 1_000_000
_LARGEST = 9 * 10**18  # what SQLite and PostgreSQL hold in a whole number
Value = Any  # a plain JSON value: None, bool, int, float, str, list, dict


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Text as it is compared: casefolded and NFC-normalised (language.md, rule 2)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def millionths(value: Value) -> int | None:
    """A number, or text that spells one, in whole millionths (half to even); None for anything else."""
    kind = type(value)
    if kind is int:
        result: int = value * MILLION
        return result if -_LARGEST < result < _LARGEST else None
    if kind is float:
        if -1e9 < value < 1e9:
            whole = round(value * MILLION)
            # Where the spelling has no more than six decimals, this is what it says, at a tenth of the cost.
            if whole / MILLION == value:
                return int(whole)
        return _exact(str(value))
    return _exact(value.strip()) if kind is str else None


def _exact(text: str) -> int | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= Decimal(_LARGEST) / MILLION:
        return None
    return int((number * MILLION).to_integral_value())


def from_millionths(value: int) -> int | float:
    """The number that a person reads."""
    whole, rest = divmod(value, MILLION)
    return whole if rest == 0 else value / MILLION


def same(one: Value, other: Value) -> bool:
    """Whether two values are one as they are written: 10 and 10.0 are, 10 and "10", or 1 and true, are not."""
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def plain(value: Value) -> str:
    """A value as a sentence shows it."""
    if value is None:
        return "nothing"
    if value is True:
        return "yes"
    if value is False:
        return "no"
    if isinstance(value, list):
        return ", ".join(plain(item) for item in value)
    if isinstance(value, float) and math.isfinite(value):
        return format(Decimal(repr(value)), "f")  # 0.00001, not 1e-05, of which nobody makes a duration
    return str(value)
