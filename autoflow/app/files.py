"""The texts of a workspace, made ready to run wherever they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from autoflow.language.definitions import Workspace
from autoflow.language.workspace import read_workspace

if TYPE_CHECKING:
    from autoflow.core.program import Program
    from autoflow.store.database import Database


class Files(NamedTuple):
    """The texts of a workspace, from which it is read again elsewhere; of its recipes those named run, or all."""

    sources: Mapping[str, str]
    environment: Mapping[str, str]
    recipes: tuple[str, ...] = ()


def programs(files: Files, database: Database, *, applied: bool = False) -> list[Program]:
    """The files ready to run; with `applied`, after what was applied last."""
    from autoflow.core.compiling import compile_program
    from autoflow.store.definitions import latest_workspace, numbered

    found = [numbered(database, read_workspace(files.sources, files.environment))]
    if applied:
        found.insert(0, latest_workspace(database, files.environment))
    return [compile_program(_only(workspace, files.recipes)) for workspace in found]


def _only(workspace: Workspace, recipes: Sequence[str]) -> Workspace:
    """The workspace with these recipes alone, live; with all of them where none is named."""
    chosen = {
        name: replace(recipe, status="live") for name, recipe in workspace.recipes.items() if name in recipes
    }
    return replace(workspace, recipes=chosen) if recipes else workspace
