"""Conditions that can never or always hold, alone or beside one another.

Only what is so whatever the data: `is_not` beside a missing value, say, is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from autoflow.kinds.base import Condition
from autoflow.kinds.conditions.all import All
from autoflow.kinds.conditions.any import Any as AnyOf
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.deeds import Deed
from autoflow.kinds.limits import OfBefore
from autoflow.kinds.operators import COMPLEMENTS, Test, comparable
from autoflow.kinds.text import Text
from autoflow.kinds.where import Where
from autoflow.language.codes import Code
from autoflow.language.placeholders import constant
from autoflow.model.durations import DAY, Duration

_ORDERED = frozenset({"number", "money", "date", "date_time"})
_LOWER = frozenset({"at_least", "more_than", "after", "between", "is"})
_UPPER = frozenset({"at_most", "less_than", "before", "between", "is"})
MOST_COMPARED = 100  # conditions, each of which is compared with each
_STRICT = frozenset({"more_than", "less_than", "after", "before"})


class Clash(NamedTuple):
    """A condition that decides everything together with another one."""

    code: Code
    condition: Condition
    other: Condition


def clashes(conditions: Sequence[Condition], *, any_of: bool) -> Iterator[Clash]:
    """Conditions that can never all hold, or of which one always does, wherever they stand inside each other."""
    positive, negative = flat(conditions, any_of=any_of)
    if len(positive) + len(negative) > MOST_COMPARED:
        return
    code: Code = "always-holds" if any_of else "never-holds"
    opposites = {sameness(each.condition, each.negated): each for each in (*positive, *negative)}
    for each in (*positive, *negative):
        other = opposites.get(sameness(each.condition, not each.negated))
        if other is not None and other.order < each.order:
            yield Clash(code, each.condition, other.condition)
    if not any_of:
        yield from _tests_that_clash([each.condition for each in positive])
        yield from _deeds_that_clash(sorted((*positive, *negative), key=lambda leaf: leaf.order))
    for each in (*positive, *negative):
        parts = each.condition.parts()
        if parts:
            inner_any = isinstance(each.condition, (AnyOf, NoneOf))
            yield from clashes(parts, any_of=inner_any)


class Leaf(NamedTuple):
    """A condition that must hold, or must not; `order` counts as they are written."""

    condition: Condition
    negated: bool
    order: int


def flat(conditions: Iterable[Condition], *, any_of: bool) -> tuple[list[Leaf], list[Leaf]]:
    """Leaves that must hold and leaves that must not; groups of the same joint are taken apart."""
    positive: list[Leaf] = []
    negative: list[Leaf] = []
    stack = list(conditions)[::-1]
    while stack:
        condition = stack.pop()
        if isinstance(condition, AnyOf if any_of else All):
            stack += condition.parts()[::-1]
        elif isinstance(condition, NoneOf) and (not any_of or len(condition.parts()) == 1):
            negative += (Leaf(part, True, len(positive) + len(negative)) for part in condition.parts())
        else:
            positive.append(Leaf(condition, False, len(positive) + len(negative)))
    return positive, negative


def sameness(condition: Condition, negated: bool) -> tuple[str, bool]:  # noqa: FBT001 - half of the key
    """Equal for conditions that ask the same, whichever word says it."""
    if not isinstance(condition, Deed):
        return repr(condition), negated
    asked = (condition.where, condition.at_least, condition.at_most, condition.exactly, condition.then)
    first = condition.first_time_within_last
    window = (condition.within_last, condition.longer_ago_than, first, condition.within, condition.since)
    return repr((condition.event, asked, window)), negated is not condition.negated


def _tests_that_clash(conditions: list[Condition]) -> Iterator[Clash]:
    tested: dict[str, list[tuple[Condition, Test]]] = defaultdict(list)
    for condition in conditions:
        test = getattr(condition, "test", None)
        if isinstance(test, Test):
            tested[_subject(condition)].append((condition, test))
    for same in tested.values():
        tests = [test for _, test in same]
        for at in range(1, len(same)):
            if not impossible(tests[:at]) and impossible(tests[: at + 1]):
                yield Clash("never-holds", same[at][0], same[0][0])


def _subject(condition: Condition) -> str:
    """Equal for conditions that test the same value."""
    told = [getattr(condition, each.name) for each in fields(condition) if each.name != "test"]  # type: ignore[arg-type]
    return repr((condition.word, told))


def _deeds_that_clash(leaves: list[Leaf]) -> Iterator[Clash]:
    """`did` within some days beside a plain `did_not` (or `exactly: 0 times`) that looks back at least as far."""
    deeds = [(each.condition, each) for each in leaves if isinstance(each.condition, Deed)]
    for did, affirming in deeds:
        if not _affirms(did, affirming.negated):
            continue
        for did_not, denying in deeds:
            same = did_not.event == did.event and did_not.since == did.since
            counts_all = did_not.where in {Where(), did.where}
            if not (same and counts_all and _denies(did_not, denying.negated)):
                continue
            if sameness(did, affirming.negated) == sameness(did_not, not denying.negated):
                continue  # told already, as opposites
            if did_not.within_last is None or _covers(did_not.within_last, did.within_last):
                first, second = sorted((affirming, denying), key=lambda leaf: leaf.order)
                yield Clash("never-holds", second.condition, first.condition)


def _affirms(deed: Deed, negated: bool) -> bool:  # noqa: FBT001 - half of the leaf
    """Whether it holds only for those who did it."""
    if deed.longer_ago_than or 0 in {deed.at_least, deed.exactly}:
        return False
    if deed.negated or negated:
        return deed.negated is negated and _plain(deed)
    return deed.at_most is None or bool(deed.at_least)


def _denies(deed: Deed, negated: bool) -> bool:  # noqa: FBT001 - half of the leaf
    """Whether it holds only for those who did it not once in the window, or ever."""
    if deed.negated is not negated:
        return _plain(deed)
    never = 0 in {deed.exactly, deed.at_most} and not deed.at_least
    return never and not negated and not deed.longer_ago_than


def _plain(deed: Deed) -> bool:
    """Whether it asks for nothing but one such event in the window, or ever."""
    narrowed = (deed.at_least, deed.at_most, deed.exactly, deed.then)
    return all(each is None for each in (*narrowed, deed.longer_ago_than, deed.first_time_within_last))


def _covers(longer: Duration, shorter: Duration | None) -> bool:
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
    operand = test.operand if isinstance(test.operand, tuple) else (test.operand,)
    values = [item.source if isinstance(item, Text) else item for item in operand]
    return [comparable(value, test.of_type, "UTC") for value in values]
