"""Conditions over events, counted anew: how often, how much, how many kinds, one after another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import Any

from tests.oracle import comparing, timing
from tests.oracle.asking import asked, where
from tests.oracle.look import Event, Look

NUMBERS_OF = ("sum_of", "average_of", "lowest_of", "highest_of", "different_values_of")
_BESIDE = {*NUMBERS_OF, "where", "within_last"}
_OF_BEFORE = re.compile(r"(\d+(?:\.\d+)?)% of before")
_MICRO = Decimal("0.000001")


def did(leaf: Mapping[str, Any], look: Look) -> bool:
    """`did`; `did_not` with the same words beside it is the complement."""
    name = leaf["did"] if "did" in leaf else leaf["did_not"]
    if "then" in leaf:
        return _one_after_another(name, leaf, look)
    if "first_time_within_last" in leaf:
        times = [event.occurred_at for event in matching(name, leaf, look)]
        window = timing.span(leaf["first_time_within_last"])
        return bool(times) and look.now < window.window_from(min(times), look.zones[0])
    return often_enough(leaf, len(counted(name, leaf, look)), _before(name, leaf, look))


def often_enough(leaf: Mapping[str, Any], count: int, before: int = 0) -> bool:
    """Whether the count passes what stands beside it; at least once, where nothing does."""
    bounds = {word: leaf[word] for word in ("at_least", "at_most", "exactly") if leaf.get(word) is not None}
    if not bounds:
        return count >= 1
    asked_for = {word: _times(written, before) for word, written in bounds.items()}
    return (
        count >= asked_for.get("at_least", 0)
        and count <= asked_for.get("at_most", count)
        and count == asked_for.get("exactly", count)
    )


def _times(written: Any, before: int) -> Fraction:
    share = of_before(written)
    return Fraction(int(str(written).split()[0])) if share is None else share * before


def of_before(written: Any) -> Fraction | None:
    """The share that `50% of before` names."""
    match = _OF_BEFORE.fullmatch(written.strip()) if isinstance(written, str) else None
    return Fraction(match[1]) / 100 if match else None


def matching(name: str, leaf: Mapping[str, Any], look: Look) -> list[Event]:
    """The events of that name received by now that `where` lets through."""
    return [event for _, event in _numbered(name, leaf, look)]


def _numbered(name: str, leaf: Mapping[str, Any], look: Look) -> list[tuple[int, Event]]:
    return [
        (order, event)
        for order, event in enumerate(look.history.events)
        if event.name == name
        and event.at <= look.now
        and where(leaf.get("where"), name, event.properties, look)
    ]


def counted(name: str, leaf: Mapping[str, Any], look: Look) -> list[Event]:
    """Those of them that the leaf's window lets through."""
    zone = look.zones[0]
    chosen = _numbered(name, leaf, look)
    if "within_last" in leaf:
        window = timing.span(leaf["within_last"])
        return [event for _, event in chosen if look.now < window.window_from(event.occurred_at, zone)]
    if "longer_ago_than" in leaf:
        window = timing.span(leaf["longer_ago_than"])
        return [event for _, event in chosen if window.window_from(event.occurred_at, zone) <= look.now]
    is_count = not any(word in leaf for word in NUMBERS_OF)
    if is_count and (look.since_start or leaf.get("since") == "start"):
        return _since_start(chosen, look)
    return [event for _, event in chosen]


def _since_start(chosen: list[tuple[int, Event]], look: Look) -> list[Event]:
    start = look.start
    if start is None:
        return [event for _, event in chosen]
    return [event for order, event in chosen if order >= start.after and event.occurred_at >= start.at]


def _the_time_before(name: str, leaf: Mapping[str, Any], look: Look) -> list[Event]:
    """What lies in the window of the same length that ended where this one opens."""
    zone, window = look.zones[0], timing.span(leaf["within_last"])
    return [
        event
        for event in matching(name, leaf, look)
        if window.window_from(event.occurred_at, zone) <= look.now
        and look.now < window.doubled().window_from(event.occurred_at, zone)
    ]


def _before(name: str, leaf: Mapping[str, Any], look: Look) -> int:
    compared = any(of_before(leaf.get(word)) is not None for word in ("at_least", "at_most"))
    return len(_the_time_before(name, leaf, look)) if compared else 0


def _one_after_another(name: str, leaf: Mapping[str, Any], look: Look) -> bool:
    """`then`: the first event, and another one at the same time or later, inside the windows that are given."""
    zone = look.zones[0]
    firsts = _numbered(name, leaf, look)
    seconds = _numbered(leaf["then"], {}, look)
    if leaf.get("since") == "start" or (look.since_start and "within_last" not in leaf):
        inside = {id(event) for event in _since_start(firsts + seconds, look)}
        firsts = [pair for pair in firsts if id(pair[1]) in inside]
        seconds = [pair for pair in seconds if id(pair[1]) in inside]
    if "within_last" in leaf:
        window = timing.span(leaf["within_last"])
        seconds = [pair for pair in seconds if look.now < window.window_from(pair[1].occurred_at, zone)]
    within = timing.span(leaf["within"]) if "within" in leaf else None
    return any(
        order != other
        and first.occurred_at <= second.occurred_at
        and (within is None or second.occurred_at <= within.window_from(first.occurred_at, zone))
        for order, first in firsts
        for other, second in seconds
    )


def number_passes(leaf: Mapping[str, Any], look: Look) -> bool:
    """`sum_of` and its like: a number made of an event's property, put to the operator beside it."""
    subject = next(word for word in NUMBERS_OF if word in leaf)
    name, _, measured = leaf[subject].partition(".")
    value = number_of(subject, measured, counted(name, leaf, look))
    ((word, operand),) = ((word, operand) for word, operand in leaf.items() if word not in _BESIDE)
    share = of_before(operand)
    if share is None:
        return asked(word, operand, None if value is None else str(value), "number", look)
    before = number_of(subject, measured, _the_time_before(name, leaf, look))
    left, right = Fraction(value or 0), share * Fraction(before or 0)
    return {
        "at_least": left >= right,
        "at_most": left <= right,
        "more_than": left > right,
        "less_than": left < right,
    }[word]


def number_of(subject: str, measured: str, events: list[Event]) -> Decimal | None:
    """None where nothing is there to take an average, the lowest or the highest of."""
    values = [event.properties.get(measured) for event in events]
    if subject == "different_values_of":
        return Decimal(len({plain(value) for value in values if value is not None}))
    numbers = [each for value in values if (each := comparing.number(value)) is not None]
    if subject == "sum_of":
        return sum(numbers, Decimal(0))
    if not numbers:
        return None
    if subject == "average_of":
        return to_the_millionth(Fraction(sum(numbers, Decimal(0))) / len(numbers))
    return min(numbers) if subject == "lowest_of" else max(numbers)


def plain(value: Any) -> str:
    """A value as text that compares; numbers in their plain form, so that 10 and 10.0 are one."""
    number = comparing.number(value) if isinstance(value, (int, float)) else None
    if number is None:
        return comparing.fold(str(value).lower() if isinstance(value, bool) else value)
    return format(number.normalize(), "f")


def to_the_millionth(exact: Fraction) -> Decimal:
    """Rounded half to even."""
    with localcontext(prec=100):
        return (Decimal(round(exact * 1_000_000)) / 1_000_000).quantize(_MICRO, ROUND_HALF_EVEN)
