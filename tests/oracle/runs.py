"""A run through a recipe, and what recipes and runs listen to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.conditions import Start
from tests.oracle.workspace import Recipe

RUNNING = "running"


@dataclass(frozen=True)
class Signal:
    """`kind`: event, segment_entered, segment_left, inactivity, or a change no trigger listens for yet."""

    kind: str
    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    occurred_at: int = 0


@dataclass(eq=False)
class Run:
    recipe: Recipe
    entry: int
    per: str
    start: Start
    entered_at: int
    place: int = 0
    due: int | None = None
    waits_for_days: bool = False
    state: str = RUNNING
    ended_at: int | None = None
    visits: Counter[str] = field(default_factory=Counter)

    @property
    def order(self) -> tuple[int, str, int]:
        return -self.recipe.priority, self.recipe.id, self.entry

    def end(self, state: str, now: int) -> None:
        if self.state == RUNNING:
            self.state, self.ended_at, self.due = state, now, None

    def fail(self, now: int) -> None:
        """However it has ended by now, it failed."""
        if self.state != "failed":
            self.state, self.ended_at, self.due = "failed", now, None
