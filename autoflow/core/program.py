"""Definitions made ready to run: what each event, attribute, tag and segment can touch, as an index.

The index is what makes a tick cost in proportion to what arrived (P5): a definition that nothing touches is
never looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from autoflow.core.property_index import PropertyIndex
from autoflow.kinds.base import ANY_OWN_DOING, EVENT, RECIPE, Condition, Topic, Trigger
from autoflow.kinds.computed import Computed
from autoflow.kinds.limits import LimitOn
from autoflow.kinds.memory import Memory
from autoflow.language.definitions import Recipe
from autoflow.language.templates.templates import Template
from autoflow.model.clock_times import ClockWindow
from autoflow.model.contact import Run
from autoflow.model.durations import DAY

TIMER, COMPUTED = "segment:", "computed:"
MANUAL = "manual"
EXISTING = "existing"  # with "RECIPE/TRIGGER": those who stand already where the trigger would bring them
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
    """A trigger of a recipe under its id, at its place; sorts in the order in which recipes are entered."""

    order: tuple[int, str]
    place: int
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
    """What the core runs. Made once when definitions are loaded, never changed.

    `moves` says, by recipe and older version, at which step of the version in force whoever stands on one goes on, and
    `zone_before` by which zone the project lived before.
    """

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
    moves: Mapping[tuple[str, int], Mapping[str, str]] = field(default_factory=dict)
    zone_before: str = ""
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
    def timed_topics(self) -> frozenset[Topic]:
        """What is heard of triggers that time alone fires."""
        return frozenset(each.topic for each in self.timed.values())

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

    def memory_keys(self) -> Mapping[str, Memory]:
        """Everything that a contact's record remembers, by key."""
        return self._memory_keys

    @cached_property
    def _memory_keys(self) -> dict[str, Memory]:
        return {memory.key: memory for memories in self.memories.values() for memory in memories}

    def meaning(self) -> object:
        """What decides over a contact at rest; where it is equal, a new release need not look at everybody."""
        segments = [(segment.id, segment.condition) for segment in self.ranked]
        sending = [(name, recipe.sending) for name, recipe in sorted(self.recipes.items())]
        computed = [(each.name, each.computed) for each in self.computed]
        memories = sorted(self.memory_keys())
        leaving = [(name, recipe.goal, recipe.exit) for name, recipe in sorted(self.recipes.items())]
        gate = (self.quiet_hours, self.at_most, sending, sorted(self.deny), sorted(self.mirrors.items()))
        lets_in = sorted(name for kind, name in self.listeners if kind == EXISTING)
        timed = sorted(self.timed)
        return (self.zone, segments, computed, timed, lets_in, memories, self._statuses(), leaving, gate)

    def _statuses(self) -> list[tuple[str, str]]:
        return sorted((name, recipe.status) for name, recipe in self.recipes.items())

    @cached_property
    def segment_names(self) -> frozenset[str]:
        """The names of segments."""
        return frozenset(segment.id for segment in self.segments)

    @cached_property
    def clocks(self) -> frozenset[str]:
        """The names of all timers that definitions set."""
        return self.answers.union(self.timed)

    @cached_property
    def answers(self) -> frozenset[str]:
        """The names of the timers of everything that is looked at and known of a contact."""
        segments = (segment.timer for segment in self.ranked)
        return frozenset(segments).union(each.timer for each in self.computed)

    def segment(self, name: str) -> RankedSegment | None:
        """The segment of that name, or what is watched under it."""
        return self._by_name.get(name)

    @property
    def ranked_names(self) -> Collection[str]:
        """The names of segments and of what is watched."""
        return self._by_name.keys()

    @cached_property
    def _by_name(self) -> dict[str, RankedSegment]:
        return {segment.id: segment for segment in self.ranked}
