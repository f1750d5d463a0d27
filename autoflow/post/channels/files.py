"""Writing files so that a power cut leaves them old or new, never torn."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BufferedWriter
from pathlib import Path

_SIDE_BY_SIDE = 16


def make_folder(path: Path) -> None:
    """Make a folder and those above it, for its owner alone, and see that they last."""
    if not path.is_dir():
        make_folder(path.parent)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder last."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_synced(files: Mapping[Path, bytes]) -> None:
    """New files for their owner alone, on the disk when this returns; what stood there is replaced.

    They are waited for side by side, which costs a disk hardly more than one of them.
    """
    with contextlib.ExitStack() as opened:
        made = [opened.enter_context(_written(path, data)) for path, data in files.items()]
        if len(made) == 1:
            os.fsync(made[0].fileno())
        elif made:
            with ThreadPoolExecutor(min(len(made), _SIDE_BY_SIDE)) as threads:
                list(threads.map(os.fsync, [file.fileno() for file in made]))


def _written(path: Path, data: bytes) -> BufferedWriter:
    path.unlink(missing_ok=True)
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb")
    try:
        file.write(data)
        file.flush()
    except OSError:
        file.close()
        raise
    return file
