"""What was in force when: every release with what it changed, and every version of one recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autoflow.lab.plan.changes import Changed, compare, recipe_changes
from autoflow.language.definitions import Recipe
from autoflow.model.effects import RUNNING
from autoflow.model.problems import AutoflowError, did_you_mean
from autoflow.store.database import Database
from autoflow.store.definitions import latest_versions, release_workspace
from autoflow.store.releases import Origin, origins, versions_of
from autoflow.store.reports import runs_by_version


@dataclass(frozen=True)
class Release:
    """One apply, and what it changed against the one before."""

    origin: Origin
    changes: tuple[Changed, ...]


@dataclass(frozen=True)
class Version:
    """One version of a recipe: the release that brought it, the one with which it was in force no longer (None: it is
    in force), how many ever entered on it, and how many are under way.
    """

    version: int
    origin: Origin
    until: Origin | None
    entered: int
    under_way: int
    recipe: Recipe


def releases(database: Database, environment: Mapping[str, str]) -> list[Release]:
    """Every release, the newest first."""
    found, before = [], release_workspace(database, 0, environment)
    for number, origin in sorted(origins(database).items()):
        after = release_workspace(database, number, environment)
        found.append(Release(origin, compare(before, after)))
        before = after
    return found[::-1]


def versions(database: Database, name: str, environment: Mapping[str, str]) -> list[Version]:
    """Every version of a recipe, the newest first; raises `AutoflowError` where there was never such a recipe."""
    brought, known = versions_of(database, name), origins(database)
    if not brought:
        near = did_you_mean(name, latest_versions(database))
        hint = f'Did you mean "{near}"?' if near else "`autoflow versions` lists what was applied when."
        raise AutoflowError(f'There was never a recipe called "{name}" in force.', hint)
    runs, ends = runs_by_version(database, name), _ends(database, name, environment, brought)
    return [
        Version(
            version,
            known[release],
            known.get(ends[version]),
            sum(runs.get(version, {}).values()),
            runs.get(version, {}).get(RUNNING, 0),
            release_workspace(database, release, environment).recipes[name],
        )
        for version, release in sorted(brought.items(), reverse=True)
    ]


def difference(
    database: Database, name: str, pair: tuple[int, int], environment: Mapping[str, str]
) -> Changed:
    """What the second of two versions of a recipe says otherwise; raises `AutoflowError` where there is no such."""
    found = {each.version: each.recipe for each in versions(database, name, environment)}
    for version in pair:
        if version not in found:
            there = f"There is {', '.join(map(str, sorted(found)))}."
            raise AutoflowError(f"{name} has no version {version}.", there)
    before, after = pair
    changes = tuple(recipe_changes(found[before], found[after]))
    return Changed("recipe", name, "changed", changes, after, before)


def _ends(
    database: Database, name: str, environment: Mapping[str, str], brought: Mapping[int, int]
) -> dict[int, int]:
    """The release with which each version was in force no longer; 0 where it is."""
    ends = dict.fromkeys(brought, 0)
    current = 0
    for release in sorted(origins(database)):
        recipe = release_workspace(database, release, environment).recipes.get(name)
        version = recipe.version if recipe is not None else 0
        if current and version != current:
            ends[current] = release
        if version:
            ends[version] = 0  # it may have been in force before
        current = version
    return ends
