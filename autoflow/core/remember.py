"""What an item changes by itself: attributes, consent, memories; and what steps once did, when a state is rebuilt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from autoflow.core.audiences import own_name
from autoflow.core.computed import changed
from autoflow.core.consents import EVERY_TOPIC, give, refuse
from autoflow.core.property_index import PropertyIndex
from autoflow.core.zone import change_zone
from autoflow.kinds.base import ANY_OWN_DOING, ATTRIBUTE, AUDIENCE, CONSENT, MEMORY, STAGE, TAG, Signal, Topic
from autoflow.kinds.memory import InWindow, Memory
from autoflow.kinds.view import View
from autoflow.model.contact import Cell, Entries, Window
from autoflow.model.effects import Spill
from autoflow.model.event import IDENTIFY, KNOWN_AS, Event
from autoflow.model.inside import (
    ATTRIBUTE_SET,
    AUDIENCE_JOINED,
    AUDIENCE_LEFT,
    CHANGES,
    CONSENT_GIVEN,
    CONSENT_WITHDRAWN,
    ENTERED,
    STAGE_SET,
    TAG_ADDED,
)
from autoflow.model.values import Value, same

if TYPE_CHECKING:
    from autoflow.core.walk import Walk

NOT_OWN_DOING = frozenset({"email_sent", "email_skipped", "email_delivered", "email_bounced"})
TIMEZONE = "timezone"
EMAIL_BOUNCED, EMAIL_COMPLAINED, UNSUBSCRIBED = "email_bounced", "email_complained", "unsubscribed"
_DONE_INSIDE = {f"${kind}" for kind in CHANGES}


def own_doing(item: Event) -> bool:
    """Whether the contact did it himself: what breaks a silence, and what may be answered at night."""
    return not item.inside and item.name[0] != "$" and item.name not in NOT_OWN_DOING


def remember(walk: Walk, item: Event, signals: list[Signal]) -> set[Topic]:
    """Take an item of the log into the record; returns what that touched, and adds what triggers hear of it."""
    name = item.name
    if name == IDENTIFY:
        touched: set[Topic] = set()
        for key, value in item.properties.items():
            change_attribute(walk, key, value, touched, signals)
        return touched
    if name == KNOWN_AS:
        walk.record.name = item.properties.get("user", walk.record.name)  # of whoever was erased nobody knows
        return set()
    if name in _DONE_INSIDE:
        return _replay_inside(walk, item)
    touched = _permission(walk, item)
    return touched | observe(walk, item)


def _permission(walk: Walk, item: Event) -> set[Topic]:
    """What an event says of whether the contact may be written to."""
    name, record = item.name, walk.record
    if name in {UNSUBSCRIBED, CONSENT_GIVEN, CONSENT_WITHDRAWN}:
        topic = str(item.properties.get("topic") or EVERY_TOPIC)
        if name == CONSENT_GIVEN:
            give(record, topic, item.occurred_at, item.at)
        else:
            refuse(record, topic, item.occurred_at)
        return {(CONSENT, EVERY_TOPIC)}
    if name == EMAIL_COMPLAINED or (name == EMAIL_BOUNCED and item.properties.get("permanent")):
        record.suppressed = record.suppressed or name.removeprefix("email_")
    return set()


def observe(walk: Walk, item: Event) -> set[Topic]:
    """Take an event into the memories of the contact and of his runs; returns those that it counted in."""
    name, program, record = item.name, walk.program, walk.record
    touched: set[Topic] = set()
    if name not in program.remembered:  # as nearly all that happens inside
        return touched
    names: tuple[str, ...] = (name,)
    if ANY_OWN_DOING in program.memories and own_doing(item):
        names = (name, ANY_OWN_DOING)
    for each in names:
        index = program.memories.get(each)
        if index is not None:
            for memory in index.find(item.properties):
                if memory.observe(record.memory, item, walk.view):
                    touched.add((MEMORY, memory.key))
                    if walk.spills and isinstance(memory, InWindow):
                        _overflow(walk, record.memory, memory, item)
    for run in record.runs:
        wanted = program.run_memories.get(run.recipe)
        if not wanted or name not in wanted or item.occurred_at < run.start:
            continue
        view = View(record, walk.view.now, program.zone, run, run.event)
        for memory in wanted[name]:
            if memory.observe(run.memory, item, view):
                touched.add((MEMORY, memory.key))
    return touched


def recall(walk: Walk, item: Event, memories: Mapping[str, PropertyIndex[Memory]]) -> None:
    """Take an event of the past into these memories, by the event that they look at, and nothing else."""
    name, cells, view = item.name, walk.record.memory, walk.view
    for each in (name, ANY_OWN_DOING) if ANY_OWN_DOING in memories and own_doing(item) else (name,):
        index = memories.get(each)
        for memory in index.find(item.properties) if index is not None else ():
            if memory.observe(cells, item, view) and walk.spills and isinstance(memory, InWindow):
                _overflow(walk, cells, memory, item)


def _overflow(walk: Walk, cells: dict[str, Cell], memory: InWindow, item: Event) -> None:
    """Hand out the entry just added where it belongs to those that no longer fit the record."""
    cell = cells[memory.key]
    assert isinstance(cell, Window)
    entry = memory.overflow(cell, item)
    if entry is not None:
        walk.effects.spills.append(Spill(memory.key, *entry))


def change_attribute(walk: Walk, name: str, value: Value, touched: set[Topic], signals: list[Signal]) -> None:
    """Set an attribute, or with None unset it; nothing happens where it has that value."""
    attributes = walk.record.attributes
    before = attributes.get(name)
    if same(before, value) or name in walk.program.computed_names:
        return  # what autoflow works out itself nobody else sets
    zone = walk.view.zone if name == TIMEZONE else ""
    if value is None:
        del attributes[name]
    else:
        attributes[name] = value
    if name == TIMEZONE:
        change_zone(walk, before=zone)
    touched.add((ATTRIBUTE, name))
    signals.append(changed(name, before, value, walk.view.now))


def _replay_inside(walk: Walk, item: Event) -> set[Topic]:
    """What a step once did, when a state is rebuilt from the log."""
    subject, kind, record = item.properties["subject"], item.name[1:], walk.record
    if kind == ATTRIBUTE_SET:
        touched: set[Topic] = set()
        change_attribute(walk, subject, item.properties["value"], touched, [])
        return touched
    if kind == ENTERED:
        entries = record.entries.setdefault(subject, Entries(0, {}))
        entries.count += 1
        entries.last[item.properties.get("per", "")] = item.at
        return set()
    if kind == STAGE_SET:
        record.stage = subject
        return {(STAGE, "")}
    if kind in {AUDIENCE_JOINED, AUDIENCE_LEFT}:
        if item.properties.get("mirror"):
            record.entries.setdefault(own_name(subject), Entries(0, {})).count += 1
        if kind == AUDIENCE_JOINED:
            record.audiences.setdefault(subject, item.at)
        else:
            record.audiences.pop(subject, None)
        return {(AUDIENCE, subject)}
    if kind == TAG_ADDED:
        record.tags.setdefault(subject, item.at)
    else:
        record.tags.pop(subject, None)
    walk.effects.tags[subject] = record.tags.get(subject)
    return {(TAG, subject)}
