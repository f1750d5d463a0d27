"""How far people came in a recipe: its steps with their branches, and the parts of its splits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from autoflow.cli.report.figures import Cut, cut
from autoflow.kinds.actions.choose import Choose
from autoflow.kinds.actions.split import Split
from autoflow.kinds.base import Action, Step
from autoflow.lab.simulation.findings import Part, Stage, funnel, parts
from autoflow.lab.simulation.tally import RecipeTally
from autoflow.lab.testing.walked import branch_names
from autoflow.language.definitions import Recipe
from autoflow.language.wording import written
from autoflow.model.effects import GOAL

_MOST_STEPS = 60
_FEW = 100


class StepLine(NamedTuple):
    """A step and how many came to it, or (`branch`) one of its branches and how many went on by it."""

    depth: int
    name: str
    says: str
    number: int
    branch: bool = False


class PartLine(NamedTuple):
    """A part of a split; `rate` is the share of goals among those who fell into it, None where nobody did.

    `first` is the first part of its split.
    """

    part: Part
    goals: int
    rate: float | None
    holdout: bool
    first: bool


def steps(tally: RecipeTally, recipe: Recipe) -> Cut[StepLine]:
    """How far people came, step by step, with branches where they stand."""
    stages = {stage.step: stage for stage in funnel(tally, recipe)}
    top, position = [], 0
    while position < len(recipe.steps):
        top.append(recipe.steps[position])
        position += _size(recipe.steps[position])
    return cut(_steps(top, stages, 0), _MOST_STEPS)


def _size(step: Step) -> int:
    return 1 + sum(_size(inner) for branch in step.action.nested() for inner in branch)


def _steps(listed: Sequence[Step], stages: Mapping[str, Stage], depth: int) -> Iterator[StepLine]:
    for step in listed:
        stage, says = stages[step.id], written(step.action)
        own = "" if step.id.partition(":")[0] == step.action.word else step.id
        yield StepLine(depth, own or says, says if own else "", stage.reached)
        inside = step.action.nested()
        for number, name in enumerate(branch_names(step.action)):
            walked = stage.branches.get(name, 0)
            nested = inside[number] if number < len(inside) else ()
            if not walked and not nested:
                continue
            yield StepLine(depth + 1, name, _of_branch(step.action, number), walked, branch=True)
            yield from _steps(nested, stages, depth + 2)


def _of_branch(action: Action, number: int) -> str:
    """What the name of a branch does not say: its condition, and that those who are held out walk it too."""
    if isinstance(action, Choose):
        asked = action.conditions()
        return asked[number].says() if number < len(asked) else ""
    if isinstance(action, Split) and any(part.holdout and not part.steps for part in action.parts):
        walked = next(place for place, part in enumerate(action.parts) if not part.holdout)
        return "with those who are held out, to whom nothing goes" if number == walked else ""
    return ""


def split_parts(tally: RecipeTally, recipe: Recipe) -> list[PartLine]:
    """The parts of each split, side by side."""
    out = {
        (step.id, part.name)
        for step in recipe.steps
        if isinstance(step.action, Split)
        for part in step.action.parts
        if part.holdout
    }
    found, lines = parts(tally, recipe), []
    for number, part in enumerate(found):
        reached = part.ended[GOAL]
        rate = reached / part.fell if part.fell else None
        first = not number or found[number - 1].split != part.split
        lines.append(PartLine(part, reached, rate, (part.split, part.part) in out, first))
    return lines


def best(found: Iterable[PartLine]) -> float:
    """The highest share of goals."""
    return max((each.rate or 0 for each in found), default=0)


def few(found: Iterable[PartLine]) -> bool:
    """Whether a part is so small that a difference tells nothing."""
    return any(each.part.fell < _FEW for each in found)
