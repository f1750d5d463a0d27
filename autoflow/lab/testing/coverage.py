"""How much of each recipe the cases walked: its steps, and the branches at which they go one way or another."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from autoflow.lab.testing.walked import branches_of
from autoflow.language.definitions import Recipe


class Coverage(NamedTuple):
    """Of how many steps and branches how many were walked; `recipe` is empty for all recipes together."""

    recipe: str
    steps: int
    steps_walked: int
    branches: int
    branches_walked: int

    @property
    def all(self) -> int:
        """How many steps and branches there are."""
        return self.steps + self.branches

    @property
    def walked(self) -> int:
        """How many of them were walked."""
        return self.steps_walked + self.branches_walked

    @property
    def percent(self) -> int:
        """The share that was walked, rounded down: 100 says that it was all."""
        return self.walked * 100 // self.all if self.all else 100

    def below(self, percent: float) -> bool:
        """Whether less than that was walked, to the letter."""
        return self.walked * 100 < percent * self.all


def coverage(
    recipe: Recipe, steps: Collection[tuple[str, str]], branches: Collection[tuple[str, str, str]]
) -> Coverage:
    """That of a recipe, where (recipe, step) and (recipe, step, branch) were walked."""
    names = [(recipe.id, step.id, name) for step in recipe.steps for name in branches_of(step.action)]
    return Coverage(
        recipe.id,
        len(recipe.steps),
        sum((recipe.id, step.id) in steps for step in recipe.steps),
        len(names),
        sum(name in branches for name in names),
    )


def together(parts: Iterable[Coverage]) -> Coverage:
    """That of several recipes."""
    found = list(parts)
    return Coverage(
        "",
        sum(each.steps for each in found),
        sum(each.steps_walked for each in found),
        sum(each.branches for each in found),
        sum(each.branches_walked for each in found),
    )
