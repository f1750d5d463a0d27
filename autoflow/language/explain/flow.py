"""A recipe as a flow to be drawn: what it begins with, its steps row by row, its end, and who leaves before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from autoflow.language.definitions import Recipe
from autoflow.language.explain.conditions import in_one
from autoflow.language.explain.told import RecipeTold, StepTold, WayTold, joined

_LONGEST = 160


class Arm(NamedTuple):
    """A way as it is drawn: what stands on the line, its steps, and a note where it has none of its own.

    `ends`: it leads nowhere any more.
    """

    label: str
    row: tuple[Node, ...]
    note: str
    ends: bool


class Node(NamedTuple):
    """A step as it is drawn; `looks` is that of the step."""

    text: str
    looks: str
    arms: tuple[Arm, ...]

    @property
    def ends(self) -> bool:
        """Whether nobody goes on behind it."""
        return self.looks == "exit" or (bool(self.arms) and all(arm.ends for arm in self.arms))


class Early(NamedTuple):
    """A way out before the end; `looks` is `goal` or `exit`."""

    text: str
    looks: str


class Flow(NamedTuple):
    """A whole recipe. `end` is empty where every way ends by itself before."""

    name: str
    short: str
    start: str
    asked: str
    row: tuple[Node, ...]
    end: str
    early: tuple[Early, ...]


def flow(recipe: Recipe, told: RecipeTold) -> Flow:
    """The recipe in the order in which it is walked; `told` is the same recipe in words."""
    row = _row(told.steps)
    return Flow(
        recipe.id,
        _short(f"{told.short[:1].upper()}{told.short[1:]}"),
        _short(f"When {joined([trigger.says() for trigger in recipe.triggers], 'or')}"),
        _short(f"Only if {in_one(recipe.conditions)}") if recipe.conditions is not None else "",
        row,
        "" if row[-1].ends else "Through",
        tuple(_early(recipe)),
    )


def _early(recipe: Recipe) -> Iterator[Early]:
    asked = (("goal", "Goal", recipe.goal), ("exit", "Exit", recipe.exit))
    for looks, what, condition in asked:
        if condition is not None:
            yield Early(_short(f"{what}: {in_one(condition)}"), looks)
    if recipe.keep_while is not None:
        yield Early(_short(f"Goes on only while {in_one(recipe.keep_while)}"), "exit")


def _row(steps: tuple[StepTold, ...]) -> tuple[Node, ...]:
    return tuple(
        Node(_short(f"{step.number}. {step.brief}"), step.looks, tuple(map(_arm, step.ways)))
        for step in steps
    )


def _arm(way: WayTold) -> Arm:
    row = _row(way.steps)
    return Arm(_short(f"{way.says} {way.asked}".strip()), row, way.aside, bool(row) and row[-1].ends)


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= _LONGEST else f"{one[: _LONGEST - 1]}…"
