"""The steps of all recipes that do one sort of thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from autoflow.kinds.base import Step
from autoflow.language.recipe import ReadRecipe

A = TypeVar("A")


def steps_of(recipes: Mapping[str, ReadRecipe], kind: type[A]) -> Iterator[tuple[ReadRecipe, Step, A]]:
    """Every such step with its recipe, in the order of their names and of the files."""
    for name in sorted(recipes):
        read = recipes[name]
        for step in read.recipe.steps if read.recipe else ():
            if isinstance(step.action, kind):
                yield read, step, step.action
