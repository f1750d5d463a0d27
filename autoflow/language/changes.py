"""Whether files of a workspace have changed, for commands that go on while somebody edits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from autoflow.language.names import SETTINGS_FILE
from autoflow.language.owners import OWNERS_FILE

_FOLDERS = ("recipes", "segments", "templates", "tests")
_ENDINGS = (".yaml", ".yml", ".html", ".txt", ".mjml")

Stamp = tuple[int, int, int]


def stamps(folder: Path) -> dict[str, Stamp]:
    """The files of a workspace and of its tests, by their paths in it, each with what changes when it is written.

    Nothing is read, and nothing raised: what is not there is left out.
    """
    return dict(_stamps(folder))


def changed(before: dict[str, Stamp], after: dict[str, Stamp]) -> list[str]:
    """The files that were written, came or went between two looks, sorted."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _stamps(folder: Path) -> Iterator[tuple[str, Stamp]]:
    """Texts and no `Path`s: it is done ten times a second, over thousands of files in a large workspace."""
    top = os.fspath(folder)
    for name in (SETTINGS_FILE, OWNERS_FILE, *_files(top)):
        try:
            found = os.stat(f"{top}/{name}")  # noqa: PTH116
        except OSError:
            continue  # it went while we looked
        yield name, (found.st_mtime_ns, found.st_size, found.st_ino)


def _files(top: str) -> Iterator[str]:
    for name in _FOLDERS:
        for place, folders, files in os.walk(f"{top}/{name}"):
            folders[:] = [each for each in folders if not each.startswith(".")]
            inner = place[len(top) + 1 :].replace(os.sep, "/")
            for file in files:
                if file.endswith(_ENDINGS) and not file.startswith("."):
                    yield f"{inner}/{file}"
