"""Whom a change moves: who joins and leaves segments and the audiences that follow from them."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from autoflow.core.program import Program
from autoflow.kinds.base import ATTRIBUTE, AUDIENCE, SEGMENT, Topic
from autoflow.store.foreseeing import Seen


@dataclass
class Population:
    """A segment or an audience: how many are in it right before the apply and right after, and who comes and goes.

    `joining` and `leaving` name the first few, in the order in which they became known.
    """

    name: str
    now: int = 0
    after: int = 0
    joins: int = 0
    leaves: int = 0
    joining: list[str] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)

    @property
    def moves(self) -> bool:
        """Whether anybody comes or goes."""
        return bool(self.joins or self.leaves)

    def take(self, who: str, *, before: bool, after: bool, examples: int) -> None:
        """Count somebody."""
        self.now += before
        self.after += after
        if after and not before:
            self.joins += 1
            if len(self.joining) < examples:
                self.joining.append(who)
        elif before and not after:
            self.leaves += 1
            if len(self.leaving) < examples:
                self.leaving.append(who)


@dataclass(frozen=True)
class Touched:
    """The segments whose members may be others after a change, and whether those of audiences may."""

    segments: frozenset[str]
    audiences: bool

    def __bool__(self) -> bool:
        return bool(self.segments) or self.audiences


def touched(before: Program, after: Program) -> Touched:
    """What a change of definitions may move people in or out of, by what each condition asks about."""
    conditions = {each.id: each.condition for each in before.segments}
    names = {each.id for each in after.segments}
    found: set[Topic] = {(SEGMENT, name) for name in conditions if name not in names}
    found |= {(SEGMENT, each.id) for each in after.segments if conditions.get(each.id) != each.condition}
    if before.zone != after.zone:
        found |= {(SEGMENT, name) for name in names}
    old, new = ({each.name: each.computed for each in program.computed} for program in (before, after))
    found |= {(ATTRIBUTE, name) for name in {*old, *new} if old.get(name) != new.get(name)}
    mirrors = {*before.mirrors, *after.mirrors}
    found |= {(AUDIENCE, name) for name in mirrors if before.mirrors.get(name) != after.mirrors.get(name)}
    denies = before.deny != after.deny
    while True:
        moved = {name for kind, name in found if kind == SEGMENT}
        denies = denies or not moved.isdisjoint(before.deny | after.deny)
        more: set[Topic] = {(AUDIENCE, name) for name, segment in after.mirrors.items() if segment in moved}
        for each in after.segments:
            topics = each.condition.topics()
            if not found.isdisjoint(topics) or (denies and any(kind == AUDIENCE for kind, _ in topics)):
                more.add((SEGMENT, each.id))
        if more <= found:
            break
        found |= more
    segments = frozenset(name for kind, name in found if kind == SEGMENT)
    return Touched(segments, denies or any(kind == AUDIENCE for kind, _ in found))


class Populations:
    """Segments and audiences counted person by person."""

    def __init__(self, examples: int) -> None:
        self._examples = examples
        self._segments: dict[str, Population] = {}
        self._audiences: dict[str, Population] = {}

    def take(self, seen: Seen) -> None:
        """Count somebody in everything that he was or is in."""
        record = seen.record
        self._count(self._segments, record.name, seen.segments, record.segments.keys())
        self._count(self._audiences, record.name, seen.audiences, record.audiences.keys())

    def segments(self, asked: Collection[str]) -> tuple[Population, ...]:
        """Those asked for, by name, whether or not anybody moves, and all others in which somebody does."""
        found = {**{name: Population(name) for name in asked}, **self._segments}
        return tuple(each for name, each in sorted(found.items()) if name in asked or each.moves)

    def audiences(self) -> tuple[Population, ...]:
        """Those that somebody joins or leaves, by name."""
        return tuple(each for _, each in sorted(self._audiences.items()) if each.moves)

    def _count(
        self, found: dict[str, Population], who: str, before: AbstractSet[str], after: AbstractSet[str]
    ) -> None:
        for name in before | after:
            population = found.get(name)
            if population is None:
                population = found[name] = Population(name)
            population.take(who, before=name in before, after=name in after, examples=self._examples)
