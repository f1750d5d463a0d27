"""The worded operators: `is`, `at_least`, `within_last`, … and how values of each declared type compare.

Two-valued (language.md, rule 2): a missing value fails every positive test, and `is_not`, `not_in` and
`not_within_last` are exact complements.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from autoflow.kinds.said import test_says
from autoflow.kinds.text import PlaceholderError, Text
from autoflow.kinds.view import View
from autoflow.model.durations import Duration
from autoflow.model.instants import from_wall, parse_date, parse_instant, to_wall
from autoflow.model.values import Value, fold, from_millionths, millionths

COMPLEMENTS = {"is_not": "is", "not_in": "in", "not_within_last": "within_last"}
_EQUALITY = ("is", "is_not", "in", "not_in", "is_set")
_ORDER = ("at_least", "at_most", "more_than", "less_than", "between")
_TEXTUAL = ("contains", "starts_with", "ends_with", "matches")
_CALENDAR = (
    "before",
    "after",
    "between",
    "within_last",
    "not_within_last",
    "within_next",
    "anniversary_within",
)
OF_TYPE: dict[str, tuple[str, ...]] = {
    "text": _EQUALITY + _TEXTUAL,
    "choice": _EQUALITY + _TEXTUAL,
    "number": _EQUALITY + _ORDER,
    "money": _EQUALITY + _ORDER,
    "yes_no": ("is", "is_not", "is_set"),
    "date": _EQUALITY + _CALENDAR,
    "date_time": _EQUALITY + _CALENDAR,
    "list": ("contains", "in", "not_in", "is_set"),
}
WORDS = tuple(dict.fromkeys(word for words in OF_TYPE.values() for word in words))
WINDOWS = ("within_last", "not_within_last", "within_next", "anniversary_within")
_YES = {"yes": True, "true": True, "no": False, "false": False}


def comparable(value: Value, of_type: str, zone: str) -> Any:
    """The value in the form that its type compares in, or None where it is missing or not of that type.

    text: folded; number, money: whole millionths; date: `datetime.date`; date_time: instant; list: folded texts.
    """
    if value is None:
        return None
    match of_type:
        case "text" | "choice":
            return fold(value) if isinstance(value, str) else fold(str(value))
        case "number" | "money":
            return millionths(value)
        case "yes_no":
            return value if isinstance(value, bool) else _YES.get(str(value).lower())
        case "date":
            return _parsed_date(value) if isinstance(value, str) else None
        case "date_time":
            return _parsed_instant(value, zone) if isinstance(value, str) else None
        case "list":
            return [fold(str(item)) for item in value] if isinstance(value, list) else [fold(str(value))]
    raise ValueError(of_type)


@lru_cache(maxsize=4096)
def _parsed_date(value: str) -> date | None:
    try:
        return parse_date(value)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _parsed_instant(value: str, zone: str) -> int | None:
    try:
        return parse_instant(value, zone)
    except ValueError:
        return None


@dataclass(frozen=True)
class Test:
    """One operator with its operand, for values of one declared type."""

    word: str
    operand: Any
    of_type: str

    def holds(self, value: Value, view: View) -> bool:
        """Whether the operator holds for the value at the view's instant."""
        return self._check(value, view)

    def passes(self, seen: int, view: View) -> bool:
        """The same for a number that is in whole millionths already."""
        operand = self._constant if self._constant is not None else self._filled(view)
        word = COMPLEMENTS.get(self.word, self.word)
        if word == "is_set" or operand is None:
            return self._check(from_millionths(seen), view)
        return _COMPARE[word](seen, operand, self.of_type) is (word == self.word)

    def thresholds(self, view: View) -> tuple[int, ...]:
        """The numbers, in millionths, at which the answer may turn; empty where the operand is no number."""
        operand = self._constant if self._constant is not None else self._filled(view)
        return operand if isinstance(operand, tuple) else (operand,) if isinstance(operand, int) else ()

    def asked(self) -> tuple[int, ...]:
        """The thresholds, where they are the same for everybody."""
        constant = self._constant
        return constant if isinstance(constant, tuple) else (constant,) if isinstance(constant, int) else ()

    def only_texts(self) -> frozenset[str] | None:
        """The folded texts of which a value must be one to pass, where that is what the operator asks."""
        if self.of_type not in {"text", "choice"} or self._constant is None:
            return None
        if self.word == "is" or (self.word == "matches" and "*" not in self._constant):
            return frozenset({self._constant})
        return frozenset(self._constant) if self.word == "in" else None

    @cached_property
    def _check(self) -> Callable[[Value, View], bool]:
        """The operator made ready: everything that can be settled once is."""
        word = COMPLEMENTS.get(self.word, self.word)
        positive = word == self.word
        if word == "is_set":
            return lambda value, _: (value not in (None, "", [])) is self.operand
        if word in WINDOWS:
            return lambda value, view: self._in_window(word, value, view) is positive
        of_type, operand, compare = self.of_type, self._constant, _COMPARE[word]
        if operand is None:
            return lambda value, view: self._compared(word, value, view) is positive
        if of_type in {"text", "choice"}:

            def check_text(value: Value, _: View) -> bool:
                if value is None:
                    return not positive
                seen = fold(value) if type(value) is str else fold(str(value))
                return compare(seen, operand, of_type) is positive

            return check_text

        def check(value: Value, view: View) -> bool:
            seen = comparable(value, of_type, view.project_zone)
            return (seen is not None and compare(seen, operand, of_type)) is positive

        return check

    def takes(self, value: Value) -> bool | None:
        """Whether a value passes for everybody at any time; None where that depends on who it is, or when."""
        word = COMPLEMENTS.get(self.word, self.word)
        if word == "is_set":
            return self.operand is (value not in (None, "", []))
        operand = self._constant if word not in WINDOWS else None
        seen = comparable(value, self.of_type, "UTC")
        if operand is None or seen is None:
            return None
        return _COMPARE[word](seen, operand, self.of_type) is (word == self.word)

    def misses(self, value: Value, view: View) -> bool:
        """Whether there is no value of the type that could pass or fail."""
        if self.word == "is_set":
            return value in (None, "", [])
        return comparable(value, self.of_type, view.project_zone) is None

    def passes_nothing(self, *, holds: bool) -> bool:
        """Whether a missing value is as it is asked to be: one that passes, or with `holds` false one that fails."""
        return self.word != "is_set" and (self.word in COMPLEMENTS) is holds

    def next_change(self, value: Value, view: View) -> int | None:
        """The next instant at which time alone could change the answer."""
        if self.word not in WINDOWS:
            return None
        edges = _edges(COMPLEMENTS.get(self.word, self.word), value, self.operand, self.of_type, view)
        return min((edge for edge in edges if edge > view.now), default=None)

    def says(self) -> str:
        """The operator and its operand in plain words, to follow a subject: `is at least 80`."""
        return test_says(self.word, self.operand, self.of_type)

    def _in_window(self, word: str, value: Value, view: View) -> bool:
        edges = _edges(word, value, self.operand, self.of_type, view)
        return bool(edges) and edges[0] <= view.now < edges[1]

    def _compared(self, word: str, value: Value, view: View) -> bool:
        seen = comparable(value, self.of_type, view.project_zone)
        operand = self._filled(view)
        return seen is not None and operand is not None and _COMPARE[word](seen, operand, self.of_type)

    @cached_property
    def _constant(self) -> Any:
        operands = self.operand if isinstance(self.operand, tuple) else (self.operand,)
        if any(isinstance(operand, Text) and not operand.constant for operand in operands):
            return None
        if self.of_type == "date_time":  # read in the project's zone, which only the view knows
            return None
        return self._prepared(fill_in(self.operand, {}), "UTC")

    def _filled(self, view: View) -> Any:
        return self._prepared(fill_in(self.operand, view.scope()), view.project_zone)

    def _prepared(self, operand: Any, zone: str) -> Any:
        if isinstance(operand, (list, tuple)):
            parts = tuple(comparable(item, self.of_type, zone) for item in operand)
            if self.word == "between" and None in parts:
                return None  # a placeholder gave no value of the type, so nothing lies between
            return tuple(item[0] if isinstance(item, list) else item for item in parts)
        of_type = "text" if self.of_type == "list" or self.word in _TEXTUAL else self.of_type
        return comparable(operand, of_type, zone)


