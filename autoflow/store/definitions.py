"""What was applied: whole workspaces as releases, and versions of recipes and templates, made ready to run.

The daemon runs what was applied, so a half-saved file never goes live. A release takes effect where its row
stands in the log, between ticks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from autoflow.core.compiling import compile_program
from autoflow.core.fresh import Fresh, compare, everything
from autoflow.core.program import Program
from autoflow.language.definitions import Workspace
from autoflow.language.templates.templates import Template, read_template
from autoflow.language.workspace import read_workspace
from autoflow.model.event import APPLY
from autoflow.store import orders
from autoflow.store.database import Database, listed
from autoflow.store.last_look import Cap
from autoflow.store.lease import verify
from autoflow.store.pinned import pinned
from autoflow.store.standing import BUILT

RECIPE, TEMPLATE = "recipe", "template"
FOLDER = "templates/"


class Applied(NamedTuple):
    """A release ready to run, and what is new in it. `sweeps`: everybody has to be looked at."""

    release: int
    workspace: Workspace | None
    program: Program
    fresh: Fresh
    sweeps: bool


def latest_versions(database: Database, release: int = 1 << 31) -> dict[str, int]:
    """The newest version of each recipe applied up to a release."""
    return dict(
        database.all(
            "SELECT name, max(CAST(version AS INTEGER)) FROM version WHERE kind = ? AND release <= ? GROUP BY name",
            RECIPE,
            release,
        )
    )


def numbered(database: Database, workspace: Workspace) -> Workspace:
    """The workspace with each recipe's version: that of its meaning where it was applied, else the next one; and
    stopped what is stopped by hand.
    """
    latest = latest_versions(database)
    known = {
        (name, digest): int(version)
        for name, version, digest in database.all(
            "SELECT name, version, hash FROM version WHERE kind = ?", RECIPE
        )
    }
    recipes = {}
    for name, recipe in workspace.recipes.items():
        version = known.get((name, recipe.hash))
        if version is None or version != latest.get(name):
            version = latest.get(name, 0) + 1
        recipes[name] = replace(recipe, version=version)
    return orders.stopped(
        replace(workspace, recipes=recipes), orders.halts(database, latest_release(database))
    )


def program_of(
    database: Database,
    release: int,
    environment: Mapping[str, str],
    *,
    under_way: Collection[tuple[str, int]] | None = None,
    read: Workspace | None = None,
) -> tuple[Workspace, Program]:
    """A release, and what the core runs of it, with the older versions that somebody walks still.

    With `under_way` only these (recipe, version) are looked after. `read` is taken where its files are the
    release's, so that they are not read twice.
    """
    files = release_workspace(database, release, environment, read)
    workspace, program = _with_older(database, files, release, environment, under_way)
    return workspace, replace(program, moves=orders.moves(database, release))


def _with_older(
    database: Database,
    workspace: Workspace,
    release: int,
    environment: Mapping[str, str],
    under_way: Collection[tuple[str, int]] | None,
) -> tuple[Workspace, Program]:
    if under_way is None:
        under_way = _walking(database, environment, ())
    read = cache(lambda then: read_workspace(release_sources(database, then), environment))
    older = pinned(database, workspace, release, under_way, read)
    workspace = replace(workspace, templates={**older.templates, **workspace.templates})
    return workspace, compile_program(workspace, older.recipes)


def load_release(
    database: Database, release: int, environment: Mapping[str, str], walked: Iterable[int] = ()
) -> Applied:
    """Make a release ready to run; release 0 is the time before anything was applied.

    Somebody may still be on his way through a recipe as it was in one of the releases that are `walked`.
    """
    under_way = _walking(database, environment, walked)
    return _ready(
        database, release, environment, *program_of(database, release, environment, under_way=under_way)
    )


def load_proposed(
    database: Database, workspace: Workspace, environment: Mapping[str, str], walked: Iterable[int] = ()
) -> Applied:
    """A sound workspace (see `numbered`) made ready to run as the release that it would be, were it applied now."""
    latest, under_way = latest_release(database), _walking(database, environment, walked)
    made = _with_older(database, workspace, latest, environment, under_way)
    return _ready(database, latest + 1, environment, *made)


def _walking(
    database: Database, environment: Mapping[str, str], walked: Iterable[int]
) -> Collection[tuple[str, int]]:
    """Each (recipe, version) in which somebody is under way, or may be who entered in one of these releases."""
    rows = database.all("SELECT DISTINCT recipe, version FROM run WHERE state = 'running'")
    found = {(row[0], row[1]) for row in rows}
    for release in walked:
        recipes = release_workspace(database, release, environment).recipes
        found.update((name, recipe.version) for name, recipe in recipes.items())
    return sorted(found)


def _ready(
    database: Database,
    release: int,
    environment: Mapping[str, str],
    workspace: Workspace,
    program: Program,
) -> Applied:
    before = compile_program(release_workspace(database, release - 1, environment)) if release > 1 else None
    fresh = everything(program) if before is None else compare(before, program)
    halted = orders.halts(database, release - 1) != orders.halts(database, release)  # of deleted recipes, too
    sweeps = before is None or before.meaning() != program.meaning() or bool(program.moves) or halted
    program = replace(program, zone_before=before.zone if before is not None else "")
    return Applied(release, workspace, program, fresh, sweeps)


def caps(program: Program) -> tuple[Cap, ...]:
    """How much marketing mail a contact gets, by the project's word and by that of each recipe that sends any.

    Caps reach those under way on older versions too; only a deleted recipe's are its own still.
    """
    deleted = {name: recipe for (name, _), recipe in program.pinned.items() if name not in program.recipes}
    asked = [("", program.at_most)]
    asked += [(name, each.sending.at_most) for name, each in {**deleted, **program.recipes}.items()]
    return tuple((name, each.limit.most, each.limit.per) for name, each in asked if each is not None)


def enter_release(database: Database, applied: Applied, fence: int) -> None:
    """The engine has reached the place of a release: from here on it is in force."""
    with database.write():
        verify(database, fence)
        row = database.one(
            "SELECT seq, at FROM event WHERE seq > (SELECT cursor FROM state) AND name = ? ORDER BY seq LIMIT 1",
            APPLY,
        )
        assert row is not None
        forget_windows(database, applied)
        database.do(
            "UPDATE state SET cursor = ?, horizon = max(horizon, ?), release = ?, applied_at = ?,"
            " epoch = epoch + 1, built_to = ?",
            row[0],
            row[1] - 1,
            applied.release,
            row[1],
            0 if applied.sweeps else BUILT,
        )


def forget_windows(database: Database, applied: Applied, people: Collection[int] | None = None) -> None:
    """What is remembered anew must not find what was remembered once: of these contacts, or of all but those who are
    set aside, who come to this release later.
    """
    kept = listed(key for key in applied.program.memory_keys() if key not in applied.fresh.keys)
    database.do(
        "DELETE FROM window_entry WHERE memory NOT IN (SELECT value FROM json_each(?1)) AND"
        " CASE WHEN ?2 IS NULL THEN contact NOT IN (SELECT contact FROM set_aside)"
        " ELSE contact IN (SELECT value FROM json_each(?2)) END",
        kept,
        listed(people) if people is not None else None,
    )


def latest_release(database: Database) -> int:
    """The number of what was applied last, whether or not the engine has come to its place; 0 where nothing was."""
    row = database.one("SELECT coalesce(max(id), 0) FROM release")
    assert row is not None
    return int(row[0])


def latest_workspace(database: Database, environment: Mapping[str, str]) -> Workspace:
    """What was applied last, whether or not the engine has come to its place; an empty one where nothing was."""
    return release_workspace(database, latest_release(database), environment)


def template_at(database: Database, name: str, version: str) -> Template:
    """A template as it was when a message was decided; raises `KeyError` where it was never applied."""
    row = database.one(
        "SELECT release FROM version WHERE kind = ? AND name = ? AND version = ?", TEMPLATE, name, version
    )
    if row is None:
        raise KeyError(name)
    sources = release_sources(database, row[0])
    return read_template(
        name, {path[len(FOLDER) :]: text for path, text in sources.items() if path.startswith(FOLDER)}
    )


def release_sources(database: Database, release: int) -> dict[str, str]:
    """Every file of a release, by path."""
    return dict(
        database.all(
            "SELECT f.path, s.text FROM release_file f JOIN source s ON s.hash = f.hash WHERE f.release = ?",
            release,
        )
    )


def release_workspace(
    database: Database, release: int, environment: Mapping[str, str], read: Workspace | None = None
) -> Workspace:
    """A release as it was applied, its recipes with their versions; an empty workspace for release 0.

    Where somebody has `read` those very files, they are not read again.
    """
    sources = (
        release_sources(database, release) if release else {"autoflow.yaml": "name: nothing applied yet\n"}
    )
    workspace = read if read is not None and read.sources == sources else read_workspace(sources, environment)
    versions = latest_versions(database, release)
    recipes = {name: replace(recipe, version=versions[name]) for name, recipe in workspace.recipes.items()}
    return orders.stopped(replace(workspace, recipes=recipes), orders.halts(database, release))


def files_in(database: Database, release: int) -> dict[str, str]:
    """A hash of each file of a release, by path."""
    return dict(database.all("SELECT path, hash FROM release_file WHERE release = ?", release))
