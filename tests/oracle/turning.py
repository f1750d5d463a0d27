"""The instants at which time alone could change a condition: every edge of every window, without any wit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.oracle import comparing, timing
from tests.oracle.conditions import GROUPS, Look, attribute_type


def turning_points(condition: Any, look: Look) -> Iterator[int]:
    """Every edge of every window it looks through, past ones too; `in_segment` has none of its own."""
    if isinstance(condition, list):
        for each in condition:
            yield from turning_points(each, look)
        return
    subject = next(iter(condition))
    if subject in GROUPS:
        inner = condition[subject]
        yield from turning_points(inner if isinstance(inner, list) else [inner], look)
    elif subject == "attribute":
        yield from _edges_of_value(condition, look)
    elif subject in {"did", "did_not"}:
        yield from _edges_of_events(condition, condition[subject], look)
    elif subject == "sum_of":
        yield from _edges_of_events(condition, condition[subject].partition(".")[0], look)


def _edges_of_events(leaf: Mapping[str, Any], name: str, look: Look) -> Iterator[int]:
    zone = look.zones[0]
    for word in ("within_last", "longer_ago_than"):
        if word in leaf:
            window = timing.span(leaf[word])
            for event in look.history.events:
                if event.name == name:
                    yield window.window_from(event.occurred_at, zone)


def _edges_of_value(leaf: Mapping[str, Any], look: Look) -> Iterator[int]:
    name = leaf["attribute"]
    value = look.history.attributes_at(look.now).get(name)
    for word, operand in leaf.items():
        plain = comparing.OPPOSITES.get(word, word)
        if plain in comparing.SPANNING:
            of_type = attribute_type(name, look.words)
            for stretch in comparing.stretches(plain, operand, value, of_type, look.now, look.zones):
                yield from stretch
