"""Conditions that can never or always hold by themselves, whatever the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from autoflow.kinds.base import Kind
from autoflow.kinds.conditions.score import ScoreIs
from autoflow.kinds.counts import Counted
from autoflow.kinds.deeds import Deed
from autoflow.kinds.limits import OfBefore
from autoflow.kinds.operators import Test
from autoflow.kinds.triggers.page_visited import PageVisited
from autoflow.kinds.where import Where
from autoflow.language.codes import Code
from autoflow.language.lints.value_tests import bounds, impossible
from autoflow.model.values import from_millionths


class LeafFinding(NamedTuple):
    """What is wrong with one condition by itself; `field` says where to point."""

    code: Code
    field: str
    message: str
    fix: str


def leaf_findings(kind: Kind) -> Iterator[LeafFinding]:
    """What can never or always hold by itself."""
    if isinstance(kind, Deed):
        yield from _deed(kind)
    if isinstance(kind, Counted) and kind.at_least == 0:
        message = "Everybody has it at least 0 times, so this always holds."
        yield LeafFinding("always-holds", "at_least", message, "Write at_least: 1 time, or put it into none.")
    if isinstance(kind, PageVisited) and (kind.path or "").startswith(("http://", "https://")):
        message = "The path of a page begins with /, so this hardly ever holds."
        yield LeafFinding("never-holds", "path", message, f'Write page_visited: {{url: "{kind.path}"}}')
    test = getattr(kind, "test", None)
    if isinstance(test, Test) and impossible([test]):
        fix = "Write the lower value first."
        yield LeafFinding("never-holds", test.word, "No value lies between these two.", fix)
    elif isinstance(kind, ScoreIs):
        yield from _score(kind)
    where = getattr(kind, "where", None)
    if isinstance(where, Where):
        by_property = defaultdict(list)
        for name, test in where.tests:
            by_property[name].append(test)
        for name, tests in by_property.items():
            if impossible(tests):
                message = f'No event can have a "{name}" like this.'
                yield LeafFinding(
                    "never-holds", "where", message, "See that the lower value is the smaller one."
                )


def _score(kind: ScoreIs) -> Iterator[LeafFinding]:
    """A score never falls below its floor, and who has no points yet stands at 0."""
    floor = kind.score.floor
    if floor is None or floor > 0 or isinstance(kind.test.operand, OfBefore):
        return
    lower, upper = bounds([kind.test])
    shown = f'The score "{kind.score.name}" never falls below {from_millionths(floor)}'
    fix = "Compare with a higher number, or lower its floor in autoflow.yaml."
    if upper is not None and (upper[0] < floor or (upper[0] == floor and upper[1])):
        yield LeafFinding("never-holds", kind.test.word, f"{shown}, so this never holds.", fix)
    elif upper is None and lower is not None and (lower[0] < floor or (lower[0] == floor and not lower[1])):
        yield LeafFinding("always-holds", kind.test.word, f"{shown}, so this always holds.", fix)


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
        yield LeafFinding(always, "at_least", message, "Write at_least: 1 time, or exactly: 0 times.")  # type: ignore[arg-type]
