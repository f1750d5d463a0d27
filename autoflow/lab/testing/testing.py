"""Tests of recipes: `tests/**/*.yaml` of a workspace, with given, story and expect.

    tests, problems = read_tests(load_tests(folder), workspace)
    print(as_text(report(workspace, run_tests(workspace, tests))))

They run through the engine that the daemon runs, in memory and in virtual time; nothing is stored or sent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from autoflow.lab.testing.coverage import Coverage
from autoflow.lab.testing.expect import EXPECT
from autoflow.lab.testing.junit import as_junit, mistakes_as_junit
from autoflow.lab.testing.line import Line
from autoflow.lab.testing.play import Failure
from autoflow.lab.testing.reader import read_tests
from autoflow.lab.testing.report import Report, Unwalked, as_json, report
from autoflow.lab.testing.runner import CaseResult, run_tests
from autoflow.lab.testing.story import Arrival, Case, Expected, Given, Moment, RecipeTest
from autoflow.lab.testing.text import as_text
from autoflow.language.names import SETTINGS_FILE
from autoflow.model.problems import AutoflowError

__all__ = [
    "EXPECT",
    "Arrival",
    "Case",
    "CaseResult",
    "Coverage",
    "Expected",
    "Failure",
    "Given",
    "Line",
    "Moment",
    "RecipeTest",
    "Report",
    "Unwalked",
    "as_json",
    "as_junit",
    "as_text",
    "load_tests",
    "mistakes_as_junit",
    "read_tests",
    "report",
    "run_tests",
]

_FOLDER = "tests"
_MOST_BYTES = 4_000_000  # of one file; what is longer is refused by its reader for its length


def load_tests(folder: Path) -> dict[str, str]:
    """The test files of the workspace in `folder`: path (relative, with forward slashes) → text.

    A folder below `tests` with an autoflow.yaml of its own is another workspace, and left out; so are hidden
    ones. Raises `AutoflowError` where a file cannot be read, and for a link that leads out of the workspace.
    """
    root = folder.resolve()
    return {path.relative_to(root).as_posix(): _load(path, root) for path in sorted(_files(root / _FOLDER))}


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        if SETTINGS_FILE in files:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (
            Path(place, name) for name in files if name.endswith(".yaml") and not name.startswith(".")
        )


def _load(path: Path, root: Path) -> str:
    shown = path.relative_to(root).as_posix()
    if not path.resolve().is_relative_to(root):
        fix = "Put the file itself there."
        raise AutoflowError(f"{shown} is a link that leads out of the workspace.", fix)
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise AutoflowError(f"{shown} cannot be read: {error.strerror}.") from error
