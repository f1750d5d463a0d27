"""Definitions made ready to run: what each event, attribute, tag and segment can touch, as an index.

The index is what makes a tick cost in proportion to what arrived (P5): a definition that nothing touches is
never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from typing import NamedTuple

from autoflow.core.property_index import PropertyIndex
from autoflow.kinds.base import ANY_OWN_DOING, EVENT, SEGMENT, Condition, Topic, Trigger
from autoflow.kinds.memory import LastTimes, Memory
from autoflow.language.definitions import Recipe, Segment, Workspace
from autoflow.language.templates import Template
from autoflow.model.durations import DAY

TIMER = "segment:"
_PURCHASES = LastTimes(("purchased",))
ALWAYS = frozenset({"unsubscribed", "email_bounced", "email_complained"})  # the gate must know
MOST_SIGNALS = 100  # within one item (language.md, rule 7)


@dataclass(frozen=True, eq=False, slots=True)
class RankedSegment:
    """A segment at its place: those it uses stand before it. `timer` names its timer in a record."""

    rank: int
    id: str
    condition: Condition
    timer: str


class Listener(NamedTuple):
    """A trigger of a recipe; sorts in the order in which recipes are entered."""

    order: tuple[int, str]
    recipe: Recipe
    trigger: Trigger


@dataclass(frozen=True)
class Program:
    """What the core runs. Made once when definitions are loaded, never changed."""

    zone: str
    consent: str
    recipes: Mapping[str, Recipe]
    templates: Mapping[str, Template]
    segments: tuple[RankedSegment, ...]
    deny: frozenset[str]
    touched_segments: Mapping[Topic, tuple[RankedSegment, ...]]
    settled: Mapping[str, tuple[tuple[RankedSegment, int | None], ...]]
    listeners: Mapping[Topic, PropertyIndex[Listener]]
    timed: Mapping[str, tuple[Trigger, Topic]]
    timed_by_event: Mapping[str, tuple[str, ...]]
    purchases: Memory
    memories: Mapping[str, PropertyIndex[Memory]]
    run_memories: Mapping[str, Mapping[str, tuple[Memory, ...]]]
    leaving: Mapping[str, frozenset[Topic]]
    lateness: Mapping[str, int] = field(default_factory=dict)
    pinned: Mapping[tuple[str, int], Recipe] = field(default_factory=dict)
    _positions: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)

    def pinned_recipe(self, recipe: str, version: int) -> Recipe:
        """The version that a run walks on; raises `KeyError` where it is not loaded."""
        current = self.recipes.get(recipe)
        if current is not None and current.version == version:
            return current
        return self.pinned[recipe, version]

    @cached_property
    def interests(self) -> frozenset[str]:
        """The names of events that something here looks at; any other changes nothing for a contact known already."""
        names = {event for event in self.memories if event != ANY_OWN_DOING}
        names.update(event for memories in self.run_memories.values() for event in memories)
        names.update(topic[1] for topic in self.listeners if topic[0] == EVENT)
        return frozenset(names)

    def looks_at(self, event: str) -> bool:
        """Whether anything could follow from an event of that name."""
        return event in self.interests or event in ALWAYS or event[0] == "$" or ANY_OWN_DOING in self.memories

    def triggers_within(self, event: str) -> int:
        """How late an event may arrive and still fire triggers, in microseconds (language.md, rule 5)."""
        return self.lateness.get(event, DAY)

    def position(self, recipe: Recipe, step: str) -> int:
        """Where a step stands in its recipe."""
        key = (recipe.id, recipe.version)
        places = self._positions.get(key)
        if places is None:
            places = self._positions[key] = {each.id: index for index, each in enumerate(recipe.steps)}
        return places[step]

    def memory_keys(self) -> dict[str, Memory]:
        """Everything that a contact's record remembers, by key."""
        return {memory.key: memory for memories in self.memories.values() for memory in memories}

    def meaning(self) -> object:
        """What decides over a contact at rest; where it is equal, a new release need not look at everybody."""
        segments = [(segment.id, segment.condition) for segment in self.segments]
        return (self.zone, segments, sorted(self.timed), sorted(self.memory_keys()), self._statuses())

    def _statuses(self) -> list[tuple[str, str]]:
        return sorted((name, recipe.status) for name, recipe in self.recipes.items())

    def segment(self, name: str) -> RankedSegment | None:
        """The segment of that name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, RankedSegment]:
        return {segment.id: segment for segment in self.segments}


def compile_program(workspace: Workspace, pinned: Mapping[tuple[str, int], Recipe] | None = None) -> Program:
    """Make a sound workspace ready to run; `pinned` holds older recipe versions that somebody is still walking."""
    segments = _ranked(workspace.segments)
    recipes = {name: recipe for name, recipe in workspace.recipes.items() if recipe.status != "draft"}
    walked = {name: [recipe] for name, recipe in recipes.items()}
    for (name, _), recipe in sorted((pinned or {}).items()):
        if name not in recipes:  # deleted while somebody is under way: his goals and exits go on counting
            walked.setdefault(name, []).append(recipe)
    every = [recipe for versions in walked.values() for recipe in versions]
    timed = _timed(recipes.values())
    events = workspace.settings.events
    return Program(
        zone=workspace.settings.timezone,
        consent=workspace.settings.consent or "required",
        recipes=recipes,
        templates=workspace.templates,
        segments=segments,
        deny=frozenset(name for name, segment in workspace.segments.items() if segment.kind == "deny"),
        touched_segments=_by_topic(segments),
        settled=_settled(segments),
        listeners=_listeners(recipes.values()),
        timed=timed,
        timed_by_event=_timed_by_event(timed),
        purchases=_PURCHASES,
        memories=_memories(segments, every, always=_always(workspace.settings.consent)),
        run_memories={name: _run_memories(versions) for name, versions in walked.items()},
        leaving={name: _leaving(versions) for name, versions in walked.items()},
        lateness={name: each.triggers_within.window_end(0, "UTC") for name, each in events.items()},
        pinned=dict(pinned or {}),
    )


def _ranked(segments: Mapping[str, Segment]) -> tuple[RankedSegment, ...]:
    uses = {
        name: sorted(
            topic[1] for topic in segment.conditions.topics() if topic[0] == SEGMENT and topic[1] in segments
        )
        for name, segment in segments.items()
    }
    sorter = TopologicalSorter({name: uses[name] for name in sorted(uses)})
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return tuple(
        RankedSegment(rank, name, segments[name].conditions, TIMER + name) for rank, name in enumerate(order)
    )


def _by_topic(segments: Iterable[RankedSegment]) -> dict[Topic, tuple[RankedSegment, ...]]:
    index: dict[Topic, list[RankedSegment]] = {}
    for segment in segments:
        for topic in segment.condition.topics():
            index.setdefault(topic, []).append(segment)
    return {topic: tuple(found) for topic, found in index.items()}


def _settled(segments: Iterable[RankedSegment]) -> dict[str, tuple[tuple[RankedSegment, int | None], ...]]:
    """For each memory the segments that look at it, with how many events settle the answer for good."""
    index: dict[str, list[tuple[RankedSegment, int | None]]] = {}
    for segment in segments:
        for key in sorted({memory.key for memory in segment.condition.memories()}):
            index.setdefault(key, []).append((segment, segment.condition.settled_after(key)))
    return {key: tuple(found) for key, found in index.items()}


def _listeners(recipes: Iterable[Recipe]) -> dict[Topic, PropertyIndex[Listener]]:
    index: dict[Topic, list[Listener]] = {}
    for recipe in recipes:
        for trigger in recipe.triggers:
            for topic in trigger.hears():
                index.setdefault(topic, []).append(Listener((-recipe.priority, recipe.id), recipe, trigger))
    return {
        topic: PropertyIndex(
            sorted(found, key=lambda each: each.order), lambda listener: listener.trigger.discriminant()
        )
        for topic, found in index.items()
    }


def _timed(recipes: Iterable[Recipe]) -> dict[str, tuple[Trigger, Topic]]:
    """Triggers that time alone can fire, under the name of their timer; those that ask the same share one."""
    found: dict[str, tuple[Trigger, Topic]] = {}
    for recipe in recipes:
        for trigger in recipe.triggers:
            if trigger.memories():
                (topic,) = trigger.hears()
                found[f"{topic[0]}:{topic[1]}"] = (trigger, topic)
    return found


def _timed_by_event(timed: Mapping[str, tuple[Trigger, Topic]]) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for name, (trigger, _) in timed.items():
        for memory in trigger.memories():
            for event in memory.events:
                index.setdefault(event, []).append(name)
    return {event: tuple(names) for event, names in index.items()}


def _always(consent: str | None) -> tuple[Memory, ...]:
    """What the gate itself must know: under `consent: customers`, whether somebody ever bought."""
    return (_PURCHASES,) if consent == "customers" else ()


def _memories(
    segments: Iterable[RankedSegment], recipes: Iterable[Recipe], always: Iterable[Memory]
) -> dict[str, PropertyIndex[Memory]]:
    found = {memory.key: memory for memory in always}
    for segment in segments:
        found.update((memory.key, memory) for memory in segment.condition.memories())
    for recipe in recipes:
        for condition in (recipe.conditions, recipe.keep_while, *_windowed(recipe)):
            if condition is not None:
                found.update((memory.key, memory) for memory in condition.memories())
        for trigger in recipe.triggers:
            found.update((memory.key, memory) for memory in trigger.memories())
    return {
        event: PropertyIndex(memories, lambda memory: memory.where.discriminant)
        for event, memories in _by_event(found.values()).items()
    }


def _windowed(recipe: Recipe) -> tuple[Condition, ...]:
    """Goals and exits whose leaves look at all of the past (those since the start are remembered by the run)."""
    return tuple(
        leaf for part in (recipe.goal, recipe.exit) for leaf in _leaves(part) if not counts_since_start(leaf)
    )


def _leaving(versions: Iterable[Recipe]) -> frozenset[Topic]:
    parts = (part for recipe in versions for part in (recipe.goal, recipe.exit))
    return frozenset().union(*(part.topics() for part in parts if part is not None))


def _run_memories(versions: Iterable[Recipe]) -> dict[str, tuple[Memory, ...]]:
    found: dict[str, Memory] = {}
    for part in (part for recipe in versions for part in (recipe.goal, recipe.exit, recipe.keep_while)):
        for leaf in _leaves(part):
            if counts_since_start(leaf):
                found.update((memory.key, memory) for memory in leaf.memories())
    return _by_event(found.values())


def counts_since_start(leaf: Condition) -> bool:
    """Whether a condition counts only what came since the run's start."""
    return getattr(leaf, "since", None) == "start"


def _leaves(condition: Condition | None) -> tuple[Condition, ...]:
    if condition is None:
        return ()
    parts = condition.parts()
    return tuple(leaf for part in parts for leaf in _leaves(part)) if parts else (condition,)


def _by_event(memories: Iterable[Memory]) -> dict[str, tuple[Memory, ...]]:
    index: dict[str, list[Memory]] = {}
    for memory in memories:
        for event in memory.events:
            index.setdefault(event, []).append(memory)
    return {event: tuple(found) for event, found in index.items()}
