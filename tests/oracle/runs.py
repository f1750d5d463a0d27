"""A run through a recipe, and what recipes and runs listen to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.look import Start, Stay
from tests.oracle.recipes import Recipe, Step

RUNNING = "running"


@dataclass(frozen=True)
class Signal:
    """`kind`: event, a change by its trigger's word, the name of a trigger that time fired, enter_recipe.

    Of an event `order` is its place among all; `own_at` is when it occurred, where the contact did it himself. Of
    a changed attribute `was` and `value` are what it changed from and to. `start` is what enter_recipe hands on.
    """

    kind: str
    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    occurred_at: int = 0
    order: int = -1
    own_at: int | None = None
    was: Any = None
    value: Any = None
    start: Start | None = None


@dataclass(eq=False)
class Waiting:
    """A `wait_for` under way, for what is received from the event of number `after` on."""

    step: Step
    after: int


@dataclass(eq=False)
class Held:
    """A mail that may not pass yet, and has not since an instant."""

    step: Step
    since: int


@dataclass(eq=False)
class Run:
    """`frames`: the lists of steps that the run stands in, outermost first, each with the place reached in it.

    `due`: until when it stands still; `local`: whether that is a time of day. `then` is walked when it is due.
    `sends` tells of each template whether its last send in this run was skipped. `stands_on` is the id of the step
    that was last begun.
    """

    recipe: Recipe
    entry: int
    per: str
    start: Start
    entered_at: int
    stay: Stay
    frames: list[tuple[list[Step], int]]
    due: int | None = None
    local: bool = False
    then: list[Step] = field(default_factory=list)
    waiting: Waiting | None = None
    held: Held | None = None
    heard_at: int | None = None
    held_out: bool = False
    sends: dict[str, bool] = field(default_factory=dict)
    stands_on: str = ""
    state: str = RUNNING
    ended_at: int | None = None
    visits: Counter[str] = field(default_factory=Counter)

    @property
    def order(self) -> tuple[int, str, int]:
        return -self.recipe.priority, self.recipe.id, self.entry

    def next_step(self) -> Step | None:
        """The step that comes next, counted as visited; None where none is left."""
        if self.is_through():
            return None
        steps, place = self.frames[-1]
        self.frames[-1] = steps, place + 1
        self.visits[steps[place].id] += 1
        self.stands_on = steps[place].id
        return steps[place]

    def is_through(self) -> bool:
        while self.frames and self.frames[-1][1] >= len(self.frames[-1][0]):
            self.frames.pop()
        return not self.frames

    def branch(self, steps: list[Step]) -> None:
        """These come next, and then what stands behind the branching step."""
        self.frames.append((steps, 0))

    def stand(self, until: int, *, local: bool) -> None:
        self.due, self.local = until, local

    def go_on(self) -> None:
        self.due, self.waiting, self.held = None, None, None

    def end(self, state: str, now: int) -> None:
        self.state, self.ended_at = state, now
        self.go_on()
