"""Releases that were rolled back: the files of an older one are in force again, as a release of their own.

The folder still holds what was rolled back. So that the next start does not put it in force again unasked, those
releases are marked; whoever applies the same files on purpose takes the mark away.
"""

from __future__ import annotations

from collections.abc import Mapping

from autoflow.model.problems import AutoflowError
from autoflow.store.database import Database
from autoflow.store.definitions import files_in, latest_release


class RolledBackError(AutoflowError):
    """The files are those of a release that was rolled back, and nobody asked for them again."""


def before(database: Database, asked: int | None = None) -> int:
    """The release to go back to: the one that is asked for, or the last that was in force before what is.

    Raises `AutoflowError` where there is none, or where its files are in force.
    """
    latest = latest_release(database)
    current = files_in(database, latest)
    if asked is not None:
        if not 0 < asked <= latest:
            raise AutoflowError(f"There is no release {asked}.", "`autoflow versions` lists them.")
        if files_in(database, asked) == current:
            raise AutoflowError(
                f"The files of release {asked} are in force.", "There is nothing to go back from."
            )
        return asked
    undone = _undone(database)
    for release in range(latest - 1, 0, -1):
        if release not in undone and files_in(database, release) != current:
            return release
    raise AutoflowError(
        "There is nothing older to go back to.",
        "`autoflow rollback RELEASE` goes to one that you name; `autoflow versions` lists them.",
    )


def mark(database: Database, since: int, latest: int, now: int) -> None:
    """Mark what came after the release `since`, up to `latest`, as rolled back, within a transaction."""
    kept = files_in(database, since)
    database.many(
        "INSERT OR REPLACE INTO undone VALUES (?, ?)",
        [(release, now) for release in range(since + 1, latest + 1) if files_in(database, release) != kept],
    )


def check_unasked(database: Database, files: Mapping[str, str]) -> None:
    """Raise `RolledBackError` where these files (a hash of each) were rolled back."""
    for release in sorted(_undone(database), reverse=True):
        if files_in(database, release) == files:
            raise RolledBackError(
                f"The files are those of release {release}, which was rolled back.",
                "`autoflow apply` puts them in force again.",
            )


def forgive(database: Database, files: Mapping[str, str]) -> None:
    """These files are wanted again; within a transaction."""
    wanted = [(each,) for each in _undone(database) if files_in(database, each) == files]
    database.many("DELETE FROM undone WHERE release = ?", wanted)


def _undone(database: Database) -> set[int]:
    return {row[0] for row in database.all("SELECT release FROM undone")}
