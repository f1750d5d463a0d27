"""One engine to a store.

A lock file says whether the holder lives; the fence in the store stops one that was thought dead.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from autoflow.store.database import Database, StoreError

ENGINE = "engine"


class Held(StoreError):
    """Somebody else runs the engine on this store."""


class FencedOff(StoreError):
    """Somebody else has taken over since; nothing more may be written."""


class Lease:
    """The right to run the engine; kept until `release` or the end of the process, however it ends."""

    def __init__(self, database: Database, holder: str, now: int) -> None:
        """Take the lease. Raises `Held`, with the holder's name, where somebody alive has it."""
        self._database = database
        self._file = _lock(database.path.with_suffix(".lock"), database)
        with database.write():
            row = database.one("SELECT fence FROM lease WHERE name = ?", ENGINE)
            self.fence: int = (row[0] if row else 0) + 1
            database.do("INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?)", ENGINE, holder, self.fence, now)

    def release(self) -> None:
        """Let somebody else run the engine."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._file.close()


def verify(database: Database, fence: int) -> None:
    """Inside a transaction: raise `FencedOff` unless the fence is still the highest."""
    row = database.one("SELECT fence, holder FROM lease WHERE name = ?", ENGINE)
    if row is None or row[0] != fence:
        holder = row[1] if row else "nobody"
        raise FencedOff(
            f"The engine on this store was taken over by {holder}.", "This one stops; nothing was lost."
        )


def holder(database: Database) -> str | None:
    """Who took the lease last."""
    row = database.one("SELECT holder FROM lease WHERE name = ?", ENGINE)
    return row[0] if row else None


def _lock(path: Path, database: Database) -> IO[str]:
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Held(
            f"Another autoflow runs on this store already: {holder(database)}.",
            "Stop that one first, or leave it to its work.",
        ) from None
    return file
