"""The files beside what is applied: two columns, and the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from autoflow.cli.report.figures import Cut, cut
from autoflow.cli.simulate.outcomes import FIGURES
from autoflow.lab.simulation.playing import Changed, Compared
from autoflow.lab.simulation.simulate import Simulation
from autoflow.lab.simulation.tally import RecipeTally

_MOST_RECIPES, _MOST_NAMES = 60, 10


class Beside(NamedTuple):
    """A figure by what is applied and by the files; None where there is no such recipe."""

    what: str
    applied: int | None
    files: int | None

    @property
    def difference(self) -> int:
        """How much more there is by the files."""
        return (self.files or 0) - (self.applied or 0)


class Group(NamedTuple):
    """The figures of one recipe that differ."""

    name: str
    figures: list[Beside]


class Comparison(NamedTuple):
    """All recipes together, those in which something differs, the names of the others, and who gets more or fewer."""

    together: list[Beside]
    groups: Cut[Group]
    same: Cut[str]
    more: int
    fewer: int
    examples: Mapping[str, list[Changed]]

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(self.groups.shown or self.more or self.fewer)


def comparison(applied: Simulation, files: Simulation, compared: Compared) -> Comparison:
    """Beside each other, recipe by recipe."""
    before, after = ({each.recipe: each for each in found.recipes} for found in (applied, files))
    groups = [
        Group(name, list(_different(before.get(name), after.get(name)))) for name in sorted(before | after)
    ]
    others = [group for group in groups if group.figures]
    return Comparison(
        _together(applied, files),
        cut(others, _MOST_RECIPES),
        cut((group.name for group in groups if not group.figures), _MOST_RECIPES),
        compared.more,
        compared.fewer,
        {word: found[:_MOST_NAMES] for word, found in compared.examples.items()},
    )


def _different(before: RecipeTally | None, after: RecipeTally | None) -> Iterator[Beside]:
    """What is not the same; a recipe that only one side has differs in all that it does."""
    for what, figure in FIGURES:
        beside = Beside(what, figure(before) if before else None, figure(after) if after else None)
        if beside.difference:
            yield beside


def _together(applied: Simulation, files: Simulation) -> list[Beside]:
    sums = [
        Beside(what, sum(map(figure, applied.recipes)), sum(map(figure, files.recipes)))
        for what, figure in FIGURES
    ]
    return [sums[0], Beside("people who get mail", applied.mailed, files.mailed), *sums[1:]]
