"""Recipes and segments that stand where nobody reads them: beside the folders, below them, or with another ending."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from autoflow.language.names import SETTINGS_FILE
from autoflow.language.owners import OWNERS_FILE
from autoflow.language.scalars import slug
from autoflow.language.source import FIRST, Source
from autoflow.model.problems import Problem

_HOMES = ("recipes", "segments")
_NEAR = ("recipe", "segment", "automations", "flows", "workflows")  # folders that newcomers make
_LISTED = (".yaml", ".yml")
_ENDINGS = (*_LISTED, ".txt")
_SPOKEN = re.compile(r"^(?:(recipe|trigger|triggers|actions)|(segment))\s*:", re.MULTILINE)
_LOOKED_AT = 4_000


def strays(root: Path) -> list[Path]:
    """The files of a workspace that hold a recipe or a segment and are not read."""
    found: list[Path] = []
    for folder in (root, *(root / name for name in (*_HOMES, *_NEAR)), *_below(root)):
        if folder.is_dir():
            found += (path for path in _files(folder) if is_stray(path.relative_to(root).as_posix()))
    return sorted(path for path in found if _spoken(path))


def is_stray(path: str) -> bool:
    """Whether no recipe and no segment is read from this path within a workspace."""
    folder, _, name = path.rpartition("/")
    if folder in _HOMES:
        return not name.endswith(_LISTED)
    if path in {SETTINGS_FILE, OWNERS_FILE}:
        return False
    top = folder.partition("/")[0]
    return name.endswith(_ENDINGS) and (not folder or top in (*_HOMES, *_NEAR))


def stray_problem(path: str, text: str) -> Problem:
    """The warning that such a file is not read."""
    found = _SPOKEN.search(text[:_LOOKED_AT])
    what = "segment" if found and found[2] else "recipe"
    stem = slug(re.sub(r"(?:\.(?:ya?ml|txt))+$", "", path.rpartition("/")[2]))
    message = f"This {what} is not read: {what}s stand in {what}s/ itself, and their names end in .yaml."
    return Source(path, text).problem(
        "file-name", FIRST, message, f"Move it to {what}s/{stem}.yaml.", "warning"
    )


def _below(root: Path) -> Iterator[Path]:
    for home in _HOMES:
        if (root / home).is_dir():
            yield from (Path(entry.path) for entry in os.scandir(root / home) if Path(entry.path).is_dir())


def _files(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        if entry.name.endswith(_ENDINGS) and not entry.name.startswith(".") and Path(entry.path).is_file():
            yield Path(entry.path)


def _spoken(path: Path) -> bool:
    with path.open("rb") as file:
        return _SPOKEN.search(file.read(_LOOKED_AT).decode("utf-8", "replace")) is not None
