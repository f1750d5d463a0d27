"""A workspace made into a program: the indexes that tell what each event, attribute, tag and segment can touch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter

from autoflow.core.program import (
    COMPUTED,
    EXISTING,
    MANUAL,
    TIMER,
    ComputedAttribute,
    Listener,
    Program,
    RankedSegment,
    Timed,
)
from autoflow.core.property_index import PropertyIndex
from autoflow.kinds.base import EVENT, SEGMENT, Condition, Topic
from autoflow.kinds.memory import LastTimes, Memory
from autoflow.language.definitions import Recipe, Segment, Workspace

_PURCHASES = LastTimes(("purchased",))


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
        names = recipe.trigger_ids or [trigger.word for trigger in recipe.triggers]
        for place, (trigger, name) in enumerate(zip(recipe.triggers, names, strict=True)):
            listener = Listener(order, place, recipe, trigger, name)
            for topic in trigger.hears():
                own = (topic[0], recipe.id) if topic[0] == MANUAL else topic
                index.setdefault(own, []).append(listener)
            if trigger.standing() is not None:
                index[EXISTING, f"{recipe.id}/{name}"] = [listener]
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
            if not _counts_since_start(leaf):  # those the run itself remembers
                found.update((memory.key, memory) for memory in leaf.memories())
        for trigger in recipe.triggers:
            found.update((memory.key, memory) for memory in trigger.memories())
        for step in recipe.steps:
            found.update((memory.key, memory) for memory in step.action.memories())
    return indexed(found.values())


def indexed(memories: Iterable[Memory]) -> dict[str, PropertyIndex[Memory]]:
    """Memories by the name of the event that they look at."""
    return {event: _index(event, found) for event, found in _by_event(memories).items()}


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
            if _counts_since_start(leaf):
                found.update((memory.key, memory) for memory in leaf.memories())
    return _by_event(found.values())


def _counts_since_start(leaf: Condition) -> bool:
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
