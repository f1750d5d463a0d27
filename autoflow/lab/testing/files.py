"""The files of recipe tests in a workspace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from autoflow.language.names import SETTINGS_FILE
from autoflow.language.workspace import load_file

_FOLDER = "tests"


def load_tests(folder: Path) -> dict[str, str]:
    """The test files of the workspace in `folder`: path (relative, with forward slashes) → text.

    A folder below `tests` with an autoflow.yaml of its own is another workspace, and left out; so are hidden
    ones. Raises `AutoflowError` where a file cannot be read, and for a link that leads out of the workspace.
    """
    root = folder.resolve()
    return {
        path.relative_to(root).as_posix(): load_file(path, root) for path in sorted(_files(root / _FOLDER))
    }


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        if SETTINGS_FILE in files:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (
            Path(place, name) for name in files if name.endswith(".yaml") and not name.startswith(".")
        )
