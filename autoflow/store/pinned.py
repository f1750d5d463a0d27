"""Older versions of recipes that somebody walks still, and recipes that were deleted while somebody is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from autoflow.language.definitions import Recipe, Workspace
from autoflow.language.templates.templates import Template
from autoflow.store import orders
from autoflow.store.database import Database

Files = Callable[[int], Workspace]
"""A release as its files say, whatever was stopped by hand."""


class Pinned(NamedTuple):
    """Recipes by name and version, and the templates of their time, which may be gone since."""

    recipes: dict[tuple[str, int], Recipe]
    templates: dict[str, Template]


def pinned(
    database: Database, workspace: Workspace, release: int, under_way: Iterable[tuple[str, int]], files: Files
) -> Pinned:
    """What those who are `under_way` (recipe, version) walk as of a release, beside the recipes of the workspace."""
    found = Pinned({}, {})
    for name, version in under_way:
        current = workspace.recipes.get(name)
        if current is not None and current.version == version and current.status != "draft":
            continue
        row = database.one(
            "SELECT release FROM version WHERE kind = 'recipe' AND name = ? AND version = ?",
            name,
            str(version),
        )
        assert row is not None
        then = files(row[0])
        last = current or _deleted(database, name, release, files)
        found.recipes[name, version] = _as_in_force(replace(then.recipes[name], version=version), last)
        found.templates.update(then.templates)
    return found


def _deleted(database: Database, name: str, release: int, files: Files) -> Recipe:
    """A recipe as its file said last, up to a release; stopped where it is stopped by hand as of that one."""
    row = database.one(
        "SELECT max(release) FROM release_file WHERE path = ? AND release <= ?",
        f"recipes/{name}.yaml",
        release,
    )
    assert row is not None
    return orders.stopped(files(row[0]), orders.halts(database, release)).recipes[name]


def _as_in_force(walked: Recipe, last: Recipe) -> Recipe:
    """What reaches all who are under way, on whichever version, and stays so when their recipe is deleted."""
    return replace(
        walked,
        goal=last.goal,
        exit=last.exit,
        keep_while=last.keep_while,
        status=last.status,
        priority=last.priority,
        sending=last.sending,
    )
