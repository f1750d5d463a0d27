"""Definitions made ready to run: what each event, attribute, tag and segment can touch, as an index.

The index is what makes a tick cost in proportion to what arrived (P5): a definition that nothing touches is
never looked at.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from typing import NamedTuple

from autoflow.core.property_index import PropertyIndex
from autoflow.kinds.base import ANY_OWN_DOING, EVENT, RECIPE, SEGMENT, Condition, Topic, Trigger
from autoflow.kinds.computed import Computed
from autoflow.kinds.limits import LimitOn
from autoflow.kinds.memory import LastTimes, Memory
from autoflow.language.definitions import Recipe, Segment, Workspace
from autoflow.language.templates import Template
from autoflow.model.clock_times import ClockWindow
from autoflow.model.contact import Run
from autoflow.model.durations import DAY

TIMER, COMPUTED = "segment:", "computed:"
MANUAL = "manual"
_PURCHASES = LastTimes(("purchased",))
ALWAYS = frozenset(  # the gate must know
    {"unsubscribed", "email_bounced", "email_complained", "consent_given", "consent_withdrawn"}
)
MOST_SIGNALS = 100  # within one item (language.md, rule 7)


@dataclass(frozen=True, eq=False, slots=True)
class RankedSegment:
    """A segment at its place: those it uses stand before it. `timer` names its timer in a record.

    With `watch` it is no segment but a condition that a trigger waits to become true: the trigger's topic.
    """

    rank: int
    id: str
    condition: Condition
    timer: str
    watch: Topic | None = None


class ComputedAttribute(NamedTuple):
    """An attribute that autoflow works out, and the name of its timer in a record."""

    name: str
    computed: Computed
    timer: str


class Listener(NamedTuple):
    """A trigger of a recipe under its id; sorts in the order in which recipes are entered."""

    order: tuple[int, str]
    recipe: Recipe
    trigger: Trigger
    id: str


class Timed(NamedTuple):
    """A trigger that time alone can fire, what it hears then, and what can move that moment."""

    trigger: Trigger
    topic: Topic
    topics: frozenset[Topic]


class _Everything:
    """Holds every name."""

    def __contains__(self, name: object) -> bool:
        return True


@dataclass(frozen=True)
class Program:
    """What the core runs. Made once when definitions are loaded, never changed."""

    zone: str
    consent: str
    recipes: Mapping[str, Recipe]
    templates: Mapping[str, Template]
    segments: tuple[RankedSegment, ...]
    ranked: tuple[RankedSegment, ...]
    deny: frozenset[str]
    touched_segments: Mapping[Topic, tuple[RankedSegment, ...]]
    settled: Mapping[str, tuple[tuple[RankedSegment, int | None], ...]]
    listeners: Mapping[Topic, PropertyIndex[Listener]]
    timed: Mapping[str, Timed]
    timed_by_topic: Mapping[Topic, tuple[str, ...]]
    purchases: Memory
    memories: Mapping[str, PropertyIndex[Memory]]
    run_memories: Mapping[str, Mapping[str, tuple[Memory, ...]]]
    leaving: Mapping[str, frozenset[Topic]]
    waiting: Mapping[str, frozenset[Topic]]
    computed: tuple[ComputedAttribute, ...] = ()
    mirrors: Mapping[str, str] = field(default_factory=dict)
    mirrors_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quiet_hours: ClockWindow | None = None
    at_most: LimitOn | None = None
    lateness: Mapping[str, int] = field(default_factory=dict)
    pinned: Mapping[tuple[str, int], Recipe] = field(default_factory=dict)
    _positions: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)

    def pinned_recipe(self, recipe: str, version: int) -> Recipe:
        """The version that a run walks on; raises `KeyError` where it is not loaded."""
        current = self.recipes.get(recipe)
        if current is not None and current.version == version:
            return current
        return self.pinned[recipe, version]

    def in_force(self, run: Run) -> Recipe:
        """The recipe as it is now, which says about goals, caps and status; the run's own where it was deleted."""
        return self.recipes.get(run.recipe) or self.pinned[run.recipe, run.version]

    @cached_property
    def interests(self) -> frozenset[str]:
        """The names of events that something here looks at; any other changes nothing for a contact known already."""
        names = {event for event in self.memories if event != ANY_OWN_DOING}
        names.update(event for memories in self.run_memories.values() for event in memories)
        heard = (*self.listeners, *(topic for topics in self.waiting.values() for topic in topics))
        names.update(topic[1] for topic in heard if topic[0] == EVENT)
        return frozenset(names)

    @cached_property
    def computed_by(self) -> Mapping[str, tuple[int, ...]]:
        """Places in `computed` by what can change them: the keys of memories and the names of timers."""
        index: dict[str, list[int]] = {}
        for place, each in enumerate(self.computed):
            for key in (each.computed.memory.key, each.timer):
                index.setdefault(key, []).append(place)
        return {key: tuple(places) for key, places in index.items()}

    @cached_property
    def computed_names(self) -> frozenset[str]:
        """The attributes that are worked out."""
        return frozenset(each.name for each in self.computed)

    @cached_property
    def remembered(self) -> Container[str]:
        """The names of events that some memory may count: all of them where any own doing counts."""
        names = {*self.memories, *(name for each in self.run_memories.values() for name in each)}
        return _Everything() if ANY_OWN_DOING in names else frozenset(names)

    @cached_property
    def asked_about(self) -> frozenset[Topic]:
        """What conditions ask of recipes: whether a contact is under way in one."""
        topics = {*self.touched_segments, *(topic for each in self.leaving.values() for topic in each)}
        topics.update(topic for each in self.waiting.values() for topic in each)
        return frozenset(topic for topic in topics if topic[0] == RECIPE)

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
        segments = [(segment.id, segment.condition) for segment in self.ranked]
        sending = [(name, recipe.sending) for name, recipe in sorted(self.recipes.items())]
        computed = [(each.name, each.computed) for each in self.computed]
        memories = sorted(self.memory_keys())
        gate = (self.quiet_hours, self.at_most, sending, sorted(self.deny), sorted(self.mirrors.items()))
        return (self.zone, segments, computed, sorted(self.timed), memories, self._statuses(), gate)

    def _statuses(self) -> list[tuple[str, str]]:
        return sorted((name, recipe.status) for name, recipe in self.recipes.items())

    def segment(self, name: str) -> RankedSegment | None:
        """The segment of that name, or what is watched under it."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, RankedSegment]:
        return {segment.id: segment for segment in self.ranked}


def compile_program(workspace: Workspace, pinned: Mapping[tuple[str, int], Recipe] | None = None) -> Program:
    """Make a sound workspace ready to run; `pinned` holds older recipe versions that somebody is still walking."""
    segments = _ranked(workspace.segments)
    recipes = {name: recipe for name, recipe in workspace.recipes.items() if recipe.status != "draft"}
    walked = {name: [recipe] for name, recipe in recipes.items()}
    for (name, _), recipe in sorted((pinned or {}).items()):
        # Deleted while somebody is under way, or another version: what his goals and steps ask goes on counting.
        walked.setdefault(name, []).append(recipe)
    every = [recipe for versions in walked.values() for recipe in versions]
    timed = _timed(recipes.values())
    settings = workspace.settings
    ranked = (*segments, *_watched(recipes.values(), len(segments)))
    computed = tuple(
        ComputedAttribute(name, each, COMPUTED + name) for name, each in settings.computed.items()
    )
    always = [
        *_always(settings.consent),
        *(each.computed.memory for each in computed),
        *settings.scores.values(),
        *(limit.memory for limit in (settings.at_most, *(each.sending.at_most for each in every)) if limit),
    ]
    return Program(
        zone=settings.timezone,
        consent=settings.consent or "required",
        recipes=recipes,
        templates=workspace.templates,
        segments=segments,
        ranked=ranked,
        deny=frozenset(name for name, segment in workspace.segments.items() if segment.kind == "deny"),
        touched_segments=_by_topic(ranked),
        settled=_settled(ranked),
        listeners=_listeners(recipes.values()),
        timed=timed,
        timed_by_topic=_timed_by_topic(timed),
        purchases=_PURCHASES,
        memories=_memories(ranked, every, always),
        run_memories={name: _run_memories(versions) for name, versions in walked.items()},
        leaving={name: _leaving(versions, recipes) for name, versions in walked.items()},
        waiting=_waiting([*every, *(pinned or {}).values()]),
        computed=computed,
        mirrors=settings.mirrors,
        mirrors_of=_mirrors_of(settings.mirrors),
        quiet_hours=settings.quiet_hours,
        at_most=settings.at_most,
        lateness={name: each.triggers_within.window_end(0, "UTC") for name, each in settings.events.items()},
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


def _watched(recipes: Iterable[Recipe], rank: int) -> Iterator[RankedSegment]:
    """What triggers wait to become true, each once, behind all segments."""
    found: dict[str, tuple[Condition, Topic]] = {}
    for recipe in recipes:
        for trigger in recipe.triggers:
            condition = trigger.watched()
            if condition is not None:
                (topic,) = trigger.hears()
                found[f"{topic[0]}:{topic[1]}"] = (condition, topic)
    for number, (name, (condition, topic)) in enumerate(sorted(found.items())):
        yield RankedSegment(rank + number, name, condition, TIMER + name, topic)


def _listeners(recipes: Iterable[Recipe]) -> dict[Topic, PropertyIndex[Listener]]:
    index: dict[Topic, list[Listener]] = {}
    for recipe in recipes:
        order = (-recipe.priority, recipe.id)
        words = [trigger.word for trigger in recipe.triggers]
        for trigger, name in zip(recipe.triggers, recipe.trigger_ids or words, strict=True):
            for topic in trigger.hears():
                own = (topic[0], recipe.id) if topic[0] == MANUAL else topic
                index.setdefault(own, []).append(Listener(order, recipe, trigger, name))
    return {
        topic: PropertyIndex(
            sorted(found, key=lambda each: each.order), lambda listener: listener.trigger.discriminant()
        )
        for topic, found in index.items()
    }


def _timed(recipes: Iterable[Recipe]) -> dict[str, Timed]:
    """Triggers that time alone can fire, under the name of their timer; those that ask the same share one."""
    found: dict[str, Timed] = {}
    for recipe in recipes:
        for trigger in recipe.triggers:
            topics = trigger.topics()
            if topics is not None:
                (topic,) = trigger.hears()
                found[f"{topic[0]}:{topic[1]}"] = Timed(trigger, topic, topics)
    return found


def _timed_by_topic(timed: Mapping[str, Timed]) -> dict[Topic, tuple[str, ...]]:
    index: dict[Topic, list[str]] = {}
    for name, each in timed.items():
        for topic in each.topics:
            index.setdefault(topic, []).append(name)
    return {topic: tuple(names) for topic, names in index.items()}


def _mirrors_of(mirrors: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for audience, segment in sorted(mirrors.items()):
        index.setdefault(segment, []).append(audience)
    return {segment: tuple(audiences) for segment, audiences in index.items()}


def _waiting(recipes: Iterable[Recipe]) -> dict[str, frozenset[Topic]]:
    """What a run of each recipe may be waiting for at one of its steps."""
    found: dict[str, set[Topic]] = {}
    for recipe in recipes:
        for step in recipe.steps:
            event, condition = step.action.listens(), step.action.awaited()
            if event is not None:
                found.setdefault(recipe.id, set()).add((EVENT, event))
            if condition is not None:
                found.setdefault(recipe.id, set()).update(condition.topics())
    return {name: frozenset(topics) for name, topics in found.items()}


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
        for leaf in (leaf for part in _asked(recipe) for leaf in _leaves(part)):
            if not counts_since_start(leaf):  # those the run itself remembers
                found.update((memory.key, memory) for memory in leaf.memories())
        for trigger in recipe.triggers:
            found.update((memory.key, memory) for memory in trigger.memories())
        for step in recipe.steps:
            found.update((memory.key, memory) for memory in step.action.memories())
    return {event: _index(event, memories) for event, memories in _by_event(found.values()).items()}


def _index(event: str, memories: Iterable[Memory]) -> PropertyIndex[Memory]:
    return PropertyIndex(memories, lambda memory: memory.concerns(event))


def _asked(recipe: Recipe) -> Iterator[Condition | None]:
    """Every condition of a recipe."""
    yield from (recipe.conditions, recipe.keep_while, recipe.goal, recipe.exit)
    for step in recipe.steps:
        yield from step.action.conditions()


def _leaving(versions: Iterable[Recipe], current: Mapping[str, Recipe]) -> frozenset[Topic]:
    """What can end a run: goals and exits reach everybody as they are now, those of a deleted recipe as they were."""
    counted = (recipe for recipe in versions if current.get(recipe.id, recipe) is recipe)
    parts = (part for recipe in counted for part in (recipe.goal, recipe.exit))
    return frozenset().union(*(part.topics() for part in parts if part is not None))


def _run_memories(versions: Iterable[Recipe]) -> dict[str, tuple[Memory, ...]]:
    found: dict[str, Memory] = {}
    for part in (part for recipe in versions for part in _asked(recipe)):
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
        for event in dict.fromkeys(memory.events):  # a sequence may ask for one event twice
            index.setdefault(event, []).append(memory)
    return {event: tuple(found) for event, found in index.items()}
