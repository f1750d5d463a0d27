"""What definitions ask that those before them did not: all that a contact at rest has to be brought up in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from autoflow.core.compiling import indexed
from autoflow.core.program import Program
from autoflow.core.property_index import PropertyIndex
from autoflow.kinds.base import ATTRIBUTE, SEGMENT, Topic
from autoflow.kinds.memory import FirstTimes, LastTimes, Memory

_TIMES_ALONE = (LastTimes, FirstTimes)


class Fresh(NamedTuple):
    """What is new in a program: memories, by the event that they look at, and their keys.

    `answers` names the timers of the segments, watched conditions and computed attributes of which a contact at rest
    does not know the answer yet; of all others he does. `forgets`: something is asked no more, memories apart.
    `reads_properties`: a memory needs more of events than their times.
    """

    memories: Mapping[str, PropertyIndex[Memory]]
    keys: frozenset[str]
    answers: frozenset[str]
    forgets: bool
    reads_properties: bool

    @property
    def events(self) -> frozenset[str]:
        """The names of the events that have to be read again."""
        return frozenset(self.memories)


def everything(program: Program) -> Fresh:
    """All that a program asks."""
    return _fresh(program.memory_keys().values(), program.answers, forgets=True)


def compare(before: Program, program: Program) -> Fresh:
    """What is new in `program` for whoever is at rest under `before`."""
    known = before.memory_keys()
    memories = [memory for key, memory in program.memory_keys().items() if key not in known]
    return _fresh(memories, _new_answers(before, program), forgets=not before.clocks <= program.clocks)


def _fresh(memories: Iterable[Memory], answers: Iterable[str], *, forgets: bool) -> Fresh:
    memories = tuple(memories)
    reads = any(type(memory) not in _TIMES_ALONE or memory.where.tests for memory in memories)
    keys = frozenset(each.key for each in memories)
    return Fresh(indexed(memories), keys, frozenset(answers), forgets, reads)


def _new_answers(before: Program, program: Program) -> Iterable[str]:
    """Of what is asked otherwise, or looks at something whose answer may be another one now."""
    if before.zone != program.zone:
        return program.answers
    computed = {each.timer: each for each in before.computed}
    found = {each.timer for each in program.computed if each != computed.get(each.timer)}
    changed: set[Topic] = {(ATTRIBUTE, name) for name in before.computed_names ^ program.computed_names}
    changed |= {(ATTRIBUTE, each.name) for each in program.computed if each.timer in found}
    conditions = {each.timer: each.condition for each in before.ranked}
    for segment in program.ranked:  # those it uses stand before it
        condition = segment.condition
        if condition != conditions.get(segment.timer) or not changed.isdisjoint(condition.topics()):
            found.add(segment.timer)
            changed.add((SEGMENT, segment.id))
    return found
