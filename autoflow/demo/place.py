"""Where the demo's workspace comes from, and where it is put."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import autoflow
from autoflow.model.problems import AutoflowError

PARTS = ("autoflow.yaml", "recipes", "segments", "templates", "tests/recipes")


def shipped() -> Path:
    """The folder that holds the shipped workspace: in an installed package, or in a checkout its root."""
    package = Path(autoflow.__file__).parent
    for place in (package / "example", package.parent):
        if all((place / part).exists() for part in PARTS):
            return place
    raise AutoflowError("The example workspace is missing from this installation.", "Install autoflow again.")


def fresh_folder(asked: Path | None, home: Path) -> Path:
    """The folder that was asked for, or the first free one below `home`; nothing that stands is ever touched."""
    if asked is not None:
        if asked.exists() and (not asked.is_dir() or any(asked.iterdir())):
            raise AutoflowError(f"{asked} stands already and is not empty.", "Name another folder.")
        return asked
    return next(place for place in _names(home / ".autoflow" / "demo") if not place.exists())


def copy_workspace(folder: Path) -> None:
    """Put the shipped workspace into a fresh folder."""
    source = shipped()
    for part in PARTS:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target)
        else:
            shutil.copyfile(source / part, target)


def _names(first: Path) -> Iterator[Path]:
    yield first
    number = 2
    while True:
        yield first.with_name(f"{first.name}-{number}")
        number += 1