def fill_in(operand: Any, scope: Mapping[str, Any]) -> Any:
    """The operand with its placeholders filled, also those inside a list; None where there is nothing to fill in."""
    if isinstance(operand, tuple):
        return tuple(fill_in(item, scope) for item in operand)
    if not isinstance(operand, Text):
        return operand
    try:
        return operand.value(scope)
    except PlaceholderError:
        return None  # a missing value fails every positive test (language.md, rule 2)


def _contains(seen: Any, operand: Any, _: str) -> bool:
    return bool(operand in seen)


def _in(seen: Any, operand: Any, of_type: str) -> bool:
    return any(item in operand for item in seen) if of_type == "list" else seen in operand


def _matches(seen: Any, operand: Any, _: str) -> bool:
    return _glob(operand).match(seen) is not None


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    parts = (".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", pattern))
    return re.compile("".join(parts) + r"\Z", re.DOTALL)


_COMPARE: dict[str, Callable[[Any, Any, str], bool]] = {
    "is": lambda seen, operand, _: bool(seen == operand),
    "in": _in,
    "at_least": lambda seen, operand, _: bool(seen >= operand),
    "at_most": lambda seen, operand, _: bool(seen <= operand),
    "more_than": lambda seen, operand, _: bool(seen > operand),
    "less_than": lambda seen, operand, _: bool(seen < operand),
    "between": lambda seen, operand, _: bool(operand[0] <= seen <= operand[1]),
    "before": lambda seen, operand, _: bool(seen < operand),
    "after": lambda seen, operand, _: bool(seen > operand),
    "contains": _contains,
    "starts_with": lambda seen, operand, _: bool(seen.startswith(operand)),
    "ends_with": lambda seen, operand, _: bool(seen.endswith(operand)),
    "matches": _matches,
}


