"""Who stands already where a new or changed trigger would bring him, and does not enter because a file changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from autoflow.core.existing import admits, admitted
from autoflow.core.program import Listener, Program
from autoflow.kinds.base import SEGMENT
from autoflow.language.definitions import Recipe, Workspace
from autoflow.model.problems import AutoflowError, did_you_mean
from autoflow.store.foreseeing import Seen

_STATUS = {"draft": "a draft", "paused": "paused", "draining": "draining"}


@dataclass
class Existing:
    """Those who would enter a recipe by a trigger, were they let in at the apply.

    `moved` is how many of them stand there only by this change. `chosen` says whether they are to enter; then `keys`
    are theirs, in the order in which they became known. `examples` names the first few.
    """

    recipe: str
    trigger: str
    says: str
    chosen: bool
    matches: int = 0
    moved: int = 0
    examples: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def concerned(before: Workspace, after: Workspace, program: Program, segments: Collection[str]) -> list[str]:
    """The recipes of whom somebody may have expected to be let in: new ones, and those that go live or whose triggers,
    or the segments that these listen to, are others.
    """
    return [
        name
        for name, listeners in admits(program).items()
        if _is_live(after.recipes[name])
        and (
            not _is_live(before.recipes.get(name))
            or before.recipes[name].triggers != after.recipes[name].triggers
            or not segments_of(listeners).isdisjoint(segments)
        )
    ]


def _is_live(recipe: Recipe | None) -> bool:
    return recipe is not None and recipe.status == "live"


def segments_of(listeners: Iterable[Listener]) -> frozenset[str]:
    """The segments in which those stand whom these triggers could let in."""
    standing = (listener.trigger.standing() for listener in listeners)
    return frozenset(
        name for each in standing if each is not None for kind, name in each.topics() if kind == SEGMENT
    )


def check_choice(names: Iterable[str], files: Workspace, workspace: Workspace, program: Program) -> None:
    """Raise `AutoflowError` where people cannot be let into one of these recipes at an apply: the `files` as they are
    written, and as they would be in force.
    """
    able = admits(program)
    for name in names:
        recipe = workspace.recipes.get(name)
        if recipe is None:
            near = did_you_mean(name, workspace.recipes)
            raise AutoflowError(
                f'There is no recipe called "{name}".', f'Did you mean "{near}"?' if near else ""
            )
        if recipe.status != "live":
            by_hand = files.recipes[name].status == "live"
            fix = (
                f"`autoflow resume {name}` lets it go on."
                if by_hand
                else f"Write `status: live` in recipes/{name}.yaml."
            )
            raise AutoflowError(f'The recipe "{name}" is {_STATUS[recipe.status]}, so nobody enters it.', fix)
        if name not in able:
            raise AutoflowError(
                f'The recipe "{name}" has no trigger `segment_entered`, so nobody stands where it would let him in.',
                "`autoflow enter` puts people into recipes that have the trigger `manual`.",
            )


class Matching:
    """Counts, person by person, who would enter these recipes."""

    def __init__(
        self, program: Program, recipes: Iterable[str], chosen: Collection[str], at: int, examples: int
    ) -> None:
        self._program = program
        self._at = at
        self._examples = examples
        self._listeners: Mapping[str, tuple[Listener, ...]] = {
            name: listeners for name, listeners in admits(program).items() if name in set(recipes)
        }
        self.found = {
            (each.recipe.id, each.id): Existing(
                each.recipe.id, each.id, each.trigger.says(), each.recipe.id in chosen
            )
            for listeners in self._listeners.values()
            for each in listeners
        }

    def take(self, seen: Seen) -> None:
        """Somebody enters a recipe at most once, by the first of its triggers that lets him in."""
        for listeners in self._listeners.values():
            for listener in listeners:
                if admitted(self._program, seen.record, listener, self._at):
                    self._count(seen, listener)
                    break

    def _count(self, seen: Seen, listener: Listener) -> None:
        found = self.found[listener.recipe.id, listener.id]
        found.matches += 1
        found.moved += segments_of((listener,)).isdisjoint(seen.segments)
        if len(found.examples) < self._examples:
            found.examples.append(seen.record.name)
        if found.chosen:
            found.keys.append(seen.record.key)
