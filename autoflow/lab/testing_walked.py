"""Which steps and branches the cases walked, and splits in which a case says where the contact falls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from autoflow.kinds.actions.choose import Choose
from autoflow.kinds.actions.split import Split
from autoflow.kinds.actions.wait_for import OTHERWISE, THEN, WaitForIt
from autoflow.kinds.base import Action, Go, Hand, Hold, Leave, Step, Wait
from autoflow.language.definitions import Recipe

_NONE_OF_THEM = "otherwise"


@dataclass
class Walked:
    """What the case being played has walked: steps as (recipe, step), branches as (recipe, step, branch).

    `parts` says, for the recipe `tested`, into which part of a split the contact falls.
    """

    tested: str
    parts: Mapping[str, str] = field(default_factory=dict)
    steps: set[tuple[str, str]] = field(default_factory=set)
    branches: set[tuple[str, str, str]] = field(default_factory=set)

    def begin(self, parts: Mapping[str, str]) -> None:
        """Forget the case before."""
        self.parts = parts
        self.steps.clear()
        self.branches.clear()

    def watched(self, recipe: Recipe) -> Recipe:
        """The recipe, live, with actions that note down that they were walked."""
        steps = tuple(
            replace(step, action=cast("Action", _Watched(step.action, (recipe.id, step.id), self)))
            for step in recipe.steps
        )
        return replace(recipe, steps=steps, status="live")


class _Watched:
    """An action that notes down that it was walked, and where it went on; in all else it is the action."""

    def __init__(self, action: Action, place: tuple[str, str], walked: Walked) -> None:
        self._action = action
        self._place = place
        self._walked = walked
        self._names = branch_names(action)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    def do(self, hand: Hand) -> Wait | Hold | Leave | Go | None:
        action, walked = self._action, self._walked
        walked.steps.add(self._place)
        if isinstance(action, Split):
            given = walked.parts.get(self._place[1]) if self._place[0] == walked.tested else None
            number = action.drawn(hand) if given is None else self._names.index(given)
            self._went(number)
            return action.walk(hand, number)
        outcome = action.do(hand)
        if isinstance(outcome, Go):
            self._went(outcome.branch)
        elif isinstance(action, Choose):
            self._walked.branches.add((*self._place, _NONE_OF_THEM))
        return outcome

    def waited(self, *, heard: bool) -> Go | None:
        outcome = self._action.waited(heard=heard)
        if outcome is not None:
            self._went(outcome.branch)
        return outcome

    def _went(self, branch: int) -> None:
        if branch < len(self._names):
            self._walked.branches.add((*self._place, self._names[branch]))


def branch_names(action: Action) -> tuple[str, ...]:
    """What reports call the branches of an action, those without steps too."""
    if isinstance(action, Split):
        return tuple(part.name for part in action.parts)
    if isinstance(action, Choose):
        cases = (case.condition is not None for case in action.cases)
        return tuple(
            f"case {number}" if asks else _NONE_OF_THEM for number, asks in enumerate(cases, start=1)
        )
    return ("then", "otherwise", "skipped") if isinstance(action, WaitForIt) else ()


def empty_branches(step: Step) -> Iterator[str]:
    """The branches on which no step of their own stands, so that only their names can tell whether they were walked."""
    action = step.action
    if isinstance(action, Choose):
        if all(case.condition is not None for case in action.cases):
            yield _NONE_OF_THEM
        return
    listed = action.nested()
    for number, name in enumerate(branch_names(action)):
        possible = not isinstance(action, WaitForIt) or number in {THEN, OTHERWISE}
        if possible and not listed[number]:
            yield name
