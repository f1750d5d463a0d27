"""What a recipe test says: who is there, what happens when, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from autoflow.model.instants import to_wall
from autoflow.model.values import Value


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that arrives at the instant `at`; both instants are UTC microseconds.

    `name` is an event's; or `autoflow.model.event.IDENTIFY`, whose properties are attributes to set; or `ENTER` of the
    same module, where somebody lets the contact into a recipe by hand.
    """

    at: int
    occurred_at: int
    name: str
    properties: Mapping[str, Value]


class Expected(NamedTuple):
    """One key of `expect` (see `autoflow.lab.testing.expect.EXPECT`) with what it must be."""

    line: int
    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of a story: what arrives, if anything, and what must be true right after it."""

    at: int
    line: int
    arrival: Arrival | None = None
    expected: tuple[Expected, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """The contact before the story: `history` is ascending, and before its first step.

    `consent` are the topics that he has agreed to, `parts` says into which part of a split he falls (step → part),
    and `scores` what each score stands at when the story begins, in millionths. Who is not `known` has nothing else
    either: the story's first arrival is the first that is heard of him.
    """

    user: str
    attributes: Mapping[str, Value] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    stage: str = ""
    scores: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    history: tuple[Arrival, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One case; `story` is ascending and has at least one moment."""

    name: str
    line: int
    given: Given
    story: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class RecipeTest:
    """One file of cases about one recipe. The recipes in `also` are live beside it."""

    recipe: str
    file: str
    cases: tuple[Case, ...]
    also: tuple[str, ...] = ()


def local_time(instant: int, tz: str) -> str:
    """An instant as test files write it: `2026-03-06 14:00`, with seconds only where there are some."""
    wall = to_wall(instant, tz)
    return wall.strftime("%Y-%m-%d %H:%M:%S" if wall.second else "%Y-%m-%d %H:%M")
