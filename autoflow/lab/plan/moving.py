"""Where `apply --move-running` puts those under way: on the steps of the new version that stand for theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from autoflow.lab.plan.words import steps_paired
from autoflow.language.definitions import Recipe, Workspace
from autoflow.store.database import Database
from autoflow.store.definitions import latest_release, numbered, release_workspace
from autoflow.store.releases import versions_of
from autoflow.store.reports import under_way
from autoflow.store.standing import standing


@dataclass(frozen=True)
class Moving:
    """Those under way on one older version of a recipe: how many move, and how many have no place, by their step.

    `steps` says at which step of version `after` whoever stands on one goes on.
    """

    recipe: str
    before: int
    after: int
    steps: Mapping[str, str]
    people: int = 0
    unplaced: Mapping[str, int] = field(default_factory=dict)


def moving(
    database: Database, workspace: Workspace, environment: Mapping[str, str], recipes: Collection[str] = ()
) -> list[Moving]:
    """Everybody under way on a version of these recipes (of all, where none is named) that the files do not say.

    Versions that somebody may be on by the time that the engine comes to the release are among them, with nobody.
    """
    found: dict[tuple[str, int], dict[str, int]] = {}
    for row in under_way(database):
        if not recipes or row.recipe in recipes:
            found.setdefault((row.recipe, row.version), {})[row.step] = row.people
    for release in range(max(1, standing(database).release), latest_release(database) + 1):
        for name, recipe in release_workspace(database, release, environment).recipes.items():
            if not recipes or name in recipes:  # whoever enters by what is unread, or is moved to it before
                found.setdefault((name, recipe.version), {})
    files = numbered(database, workspace).recipes
    return [
        _moving(old, new, standing)
        for old, new, standing in _pairs(database, files, environment, found)
        if old.version != new.version
    ]


def _pairs(
    database: Database,
    files: Mapping[str, Recipe],
    environment: Mapping[str, str],
    found: Mapping[tuple[str, int], dict[str, int]],
) -> Iterator[tuple[Recipe, Recipe, dict[str, int]]]:
    """The version that people walk, the one of the files, and where they stand; a deleted recipe has none."""
    for (name, version), there in found.items():
        new = files.get(name)
        if new is None or new.version == version:
            continue
        release = versions_of(database, name)[version]
        yield release_workspace(database, release, environment).recipes[name], new, there


def _moving(old: Recipe, new: Recipe, standing: Mapping[str, int]) -> Moving:
    steps = steps_paired(old.steps, new.steps)
    unplaced = {step: people for step, people in standing.items() if step not in steps}
    placed = sum(standing.values()) - sum(unplaced.values())
    return Moving(old.id, old.version, new.version, steps, placed, unplaced)
