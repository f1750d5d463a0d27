"""`choose`: one way or another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

from autoflow.kinds.base import Action, Condition, Step, Way
from autoflow.kinds.fields import Cases
from autoflow.kinds.hand import Go, Hand


class Case(NamedTuple):
    """What is done where a condition holds; None holds always."""

    condition: Condition | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Choose(Action):
    """Walks the actions of the first case whose conditions all hold now, or those of `otherwise`, and goes on."""

    word: ClassVar[str] = "choose"
    short: ClassVar[str] = "cases"
    example: ClassVar[str] = (
        "choose:\n  - {if: [{has_tag: vip}], actions: [{add_tag: called}]}\n  - {otherwise: [{add_tag: mailed}]}"
    )

    cases: Annotated[tuple[Case, ...], Cases()]

    def nested(self) -> tuple[tuple[Step, ...], ...]:
        return tuple(case.steps for case in self.cases)

    def conditions(self) -> tuple[Condition, ...]:
        return tuple(case.condition for case in self.cases if case.condition is not None)

    def tells(self) -> str:
        if len(self.cases) == 1:
            return "look whether this holds now"
        return "go the first of these ways whose conditions hold now"

    def brief(self) -> str:
        return "choose"

    def ways(self) -> tuple[Way, ...]:
        found = [
            Way("if", branch, case.condition) if case.condition is not None else Way("otherwise", branch)
            for branch, case in enumerate(self.cases)
        ]
        return (*found, Way("otherwise")) if found[-1].condition is not None else tuple(found)

    def do(self, hand: Hand) -> Go | None:
        for branch, case in enumerate(self.cases):
            if case.condition is None or case.condition.holds(hand.view):
                return Go(branch)
        return None
