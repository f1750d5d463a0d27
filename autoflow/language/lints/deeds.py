"""How often something may have been done for a condition to hold, and which conditions that sets against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from autoflow.kinds.base import Condition
from autoflow.kinds.counts import Counted
from autoflow.kinds.deeds import Deed
from autoflow.kinds.limits import OfBefore
from autoflow.language.lints.value_tests import Asked, covers, exclusive


class Count(NamedTuple):
    """At least `low`, and at most `high` (None: any number) of the events that `deed` counts."""

    deed: Deed
    low: int
    high: int | None


def deed_of(condition: Condition) -> Deed | None:
    """The condition as one on what was done, also where it has a word of its own, as `received` has."""
    found = condition.as_deed if isinstance(condition, Counted) else condition
    return found if isinstance(found, Deed) else None


def counts(deed: Deed, *, negated: bool) -> Iterator[Count]:
    """What must be counted for it to hold, or where it is `negated` not to; nothing where that is not a number."""
    denied = negated is not deed.negated
    if deed.then is not None or any(isinstance(each, OfBefore) for each in (deed.at_least, deed.at_most)):
        return
    if deed.first_time_within_last is not None:
        if not denied:
            anew = replace(deed, first_time_within_last=None)
            yield Count(replace(anew, within_last=deed.first_time_within_last), 1, None)
            yield Count(replace(anew, longer_ago_than=deed.first_time_within_last), 0, 0)
        return
    limits = (deed.at_least, deed.at_most, deed.exactly)
    low = 1 if limits == (None, None, None) else max(_number(deed.at_least), _number(deed.exactly))
    uppers = [_number(each) for each in limits[1:] if each is not None]
    high = min(uppers) if uppers else None
    if not denied:
        yield Count(deed, low, high)
    elif high is None and low:
        yield Count(deed, 0, low - 1)
    elif high is not None and not low:
        yield Count(deed, high + 1, None)


def exclude(one: Deed, other: Deed, *, negated: tuple[bool, bool]) -> bool:
    """Whether what the one asks for is more than what the other allows; `negated` says of each whether it must not
    hold.
    """
    asked, allowed = counts(one, negated=negated[0]), list(counts(other, negated=negated[1]))
    return any(
        limit.high is not None and count.low > limit.high and _counts_in(count.deed, limit.deed)
        for count in asked
        for limit in allowed
    )


def holds_at_first(deed: Deed, *, negated: bool) -> bool:
    """Whether it is so at the start of a run, from where it counts, whoever enters; never where it counts otherwise."""
    if deed.since is None:
        return False
    if deed.then is not None:
        return negated is not deed.negated
    return any(each.low == 0 for each in counts(deed, negated=negated))


def _number(count: object) -> int:
    return count if isinstance(count, int) else 0


def _counts_in(one: Deed, other: Deed) -> bool:
    """Whether whatever the one counts is counted by the other as well."""
    if one.event != other.event or (other.since is not None and one.since is None):
        return False
    if other.within_last is not None and not covers(other.within_last, one.within_last):
        return False
    if other.longer_ago_than is not None and not (
        one.longer_ago_than is not None and covers(one.longer_ago_than, other.longer_ago_than)
    ):
        return False
    return all(
        any(
            name == asked
            and (test == limit or exclusive(Asked(test, False), Asked(limit, True), valued=False))
            for name, test in one.where.tests
        )
        for asked, limit in other.where.tests
    )
