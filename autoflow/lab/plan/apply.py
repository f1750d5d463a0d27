"""An apply that lets people in who match already, or that applies what was planned and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from autoflow.lab.plan.file import PlanFile, check_basis, check_files
from autoflow.lab.plan.letting_in import Pace, put_forward, read_pace
from autoflow.lab.plan.plan import Plan, matching
from autoflow.language.definitions import Workspace
from autoflow.store import rollbacks
from autoflow.store.applying import apply_within, files_of
from autoflow.store.database import Database
from autoflow.store.orders import Moves, Orders
from autoflow.store.planned import basis

Progress = Callable[[int, int], None]
Allow = Callable[[Collection[str]], None]


class Entering(NamedTuple):
    """How many are put forward for a recipe because they match already; where not at once, when the last of them is."""

    recipe: str
    people: int
    until: int | None


class Outcome(NamedTuple):
    """What an apply did: the release's number, None where nothing had changed, and who was put forward with it."""

    release: int | None
    entering: tuple[Entering, ...]


class Files(NamedTuple):
    """What is applied, when and by whom: a sound workspace, the variables that it names, an instant, a commit; how
    people are moved who are under way (`lab.plan.moving`); and upon which release, where that matters.
    """

    workspace: Workspace
    environment: Mapping[str, str]
    now: int
    by: str
    commit: str
    moved: Moves = MappingProxyType({})
    upon: int | None = None


class LetIn(NamedTuple):
    """Into which recipes those are let who match already (see `plan`), and how fast."""

    recipes: Sequence[str] = ()
    pace: Pace | None = None


def apply_letting_in(
    database: Database, files: Files, let_in: LetIn, allow: Allow, progress: Progress | None = None
) -> Outcome:
    """Apply, and let those in who match already. Where nothing has changed, they enter all the same.

    `allow` hears into which recipes people are let, and raises where that is not to be. Raises `AutoflowError`, and
    changes nothing, where nobody can be let into a recipe so.
    """
    return _apply(database, files, let_in, allow, progress)


def apply_planned(
    database: Database, files: Files, planned: PlanFile, allow: Allow, progress: Progress | None = None
) -> Outcome:
    """Apply exactly what was planned, who enters included; raises `AutoflowError`, and changes nothing, where the
    store, what was applied or the files are others by now.
    """

    def check() -> None:
        check_basis(planned, basis(database))

    check_files(planned, files_of(files.workspace))
    check()
    pace = read_pace(planned.pace) if planned.pace else None
    return _apply(database, files, LetIn(planned.existing, pace), allow, progress, check)


def _apply(
    database: Database,
    files: Files,
    let_in: LetIn,
    allow: Allow,
    progress: Progress | None,
    before: Callable[[], None] | None = None,
) -> Outcome:
    workspace, environment, now, by, commit, moved, upon = files
    found = None
    if let_in.recipes:
        found = matching(database, workspace, environment, now, let_in.recipes, progress)
    people, pace = _by_recipe(found), let_in.pace
    allow(people.keys())
    begin = found.at if found is not None else now
    behind = (
        message
        for recipe, who in people.items()
        for message in put_forward(database, recipe, who, begin, pace)
    )
    with database.write():
        if before is not None:
            before()
        orders = Orders(moved=moved, upon=upon)
        release = apply_within(database, workspace, now, by=by, commit=commit, behind=behind, ordered=orders)
        rollbacks.forgive(database, files_of(workspace))
    return Outcome(
        release,
        tuple(
            Entering(recipe, len(who), pace.instant(max(0, len(who) - 1), begin) if pace else None)
            for recipe, who in people.items()
        ),
    )


def _by_recipe(found: Plan | None) -> dict[str, dict[str, str]]:
    """Of each recipe the trigger by which each enters, by his key."""
    people: dict[str, dict[str, str]] = {}
    for each in found.existing if found is not None else ():
        people.setdefault(each.recipe, {}).update(dict.fromkeys(each.keys, each.trigger))
    return people
