"""Steps as they are walked: which ones and which branches, and splits in which a case says where the contact falls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, cast

from autoflow.kinds.actions.choose import Choose
from autoflow.kinds.actions.enter_recipe import EnterRecipe
from autoflow.kinds.actions.split import Split
from autoflow.kinds.actions.wait_for import SKIPPED, WaitForIt
from autoflow.kinds.base import Action
from autoflow.kinds.hand import Go, Hand, Hold, Leave, Wait
from autoflow.language.definitions import Recipe
from autoflow.model.contact import Record

_NONE_OF_THEM = "otherwise"
DID, HANDED, WAITS, AWAITS, WENT, WAITED = "did", "handed", "waits", "awaits", "went", "waited"


class Stride(NamedTuple):
    """What one step came to, told behind line `n` of the contact's journal.

    `way`: DID something, or nothing, at once; HANDED the contact on to another recipe, WENT into a branch, or has
    WAITED and goes on by one, each named in `branch`; WAITS until an instant, or AWAITS something, at most until then.
    `entry` is the run, 0 for what has WAITED: it is that of
    whatever of its recipe comes next.
    """

    n: int
    recipe: str
    entry: int
    step: str
    way: str
    until: int = 0
    branch: str = ""


@dataclass
class Walked:
    """What the case being played has walked: steps as (recipe, step), branches as (recipe, step, branch).

    `parts` says, for the recipe `tested`, into which part of a split the contact falls, and `record` is the contact.
    """

    tested: str
    parts: Mapping[str, str] = field(default_factory=dict)
    record: Record = field(default_factory=lambda: Record("", ""))
    steps: set[tuple[str, str]] = field(default_factory=set)
    branches: set[tuple[str, str, str]] = field(default_factory=set)
    strides: list[Stride] = field(default_factory=list)

    def begin(self, record: Record, parts: Mapping[str, str]) -> None:
        """Forget the case before."""
        self.record = record
        self.parts = parts
        self.steps.clear()
        self.branches.clear()
        self.strides.clear()

    def take(self) -> list[Stride]:
        """The strides since the last time, in order."""
        taken, self.strides = self.strides, []
        return taken

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
        action, walked, run = self._action, self._walked, hand.view.run
        assert run is not None
        walked.steps.add(self._place)
        if isinstance(action, Split):
            given = walked.parts.get(self._place[1]) if self._place[0] == walked.tested else None
            number = action.drawn(hand) if given is None else self._names.index(given)
            self._went(self._names[number])
            return action.walk(hand, number)
        outcome = action.do(hand)
        if isinstance(outcome, Go):
            self._stride(run.entry, WENT, branch=self._went(self._name(outcome)))
        elif isinstance(action, Choose):
            self._stride(run.entry, WENT, branch=self._went(_NONE_OF_THEM))
        elif isinstance(outcome, Wait):
            awaits = action.listens() is not None or action.awaited() is not None
            self._stride(run.entry, AWAITS if awaits else WAITS, until=outcome.until)
        elif isinstance(action, EnterRecipe):
            self._stride(run.entry, HANDED, branch=action.target())
        elif not isinstance(outcome, Leave):
            self._stride(run.entry, DID)
        return outcome

    def waited(self, *, heard: bool) -> Go | None:
        outcome = self._action.waited(heard=heard)
        if outcome is not None:
            self._stride(0, WAITED, branch=self._went(self._name(outcome)))
        return outcome

    def _name(self, way: Go) -> str:
        return self._names[way.branch] if way.branch < len(self._names) else ""

    def _went(self, branch: str) -> str:
        if branch:
            self._walked.branches.add((*self._place, branch))
        return branch

    def _stride(self, entry: int, way: str, *, until: int = 0, branch: str = "") -> None:
        recipe, step = self._place
        self._walked.strides.append(Stride(self._walked.record.n, recipe, entry, step, way, until, branch))


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


def branches_of(action: Action) -> tuple[str, ...]:
    """The branches that somebody can walk: also that of a `choose` without `otherwise` of which no case holds."""
    names = branch_names(action)
    if isinstance(action, Choose) and all(case.condition is not None for case in action.cases):
        return (*names, _NONE_OF_THEM)
    if isinstance(action, WaitForIt) and not action.skipped:
        return names[:SKIPPED]
    return names


def empty_branches(action: Action) -> Iterator[str]:
    """The branches on which no step of their own stands, so that only their names can tell whether they were walked."""
    listed = action.nested()
    for number, name in enumerate(branches_of(action)):
        if number >= len(listed) or not listed[number]:
            yield name
