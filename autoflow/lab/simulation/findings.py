"""What a simulation's sums say: days, hours, funnels and parts, for a terminal, a report or a program alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from autoflow.lab.periods import day_of, days_between
from autoflow.lab.simulation.counting import DRAWN
from autoflow.lab.simulation.tally import QUARTER, RecipeTally
from autoflow.lab.testing.walked import branch_names
from autoflow.language.definitions import Recipe
from autoflow.model.effects import EMAIL, ENDINGS, RUNNING
from autoflow.model.instants import from_wall, to_wall


class Hour(NamedTuple):
    """The hour that begins at `start`, UTC microseconds, and what was counted in it."""

    start: int
    number: int


class Stage(NamedTuple):
    """How many came to a step, and how many went on by each of its branches, under the names that reports use."""

    step: str
    reached: int
    branches: dict[str, int]


class Part(NamedTuple):
    """One part of a split: who fell into it in the span, mails to whoever walks it, and how those runs stand.

    `ended` counts by ending, and "running".
    """

    split: str
    part: str
    fell: int
    mails: int
    ended: dict[str, int]


def days(counts: Mapping[int, int], start: int, end: int, zone: str) -> list[tuple[date, int]]:
    """Every day of the span with what was counted on it, by the clock of the zone."""
    found = Counter(dict.fromkeys(days_between(day_of(start, zone), day_of(end, zone)), 0))
    for quarter, number in counts.items():
        found[day_of(max(quarter * QUARTER, start), zone)] += number
    return sorted(found.items())


def busiest(counts: Mapping[int, int], zone: str) -> Hour | None:
    """The hour on the zone's clock with the most; the first of several. None where nothing was counted."""
    found: Counter[int] = Counter()
    for quarter, number in counts.items():
        wall = to_wall(quarter * QUARTER, zone)
        found[from_wall(wall.replace(minute=0, second=0, microsecond=0), zone)] += number
    if not found:
        return None
    start, number = min(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return Hour(start, number)


def funnel(tally: RecipeTally, recipe: Recipe) -> list[Stage]:
    """The steps of a recipe in the order of its file."""
    return [
        Stage(
            step.id,
            tally.steps[step.id],
            {
                name: tally.branches[step.id, number]
                for number, name in enumerate(branch_names(step.action))
                if number < len(step.branches)
            },
        )
        for step in recipe.steps
    ]


def parts(tally: RecipeTally, recipe: Recipe) -> list[Part]:
    """The parts of each split, in the order of the file."""
    known = {(split, part) for split, part, _ in tally.parts}
    return [
        Part(
            step.id,
            name,
            tally.parts[step.id, name, DRAWN],
            tally.parts[step.id, name, EMAIL],
            {state: tally.parts[step.id, name, state] for state in (RUNNING, *ENDINGS)},
        )
        for step in recipe.steps
        for name in branch_names(step.action)
        if (step.id, name) in known
    ]