def _edges(word: str, value: Value, window: Duration, of_type: str, view: View) -> tuple[int, ...]:
    """The half-open span of instants `[from, until)` in which the word holds next; empty where never.

    A date stands for its whole day in the contact's zone: it lies within the next 3 days until that day ends.
    """
    zone = view.zone if of_type == "date" else view.project_zone
    seen = comparable(value, of_type, zone)
    if seen is None:
        return ()
    try:
        if word == "anniversary_within":
            return _anniversary(seen if of_type == "date" else to_wall(seen, zone).date(), window, view)
        start, end = (_day_bounds(seen, zone)) if of_type == "date" else (seen, seen)
        if word == "within_last":
            return (start, window.window_end(start, zone))
        return (_back(window, start, zone), end)
    except (OverflowError, ValueError):
        return ()  # at the ends of the calendar, such as 9999-12-31: no clock gets there


def _anniversary(born: date, window: Duration, view: View) -> tuple[int, ...]:
    zone = view.zone
    year = to_wall(view.now, zone).year
    for candidate in (year, year + 1):
        start, end = _day_bounds(_in_year(born, candidate), zone)
        if view.now < end:
            return (_back(window, start, zone), end)
    return ()


def _in_year(born: date, year: int) -> date:
    leap = born.month == 2 and born.day == 29  # 29 February falls on the 28th (language.md, rule 8)
    try:
        return born.replace(year=year)
    except ValueError:
        return born.replace(year=year, day=28) if leap else born


def _day_bounds(day: date, zone: str) -> tuple[int, int]:
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - local midnight
    return from_wall(midnight, zone), from_wall(midnight + timedelta(days=1), zone)


def _back(window: Duration, instant: int, zone: str) -> int:
    return Duration(-window.months, -window.days, -window.micros).window_end(instant, zone)
