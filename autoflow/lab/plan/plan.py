"""What an apply would change, before anybody applies: the files against what was applied last, and what that does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from autoflow.core.existing import admits
from autoflow.core.program import Program
from autoflow.lab.plan.changes import Changed, compare
from autoflow.lab.plan.existing import Existing, Matching, check_choice, concerned, segments_of
from autoflow.lab.plan.forecast import forecast
from autoflow.lab.plan.people import Population, Populations, Touched, touched
from autoflow.lab.plan.waiting import Waiting, waiting
from autoflow.lab.plan.weekly import Forecast
from autoflow.lab.simulation.collecting import no_collecting
from autoflow.lab.simulation.playing import Workshop
from autoflow.language.definitions import Workspace
from autoflow.language.names import SETTINGS_FILE
from autoflow.model.problems import AutoflowError
from autoflow.store.database import Database
from autoflow.store.definitions import latest_workspace, numbered
from autoflow.store.foreseeing import Foresight
from autoflow.store.planned import Basis, basis
from autoflow.store.reports import under_way

Progress = Callable[[int, int], None]
CONCERNED = "*"
"""Stands, among the recipes into which people are to be let, for all that the change concerns."""


class Outlook(NamedTuple):
    """What the seven days from the apply may bring by what is applied now, and after."""

    now: Forecast
    after: Forecast


@dataclass(frozen=True)
class Plan:
    """What would change at the instant `at` (UTC microseconds), upon what is applied.

    `left_out` counts contacts who could not be worked out. `outlook` is there where it was asked for and a full week
    is recorded.
    """

    basis: Basis
    at: int
    changes: tuple[Changed, ...]
    segments: tuple[Population, ...] = ()
    audiences: tuple[Population, ...] = ()
    existing: tuple[Existing, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    left_out: int = 0
    outlook: Outlook | None = None

    @property
    def applied(self) -> int:
        """The release that was applied last, 0 where none was."""
        return self.basis.release


def plan(
    database: Database,
    workspace: Workspace,
    environment: Mapping[str, str],
    now: int,
    *,
    existing: Sequence[str] = (),
    examples: int = 10,
    progress: Progress | None = None,
) -> Plan:
    """What applying a sound workspace to this store at `now`, or right after what is recorded, would change.

    `existing` names the recipes into which those are let who match already, or `CONCERNED`; `examples` is how many
    people are named. Nothing is written. Where nothing is recorded there are the changes alone. Raises `AutoflowError`
    where nobody can be let into a recipe so.
    """
    with database.read():
        return _plan(database, workspace, environment, now, existing, examples, progress)


def with_outlook(
    found: Plan,
    database: Database,
    workshop: Workshop,
    *,
    weeks: int,
    processes: int = 1,
    progress: Progress | None = None,
) -> Plan:
    """The plan with what the seven days from it on may bring, by the last full weeks before it, up to so many.

    The workshop makes the programs of what is applied and of the files, in this order.
    """
    made = forecast(database, workshop, found.at, weeks=weeks, processes=processes, progress=progress)
    return replace(found, outlook=Outlook(*made) if made is not None else None)


def matching(
    database: Database,
    workspace: Workspace,
    environment: Mapping[str, str],
    now: int,
    existing: Sequence[str],
    progress: Progress | None = None,
) -> Plan:
    """The same for whoever applies it now and lets those enter who match already: `existing` holds the chosen alone.

    Raises `AutoflowError` where nobody can be let into a recipe so, or none is concerned.
    """
    with database.read():
        found = _plan(database, workspace, environment, now, existing, 0, progress)
    chosen = tuple(each for each in found.existing if each.chosen)
    if not chosen:
        raise AutoflowError(
            "This change concerns no recipe into which those could be let who match already.",
            "Name the recipe: `--include-existing RECIPE`.",
        )
    return replace(found, existing=chosen)


def _plan(
    database: Database,
    workspace: Workspace,
    environment: Mapping[str, str],
    now: int,
    existing: Sequence[str],
    examples: int,
    progress: Progress | None,
) -> Plan:
    upon = basis(database)
    before, after = latest_workspace(database, environment), numbered(database, workspace)
    foresight = Foresight(database, after, environment, now)
    program = foresight.proposed.program
    moved = touched(foresight.applied.program, program)
    asked = concerned(before, after, program, moved.segments)
    named = [name for name in existing if name != CONCERNED]
    check_choice(named, workspace, after, program)
    chosen = {*named, *(asked if CONCERNED in existing else ())}
    populations = Populations(examples)
    matching = Matching(program, {*asked, *chosen}, chosen, foresight.at, examples)
    whom = _whom(foresight, program, moved, [*asked, *chosen])
    with no_collecting():
        for seen in foresight.people(whom, progress):
            populations.take(seen)
            matching.take(seen)
    return Plan(
        upon,
        foresight.at,
        _changes(before, after, upon.release),
        populations.segments(moved.segments),
        populations.audiences(),
        tuple(matching.found.values()),
        tuple(waiting(before, after, under_way(database))),
        foresight.aside,
    )


def _whom(foresight: Foresight, program: Program, moved: Touched, recipes: Sequence[str]) -> Sequence[int]:
    """Who has to be looked at: everybody where memberships could change, or those in the segments of triggers."""
    if moved:
        return foresight.everybody()
    able = admits(program)
    segments = frozenset().union(*(segments_of(able[name]) for name in recipes))
    return foresight.those_in(segments) if segments else ()


def _changes(before: Workspace, after: Workspace, applied: int) -> tuple[Changed, ...]:
    changes = compare(before, after)
    if applied:
        return changes
    return (
        Changed("settings", SETTINGS_FILE, "added"),
        *(each for each in changes if each.kind != "settings"),
    )
