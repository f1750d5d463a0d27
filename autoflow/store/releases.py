"""What was applied when: releases, and which of them brought which version of a recipe."""

from __future__ import annotations

from typing import NamedTuple

from autoflow.store.database import Database
from autoflow.store.definitions import RECIPE

EDITED = "+"


class Origin(NamedTuple):
    """Where something that was applied comes from: the release, when and by whom, the workspace's commit, and whether
    its files had been edited since that commit.
    """

    release: int
    at: int
    by: str
    commit: str
    edited: bool = False

    @property
    def written(self) -> str:
        """The commit as a release is applied with: a `+` behind it says that files had been edited since."""
        return f"{self.commit}{EDITED}" if self.edited else self.commit


def origins(database: Database) -> dict[int, Origin]:
    """Every release."""
    rows = database.all('SELECT id, at, applied_by, "commit" FROM release')
    return {row[0]: origin(*row) for row in rows}


def origin(release: int, at: int, by: str, written: str) -> Origin:
    """The origin whose commit is written so."""
    return Origin(release, at, by, written.removesuffix(EDITED), written.endswith(EDITED))


def versions_of(database: Database, recipe: str) -> dict[int, int]:
    """The release that brought each version of a recipe."""
    rows = database.all(
        "SELECT CAST(version AS INTEGER), release FROM version WHERE kind = ? AND name = ?", RECIPE, recipe
    )
    return {row[0]: row[1] for row in rows}


def release_at(database: Database, instant: int) -> int:
    """The release that had been applied last by then; 0 where none had."""
    row = database.one("SELECT coalesce(max(id), 0) FROM release WHERE at <= ?", instant)
    assert row is not None
    return int(row[0])
