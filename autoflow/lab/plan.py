"""What an apply would change, before anybody applies: the files against what was applied last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autoflow.lab.plan_changes import Changed, compare
from autoflow.language.definitions import Workspace
from autoflow.language.names import SETTINGS_FILE
from autoflow.model.problems import AutoflowError
from autoflow.store.database import Database
from autoflow.store.definitions import latest_release, latest_workspace, numbered
from autoflow.store.history import last_row


@dataclass(frozen=True)
class Plan:
    """What would change. `applied` is the release that was applied last, 0 where none was."""

    applied: int
    changes: tuple[Changed, ...]


def plan(database: Database, workspace: Workspace, environment: Mapping[str, str]) -> Plan:
    """What applying a sound workspace to this store would change; nothing is written.

    Raises `AutoflowError` where nothing is recorded.
    """
    if not last_row(database):
        raise AutoflowError(
            "Nothing is recorded, so there is nobody for whom a change could be planned.",
            "`autoflow import FILE` brings in what happened.",
        )
    applied = latest_release(database)
    before, after = latest_workspace(database, environment), numbered(database, workspace)
    changes = compare(before, after)
    if not applied:
        changes = tuple(each for each in changes if each.kind != "settings")
        changes = (Changed("settings", SETTINGS_FILE, "added"), *changes)
    return Plan(applied, changes)
