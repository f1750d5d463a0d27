"""What was in force when: every release with what it changed, and every version of one recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from autoflow.lab.plan.changes import Changed, compare, recipe_changes
from autoflow.language.definitions import Recipe
from autoflow.model.effects import RUNNING
from autoflow.model.problems import AutoflowError, did_you_mean
from autoflow.store import orders
from autoflow.store.database import Database
from autoflow.store.definitions import files_in, latest_versions, release_workspace
from autoflow.store.orders import Halted
from autoflow.store.releases import Origin, origins, versions_of
from autoflow.store.reports import runs_by_version

Files = Mapping[str, str]
_STOPPED_NOTHING: Mapping[str, Halted] = MappingProxyType({})


@dataclass(frozen=True)
class Release:
    """One apply, and what it changed against the one before.

    `back_to` is the older release whose files it has again, 0 where its files are its own or those of the one before.
    `halted` are the recipes that were stopped by hand with it (None: that go on), `moved` those whose people under way
    it put on another version.
    """

    origin: Origin
    changes: tuple[Changed, ...]
    back_to: int = 0
    halted: Mapping[str, Halted | None] = field(default_factory=dict)
    moved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stop:
    """A recipe was stopped by hand: how, with which release, and with which it was not any more (None: it still is)."""

    state: Halted
    origin: Origin
    until: Origin | None


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
    found: list[Release] = []
    before, stopped, files = release_workspace(database, 0, environment), _STOPPED_NOTHING, dict[int, Files]()
    for number, origin in sorted(origins(database).items()):
        after, now = release_workspace(database, number, environment), orders.halts(database, number)
        halted = {
            name: now.get(name) for name in sorted({*stopped, *now}) if stopped.get(name) != now.get(name)
        }
        moved = sorted({recipe for recipe, _ in orders.moves(database, number)})
        back_to = _back_to(files, number, files_in(database, number))
        found.append(Release(origin, compare(before, after), back_to, halted, tuple(moved)))
        before, stopped = after, now
    return found[::-1]


def stops(database: Database, name: str) -> list[Stop]:
    """When a recipe was stopped by hand, the newest first."""
    found: list[Stop] = []
    state: Halted | None = None
    for number, origin in sorted(origins(database).items()):
        before, state = state, orders.halts(database, number).get(name)
        if state == before:
            continue
        if before is not None:
            found[-1] = replace(found[-1], until=origin)
        if state is not None:
            found.append(Stop(state, origin, None))
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


def _back_to(files: dict[int, Files], release: int, these: Files) -> int:
    """The last older release that had these very files, where the one before had others; 0 where none had.

    `files` are those of the releases before, to which these are added.
    """
    before, files[release] = files.get(release - 1), these
    if before == these:
        return 0
    return max((each for each in files if each < release and files[each] == these), default=0)


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
