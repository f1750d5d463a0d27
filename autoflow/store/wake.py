"""How one process tells the engine of another that something was written: a local socket beside the store.

Only a hint: who misses it finds the change by SQLite's `data_version` a moment later.
"""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

from autoflow.store.database import Database


def address(database: Database) -> Path:
    """Where the engine of this store listens; short enough for every system's limit on socket names."""
    name = hashlib.sha256(str(database.path.resolve()).encode()).hexdigest()[:20]
    return Path(tempfile.gettempdir()) / f"autoflow-{os.getuid()}-{name}.sock"


def ring(database: Database) -> None:
    """Wake the engine of this store, if one listens."""
    with (
        suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell,
    ):  # nobody need be listening
        bell.setblocking(False)
        bell.sendto(b"!", str(address(database)))


def listen(database: Database) -> socket.socket | None:
    """A socket on which rings arrive, or None where the system has none to give."""
    path = address(database)
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        path.unlink(missing_ok=True)
        bell.bind(str(path))
    except OSError:
        bell.close()
        return None
    return bell
