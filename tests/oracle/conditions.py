"""A naive evaluator of single conditions over everything that is known of a contact.

`holds(condition, history, now, zone)` takes the condition as the YAML gives it and looks through all events
and all changes of attributes and tags, each time anew. Slow, and so simple that it can be believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.oracle import clocks, timing
from tests.oracle.asking import asked, where
from tests.oracle.consent import consent_at
from tests.oracle.counting import NUMBERS_OF, did, number_passes, often_enough
from tests.oracle.look import Event, History, Look, Start, UnfilledError, Words, fill
from tests.oracle.scores import score_at

__all__ = [
    "GROUPS", "Event", "History", "Look", "Start", "UnfilledError", "Words", "attribute_type", "fill", "holds",
    "member", "true", "true_of_any", "where",
]  # fmt: skip

BUILT_IN_TYPES = {"created_at": "date_time"}
GROUPS = ("all", "any", "none")


def holds(
    condition: Any,
    history: History,
    now: int,
    zone: str,
    words: Words | None = None,
    start: Start | None = None,
) -> bool:
    """Whether it holds at `now`: a mapping, or a list of which all must; `zone` is the project's."""
    return true(condition, Look(history, now, zone, words or Words(), start))


def true(condition: Any, look: Look) -> bool:
    if isinstance(condition, list):
        return all(true(each, look) for each in condition)
    subject = next(iter(condition))
    if subject in GROUPS:
        answers = [true(each, look) for each in _listed(condition[subject])]
        return {"all": all(answers), "any": any(answers), "none": not any(answers)}[subject]
    return _LEAVES[subject](condition, look)


def true_of_any(conditions: Any, look: Look) -> bool:
    """As `goal` and `exit` read a list."""
    return any(true(each, look) for each in _listed(conditions))


def member(segment: str, look: Look) -> bool:
    """Whether the contact is in the segment; who is not known yet is in none."""
    if not look.history.known_at(look.now):
        return False
    return true(look.words.segments[segment], Look(look.history, look.now, look.project_zone, look.words))


def _listed(conditions: Any) -> list[Any]:
    return conditions if isinstance(conditions, list) else [conditions]


def attribute_type(name: str, words: Words) -> str:
    return words.attributes.get(name, BUILT_IN_TYPES.get(name, "text"))


def _attribute(leaf: Mapping[str, Any], look: Look) -> bool:
    name = leaf["attribute"]
    value = look.history.attributes_at(look.now).get(name)
    return asked(*_operator(leaf), value, attribute_type(name, look.words), look)


def _event_property(leaf: Mapping[str, Any], look: Look) -> bool:
    return asked(*_operator(leaf), *property_of_start(leaf["event_property"], look), look)


def property_of_start(name: str, look: Look) -> tuple[Any, str]:
    """The value that the starting event has, if one there was, and the declared type."""
    start = look.start
    value = start.event.get(name) if start is not None and start.event is not None else None
    return value, look.words.properties.get((start.name if start else "", name), "text")


def _operator(leaf: Mapping[str, Any]) -> tuple[str, Any]:
    """The one word beside the subject, with what stands behind it."""
    ((word, operand),) = list(leaf.items())[1:]
    return word, operand


def _stage(leaf: Mapping[str, Any], look: Look) -> bool:
    return look.history.stage_at(look.now) in _listed(leaf["stage"])


def _score(leaf: Mapping[str, Any], look: Look) -> bool:
    return asked(*_operator(leaf), str(score_at(leaf["score"], look)), "number", look)


def _received(leaf: Mapping[str, Any], look: Look) -> bool:
    times = [
        event.occurred_at
        for event in look.history.events
        if event.name == "email_sent"
        and event.at <= look.now
        and event.properties.get("template") == leaf["received"]
    ]
    return _counts(times, leaf, look)


def _entered(leaf: Mapping[str, Any], look: Look) -> bool:
    times = [stay.at for stay in look.history.stays if stay.recipe == leaf["entered"] and stay.at <= look.now]
    return _counts(times, leaf, look)


def _counts(times: list[int], leaf: Mapping[str, Any], look: Look) -> bool:
    if "within_last" in leaf:
        window = timing.span(leaf["within_last"])
        times = [at for at in times if look.now < window.window_from(at, look.zones[0])]
    return often_enough(leaf, len(times))


def _in_recipe(leaf: Mapping[str, Any], look: Look) -> bool:
    return any(
        stay.recipe == leaf["in_recipe"]
        and stay.at <= look.now
        and (stay.until is None or look.now < stay.until)
        for stay in look.history.stays
    )


def _entered_by(leaf: Mapping[str, Any], look: Look) -> bool:
    return look.start is not None and look.start.trigger == leaf["entered_by"]


def _local_time(leaf: Mapping[str, Any], look: Look) -> bool:
    return any(first <= look.now < last for first, last in local_times(leaf, look))


def local_times(leaf: Mapping[str, Any], look: Look) -> list[tuple[int, int]]:
    """The spans around now in which it is such a time where the contact lives."""
    written = leaf["local_time"]
    between = written.get("between")
    return clocks.stretches(tuple(between) if between else None, written.get("days"), look.now, look.zones[0])


_LEAVES: dict[str, Callable[[Mapping[str, Any], Look], bool]] = {
    "attribute": _attribute,
    "event_property": _event_property,
    "did": did,
    "did_not": lambda leaf, look: not did(leaf, look),
    **dict.fromkeys(NUMBERS_OF, number_passes),
    "has_tag": lambda leaf, look: leaf["has_tag"] in look.history.tags_at(look.now),
    "in_segment": lambda leaf, look: member(leaf["in_segment"], look),
    "in_audience": lambda leaf, look: leaf["in_audience"] in look.history.audiences_at(look.now),
    "in_recipe": _in_recipe,
    "has_consent": lambda leaf, look: consent_at(look.history, look.now).has(leaf["has_consent"]),
    "stage": _stage,
    "score": _score,
    "received": _received,
    "entered": _entered,
    "entered_by": _entered_by,
    "local_time": _local_time,
}
