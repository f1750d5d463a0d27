"""Conditions that can never or always hold, alone or beside one another.

Only what is so whatever the data: `is_not` beside a missing value, say, is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from autoflow.kinds.base import Condition, Kind
from autoflow.kinds.conditions.all import All
from autoflow.kinds.conditions.any import Any as AnyOf
from autoflow.kinds.conditions.attribute import Attribute
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.conditions.sum_of import SumOf
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
_MOST_COMPARED = 100  # conditions, each of which is compared with each
_STRICT = frozenset({"more_than", "less_than", "after", "before"})


class LeafFinding(NamedTuple):
    """What is wrong with one condition by itself; `field` says where to point."""

    code: Code
    field: str
    message: str
    fix: str


class Clash(NamedTuple):
    """A condition that decides everything together with another one."""

    code: Code
    condition: Condition
    other: Condition


def leaf_findings(kind: Kind) -> Iterator[LeafFinding]:
    """What can never or always hold by itself."""
    if isinstance(kind, Deed):
        yield from _deed(kind)
    if isinstance(kind, (Attribute, SumOf)) and _impossible([kind.test]):
        word, fix = kind.test.word, "Write the lower value first."
        yield LeafFinding("never-holds", word, "No value lies between these two.", fix)
    where = getattr(kind, "where", None)
    if isinstance(where, Where):
        by_property = defaultdict(list)
        for name, test in where.tests:
            by_property[name].append(test)
        for name, tests in by_property.items():
            if _impossible(tests):
                message = f'No event can have a "{name}" like this.'
                yield LeafFinding(
                    "never-holds", "where", message, "See that the lower value is the smaller one."
                )


def _deed(deed: Deed) -> Iterator[LeafFinding]:
    least, most = (None if isinstance(each, OfBefore) else each for each in (deed.at_least, deed.at_most))
    lower = max(least or 0, deed.exactly or 0)
    uppers = [count for count in (most, deed.exactly) if count is not None]
    never, always = ("always-holds", "never-holds") if deed.negated else ("never-holds", "always-holds")
    if uppers and lower > min(uppers):
        field = "at_most" if deed.at_most is not None else "exactly"
        message = f"Nobody has done it at least {lower} times and at most {min(uppers)} times."
        yield LeafFinding(never, field, message, "Let the lower count be the smaller one.")  # type: ignore[arg-type]
    elif not uppers and least == 0:
        message = (
            f"Everybody has done it at least 0 times, so this {'never' if deed.negated else 'always'} holds."
        )
        yield LeafFinding(always, "at_least", message, "Use at least 1 times, or exactly: 0 times.")  # type: ignore[arg-type]


def clashes(conditions: Sequence[Condition], *, any_of: bool) -> Iterator[Clash]:
    """Conditions that can never all hold, or of which one always does, wherever they stand inside each other."""
    positive, negative = _flat(conditions, any_of=any_of)
    if len(positive) + len(negative) > _MOST_COMPARED:
        return
    code: Code = "always-holds" if any_of else "never-holds"
    opposites = {_sameness(each.condition, each.negated): each for each in (*positive, *negative)}
    for each in (*positive, *negative):
        other = opposites.get(_sameness(each.condition, not each.negated))
        if other is not None and other.order < each.order:
            yield Clash(code, each.condition, other.condition)
    if not any_of:
        yield from _tests_that_clash([each.condition for each in positive])
        yield from _deeds_that_clash([each.condition for each in positive])
    for each in (*positive, *negative):
        parts = each.condition.parts()
        if parts:
            inner_any = isinstance(each.condition, (AnyOf, NoneOf))
            yield from clashes(parts, any_of=inner_any)


class _Leaf(NamedTuple):
    condition: Condition
    negated: bool
    order: int


def _flat(conditions: Iterable[Condition], *, any_of: bool) -> tuple[list[_Leaf], list[_Leaf]]:
    """Leaves that must hold and leaves that must not; groups of the same joint are taken apart."""
    positive: list[_Leaf] = []
    negative: list[_Leaf] = []
    stack = list(conditions)[::-1]
    while stack:
        condition = stack.pop()
        if isinstance(condition, AnyOf if any_of else All):
            stack += condition.parts()[::-1]
        elif isinstance(condition, NoneOf) and (not any_of or len(condition.parts()) == 1):
            negative += (_Leaf(part, True, len(positive) + len(negative)) for part in condition.parts())
        else:
            positive.append(_Leaf(condition, False, len(positive) + len(negative)))
    return positive, negative


def _sameness(condition: Condition, negated: bool) -> tuple[str, bool]:  # noqa: FBT001 - half of the key
    """Equal for conditions that ask the same, whichever word says it."""
    if not isinstance(condition, Deed):
        return repr(condition), negated
    asked = (condition.where, condition.at_least, condition.at_most, condition.exactly, condition.then)
    first = condition.first_time_within_last
    window = (condition.within_last, condition.longer_ago_than, first, condition.within, condition.since)
    return repr((condition.event, asked, window)), negated is not condition.negated


def _tests_that_clash(conditions: list[Condition]) -> Iterator[Clash]:
    tested: dict[str, list[Attribute | SumOf]] = defaultdict(list)
    for condition in conditions:
        if isinstance(condition, Attribute):
            tested[condition.attribute].append(condition)
        elif isinstance(condition, SumOf):
            tested[repr((condition.sum_of, condition.where, condition.within_last))].append(condition)
    for same in tested.values():
        for at in range(1, len(same)):
            before = [condition.test for condition in same[:at]]
            if not _impossible(before) and _impossible([*before, same[at].test]):
                yield Clash("never-holds", same[at], same[0])


def _deeds_that_clash(conditions: list[Condition]) -> Iterator[Clash]:
    """`did` within some days beside a plain `did_not` that looks back at least as far."""
    deeds = [condition for condition in conditions if isinstance(condition, Deed)]
    for did in deeds:
        if did.negated or did.longer_ago_than or 0 in {did.at_least, did.exactly}:
            continue
        if did.at_most is not None and not did.at_least:
            continue
        for did_not in deeds:
            narrowed = (
                did_not.at_least,
                did_not.at_most,
                did_not.exactly,
                did_not.then,
                did_not.first_time_within_last,
            )
            plain = all(each is None for each in narrowed)
            same = did_not.event == did.event and did_not.since == did.since
            counts_all = did_not.where in {Where(), did.where}
            if did_not.negated and plain and same and counts_all and not did_not.longer_ago_than:
                if _sameness(did, True) == _sameness(did_not, False):
                    continue  # told already, as opposites
                if did_not.within_last is None or _covers(did_not.within_last, did.within_last):
                    first, second = sorted((did, did_not), key=conditions.index)
                    yield Clash("never-holds", second, first)


def _covers(longer: Duration, shorter: Duration | None) -> bool:
    if shorter is None:
        return False
    return longer == shorter or _days(longer, 28) >= _days(shorter, 31)


def _days(duration: Duration, month: int) -> float:
    return duration.months * month + duration.days + duration.micros / DAY


def _impossible(tests: list[Test]) -> bool:
    """Whether no value passes all of these."""
    unset = any(test.word == "is_set" and test.operand is False for test in tests)
    if unset and any(test.word not in COMPLEMENTS and test.operand is not False for test in tests):
        return True
    tests = [test for test in tests if constant(test.operand) and test.of_type != "list"]
    tests = [test for test in tests if not isinstance(test.operand, OfBefore)]
    allowed = _allowed(tests)
    lower, upper = _bounds(tests)
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


def _bounds(tests: list[Test]) -> tuple[tuple[Any, bool] | None, tuple[Any, bool] | None]:
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
