"""Conditions that can never or always hold, alone or beside one another.

Only what is so whatever the data: `is_not` beside a missing value, say, is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from autoflow.kinds.base import Condition
from autoflow.kinds.conditions.all import All
from autoflow.kinds.conditions.any import Any as AnyOf
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.operators import Test
from autoflow.language.codes import Code
from autoflow.language.lints.exclusion import Leaf, excludes, subject
from autoflow.language.lints.value_tests import impossible

MOST_COMPARED = 100  # conditions, each of which is compared with each


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
    same: dict[str, list[Leaf]] = defaultdict(list)
    for each in sorted((*positive, *negative), key=lambda leaf: leaf.order):
        same[subject(each.condition)].append(each.turned() if any_of else each)
    for leaves in same.values():
        found = list(_apart(leaves))
        yield from (Clash(code, leaf.condition, other.condition) for leaf, other in found)
        if not found and not any_of:
            yield from _together([each.condition for each in leaves if not each.negated])
    for each in (*positive, *negative):
        parts = each.condition.parts()
        if parts:
            yield from clashes(parts, any_of=isinstance(each.condition, (AnyOf, NoneOf)))


def _apart(leaves: Sequence[Leaf]) -> Iterator[tuple[Leaf, Leaf]]:
    """Each that one above it excludes, with the first that does."""
    for at, leaf in enumerate(leaves):
        other = next((each for each in leaves[:at] if excludes(each, leaf)), None)
        if other is not None:
            yield leaf, other


def _together(conditions: Sequence[Condition]) -> Iterator[Clash]:
    """Tests of one value that exclude each other only when they are several."""
    tested = [(each, each.test) for each in conditions if isinstance(getattr(each, "test", None), Test)]  # type: ignore[attr-defined]
    tests = [test for _, test in tested]
    for at in range(2, len(tested)):
        if not impossible(tests[:at]) and impossible(tests[: at + 1]):
            yield Clash("never-holds", tested[at][0], tested[0][0])


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
