"""The instants at which time alone could change a condition: every edge of every window, without any wit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.oracle import comparing, timing
from tests.oracle.conditions import GROUPS, attribute_type, local_times, property_of_start
from tests.oracle.counting import NUMBERS_OF
from tests.oracle.look import Look, UnfilledError, fill
from tests.oracle.scores import crossings

_WINDOWS = ("within_last", "longer_ago_than", "first_time_within_last")


def turning_points(condition: Any, look: Look) -> Iterator[int]:
    """Every edge of every window it looks through, past ones too; `in_segment` has none of its own.

    Of what comes back day by day or year by year only those around now, a week ahead at least.
    """
    if isinstance(condition, list):
        for each in condition:
            yield from turning_points(each, look)
        return
    subject = next(iter(condition))
    if subject in GROUPS:
        inner = condition[subject]
        yield from turning_points(inner if isinstance(inner, list) else [inner], look)
    elif subject == "attribute":
        value = look.history.attributes_at(look.now).get(condition[subject])
        yield from _edges_of_value(condition, value, attribute_type(condition[subject], look.words), look)
    elif subject == "event_property":
        yield from _edges_of_value(condition, *property_of_start(condition[subject], look), look)
    elif subject == "score":
        yield from _edges_of_score(condition, look)
    elif subject == "local_time":
        for stretch in local_times(condition, look):
            yield from stretch
    elif subject in {"did", "did_not", "received", "entered", *NUMBERS_OF}:
        yield from _edges_of_windows(condition, subject, look)


def _edges_of_windows(leaf: Mapping[str, Any], subject: str, look: Look) -> Iterator[int]:
    zone = look.zones[0]
    for word in _WINDOWS:
        if word in leaf:
            window = timing.span(leaf[word])
            for time in _times(leaf, subject, look):
                yield window.window_from(time, zone)
                if any("of before" in str(operand) for operand in leaf.values()):
                    yield window.doubled().window_from(time, zone)


def _times(leaf: Mapping[str, Any], subject: str, look: Look) -> list[int]:
    if subject == "entered":
        return [stay.at for stay in look.history.stays if stay.recipe == leaf[subject]]
    names = {"email_sent"}
    if subject != "received":
        names = {leaf[subject].partition(".")[0], leaf.get("then", "")}
    return [event.occurred_at for event in look.history.events if event.name in names]


def _edges_of_value(leaf: Mapping[str, Any], value: Any, of_type: str, look: Look) -> Iterator[int]:
    for word, operand in leaf.items():
        plain = comparing.OPPOSITES.get(word, word)
        if plain in comparing.SPANNING:
            for stretch in comparing.stretches(plain, operand, value, of_type, look.now, look.zones):
                yield from stretch


def _edges_of_score(leaf: Mapping[str, Any], look: Look) -> Iterator[int]:
    for word, operand in leaf.items():
        if word != "score":
            for written in operand if isinstance(operand, list) else [operand]:
                try:
                    bound = comparing.number(fill(written, look))
                except UnfilledError:
                    continue
                if bound is not None:
                    yield from crossings(leaf["score"], bound, look)
