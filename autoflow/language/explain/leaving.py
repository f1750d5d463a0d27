"""Who leaves a recipe before its end."""

from __future__ import annotations

from collections.abc import Iterator

from autoflow.kinds.base import Condition
from autoflow.language.definitions import Recipe
from autoflow.language.explain.conditions import condition_line
from autoflow.language.explain.course import Course
from autoflow.language.explain.told import Line
from autoflow.model.durations import NOTHING


def leaving_lines(recipe: Recipe, comes_to: Course) -> tuple[Line, ...]:
    """What ends a run early, or that nothing does."""
    found = [*_ended(recipe.goal, "With success, as soon as")]
    found += _ended(recipe.exit, "Without success, as soon as")
    if recipe.keep_while is not None:
        found.append(
            condition_line("Before each step he is looked at: he goes on only if", recipe.keep_while)
        )
    if found:
        return (*found, Line("Whoever leaves gets nothing more of it."))
    if comes_to.longest == NOTHING and not comes_to.depends:
        return (Line("Nobody: all of it happens at once."),)
    return (
        Line(
            "Nobody: there is neither a goal nor an exit, so whoever has entered walks to the end, whatever he does"
            " meanwhile."
        ),
    )


def _ended(condition: Condition | None, opening: str) -> Iterator[Line]:
    if condition is not None:
        yield condition_line(opening, condition)
