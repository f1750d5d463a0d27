"""Whether two conditions exclude each other, or one follows from the other: what all lints of logic ask.

Only what is so of everybody at any time is told: of conditions that nobody can compare, neither.
"""

from __future__ import annotations

from dataclasses import fields
from typing import NamedTuple

from autoflow.kinds.base import Condition
from autoflow.kinds.conditions.any import Any as AnyOf
from autoflow.kinds.conditions.different_values_of import DifferentValuesOf
from autoflow.kinds.conditions.entered_by import EnteredBy
from autoflow.kinds.conditions.has_consent import ANY, HasConsent
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.conditions.score import ScoreIs
from autoflow.kinds.conditions.stage import InStage
from autoflow.kinds.conditions.sum_of import SumOf
from autoflow.kinds.operators import Test
from autoflow.language.lints.deeds import deed_of, exclude
from autoflow.language.lints.value_tests import Asked, exclusive

_VALUED = (SumOf, DifferentValuesOf, ScoreIs)  # of which there is always a number


class Leaf(NamedTuple):
    """A condition that must hold, or must not; `order` counts as they are written."""

    condition: Condition
    negated: bool
    order: int = 0

    def turned(self) -> Leaf:
        """The opposite."""
        return self._replace(negated=not self.negated)


def excludes(one: Leaf, other: Leaf) -> bool:
    """Whether nobody can be as both ask."""
    if sameness(one.condition, one.negated) == sameness(other.condition, not other.negated):
        return True
    deeds = deed_of(one.condition), deed_of(other.condition)
    if deeds[0] is not None and deeds[1] is not None:
        return exclude(deeds[0], deeds[1], negated=(one.negated, other.negated)) or exclude(
            deeds[1], deeds[0], negated=(other.negated, one.negated)
        )
    tests = getattr(one.condition, "test", None), getattr(other.condition, "test", None)
    if isinstance(tests[0], Test) and isinstance(tests[1], Test):
        asked = Asked(tests[0], one.negated), Asked(tests[1], other.negated)
        same = subject(one.condition) == subject(other.condition)
        return same and exclusive(*asked, valued=isinstance(one.condition, _VALUED))
    return _stand_apart(one, other) or _stand_apart(other, one)


def follows(leaf: Leaf, known: Leaf) -> bool:
    """Whether whoever is as `known` asks is as `leaf` asks, too."""
    if excludes(known, leaf.turned()):
        return True
    if isinstance(leaf.condition, NoneOf if leaf.negated else AnyOf):
        return any(follows(Leaf(part, negated=False), known) for part in leaf.condition.parts())
    return False


def subject(condition: Condition) -> str:
    """What it is about: conditions about other things are never compared."""
    deed = deed_of(condition)
    if deed is not None:
        return f"did {deed.event}"
    if isinstance(getattr(condition, "test", None), Test):
        told = [getattr(condition, each.name) for each in fields(condition) if each.name != "test"]  # type: ignore[arg-type]
        return repr((condition.word, told))
    return condition.word if isinstance(condition, (InStage, EnteredBy, HasConsent)) else repr(condition)


def sameness(condition: Condition, negated: bool) -> tuple[str, bool]:  # noqa: FBT001 - half of the key
    """Equal for conditions that ask the same, whichever word says it."""
    deed = deed_of(condition)
    if deed is None:
        return repr(condition), negated
    asked = (deed.where, deed.at_least, deed.at_most, deed.exactly, deed.then)
    window = (deed.within_last, deed.longer_ago_than, deed.first_time_within_last, deed.within, deed.since)
    return repr((deed.event, asked, window)), negated is not deed.negated


def _stand_apart(one: Leaf, other: Leaf) -> bool:
    """Stages, triggers and consent: of some of these a contact has one alone."""
    if one.negated:
        return False
    match one.condition, other.condition:
        case InStage(first), InStage(second):
            return set(first) <= set(second) if other.negated else not set(first) & set(second)
        case EnteredBy(first), EnteredBy(second):
            return not other.negated and first != second
        case HasConsent(), HasConsent(second):
            return other.negated and second == ANY
    return False
