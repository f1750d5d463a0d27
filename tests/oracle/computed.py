"""Computed attributes, worked out anew from all events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

from tests.oracle import timing
from tests.oracle.counting import counted, matching, number_of, to_the_millionth
from tests.oracle.look import Event, Look

WORDS = ("usual_gap_between", "count_of", "sum_of", "last_of", "first_of")
MOST_TIMES = 32


def is_computed(declared: Any) -> bool:
    return isinstance(declared, Mapping) and any(word in declared for word in WORDS)


def word_of(declared: Mapping[str, Any]) -> str:
    return next(word for word in WORDS if word in declared)


def source_of(declared: Mapping[str, Any]) -> tuple[str, str]:
    """The event, and its property or nothing."""
    event, _, measured = declared[word_of(declared)].partition(".")
    return event, measured


def computed(declared: Mapping[str, Any], look: Look) -> Any:
    """The value at the look's instant, or None."""
    word = word_of(declared)
    name, measured = source_of(declared)
    if word == "usual_gap_between":
        return _usual_gap(matching(name, declared, look), int(str(declared.get("needs", 3)).split()[0]))
    if word in {"last_of", "first_of"}:
        return _at_one_end(word, measured, matching(name, declared, look))
    windowed = {key: value for key, value in declared.items() if key in {"where", "within_last"}}
    events = _in_window(name, windowed, look)
    if word == "count_of":
        return len(events)
    return shown(number_of("sum_of", measured, events))


def _in_window(name: str, windowed: Mapping[str, Any], look: Look) -> list[Event]:
    return counted(name, windowed, Look(look.history, look.now, look.project_zone, look.words))


def shown(number: Decimal | None) -> int | float | None:
    """As a value of an attribute: whole where it is whole."""
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _usual_gap(events: list[Event], needs: int) -> int | float | None:
    if len(events) < max(needs, 2):
        return None
    times = sorted(event.occurred_at for event in events)[-MOST_TIMES:]
    middle = median(Fraction(later - earlier) for earlier, later in pairwise(times))
    return shown(to_the_millionth(Fraction(middle) / timing.DAY))


def _at_one_end(word: str, measured: str, events: list[Event]) -> Any:
    """Ties in time go by receipt: of those the one received first is first, the one received later is last."""
    having = [event for event in events if not measured or event.properties.get(measured) is not None]
    if not having:
        return None
    ordered = sorted(having, key=lambda event: event.occurred_at)  # stable
    chosen = ordered[-1 if word == "last_of" else 0]
    return chosen.properties[measured] if measured else timing.iso(chosen.occurred_at)


def before_anything(declared: Mapping[str, Any]) -> int | None:
    """What it is for somebody of whom nothing is known."""
    return 0 if word_of(declared) in {"count_of", "sum_of"} else None


def type_of(declared: Mapping[str, Any], properties: Mapping[tuple[str, str], str]) -> str:
    if word_of(declared) in {"last_of", "first_of"}:
        event, measured = source_of(declared)
        return properties.get((event, measured), "text") if measured else "date_time"
    return "number"


def edges(declared: Mapping[str, Any], look: Look) -> Iterator[int]:
    """When time alone may change it: the edges of its window."""
    if "within_last" in declared:
        window = timing.span(declared["within_last"])
        for event in look.history.events:
            if event.name == source_of(declared)[0]:
                yield window.window_from(event.occurred_at, look.zones[0])
