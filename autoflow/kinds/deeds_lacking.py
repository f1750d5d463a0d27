"""What is missing of a deed: once more, so many days without it, or what can come true no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoflow.kinds.base import Lack
from autoflow.kinds.lacking import times
from autoflow.kinds.limits import OfBefore
from autoflow.kinds.said import where_says

if TYPE_CHECKING:
    from autoflow.kinds.deeds import Deed

_STAYS = "was done, and that stays so"


def lack(deed: Deed, count: int, ever: int, *, wanted: bool) -> Lack:
    """What would make the deed count as `wanted`: it counts `count` times now, and was done `ever` times in all."""
    if deed.then is not None:
        return _sequence(deed, wanted=wanted)
    if deed.first_time_within_last is not None:
        return _first_time(deed, ever, wanted=wanted)
    if deed.longer_ago_than is not None:
        return _long_ago(deed, ever, wanted=wanted)
    share = next((each for each in (deed.at_least, deed.at_most) if isinstance(each, OfBefore)), None)
    if share is not None:
        more = wanted is (deed.at_least is share)
        return Lack(f"{_what(deed)} {'more' if more else 'less'} often than before")
    return (_enough if wanted else _other)(deed, count, *_bounds(deed))


def _bounds(deed: Deed) -> tuple[int, int | None]:
    """How often it must have been done, from and to."""
    least, most = (each if isinstance(each, int) else None for each in (deed.at_least, deed.at_most))
    if deed.exactly is not None:
        return deed.exactly, deed.exactly
    return (least if least is not None else 0 if most is not None else 1), most


def _enough(deed: Deed, count: int, low: int, high: int | None) -> Lack:
    if count < low:
        and_no_more = ", and not more often" if high is not None else ""
        often = times(low - count) if count else _often(low)
        words = f"{_what(deed)} {often}{_window(deed)}{and_no_more}"
        return Lack(words, count / low)
    if deed.within_last is None:
        return Lack(f"{_what(deed)} {_STAYS}", never=True)
    return Lack(f"{_what(deed)} at most {_often(high or 0)}{_window(deed)}")


def _other(deed: Deed, count: int, low: int, high: int | None) -> Lack:
    if deed.within_last is None:
        if high is None:
            return Lack(f"{_what(deed)} {_STAYS}", never=True)
        return Lack(f"{_what(deed)} {times(high - count + 1)}")
    if low <= 1:
        return Lack(f"{deed.within_last} without {_what(deed)}")
    return Lack(f"{_what(deed)} fewer than {low} times{_window(deed)}")


def _sequence(deed: Deed, *, wanted: bool) -> Lack:
    within = f" within {deed.within}" if deed.within else ""
    if wanted:
        return Lack(f"{_what(deed)} and then {deed.then}{within}")
    if deed.within_last is None:
        return Lack(f"{_what(deed)} and then {deed.then} {_STAYS}", never=True)
    return Lack(f"{deed.within_last} without {_what(deed)} and then {deed.then}{within}")


def _first_time(deed: Deed, ever: int, *, wanted: bool) -> Lack:
    if not wanted:
        return Lack(f"{deed.first_time_within_last} since the first {_what(deed)}")
    if ever:
        return Lack(f"the first {_what(deed)} was longer ago, and that stays so", never=True)
    return Lack(f"{_what(deed)} for the first time")


def _long_ago(deed: Deed, ever: int, *, wanted: bool) -> Lack:
    least = deed.at_least if isinstance(deed.at_least, int) else 1
    if not wanted:
        return Lack(f"{_what(deed)} {_STAYS}", never=True)
    if ever >= least:
        return Lack(f"{deed.longer_ago_than} since then")
    often = times(least - ever) if ever else _often(least)
    return Lack(f"{_what(deed)} {often}, and {deed.longer_ago_than} after that", ever / least)


def _what(deed: Deed) -> str:
    narrowed = where_says(deed.where.tests)
    return f"{deed.event} where {narrowed}" if narrowed and deed.then is None else deed.event


def _often(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _window(deed: Deed) -> str:
    if deed.since is not None:
        return " since the start"
    return f" within {deed.within_last}" if deed.within_last else ""
