"""Workspaces to add starters to, as texts by path, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import autoflow
from autoflow.lab.testing import testing
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.present import as_text
from autoflow.language.workspace import read_workspace
from autoflow.post.content.trial import NO_SECRET, Trial
from autoflow.starters.adding import addition
from autoflow.starters.catalogue import Starter

ROOT = Path(__file__).parents[2]
Files = Mapping[str, str]


def texts(folder: Path, parts: Iterable[str]) -> dict[str, str]:
    files = (
        path for part in parts for path in [folder / part, *(folder / part).rglob("*")] if path.is_file()
    )
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def fresh() -> dict[str, str]:
    """What `autoflow init` makes."""
    parts = (SETTINGS_FILE, "recipes", "segments", "templates", "tests")
    return texts(Path(autoflow.__file__).parent / "starter", parts)


def shipped() -> dict[str, str]:
    """The workspace of the shop that `autoflow demo` lives through."""
    return texts(ROOT, (SETTINGS_FILE, "recipes", "segments", "templates", "tests/recipes"))


def with_starters(workspace: Files, starters: Iterable[Starter]) -> dict[str, str]:
    """The workspace with the starters added, one after the other."""
    found = dict(workspace)
    for starter in starters:
        found |= addition(starter, found, {}).files
    return found


def wrong(workspace: Files, recipes: Iterable[str] | None = None) -> str:
    """What `autoflow check --strict` and `autoflow test` find wrong; "" where all is well.

    Only the tests of `recipes` are run, where they are named.
    """
    files = {path: text for path, text in workspace.items() if not path.startswith("tests/")}
    read = read_workspace(files, {})
    if read.problems:
        return as_text(read.problems, read.sources)
    sources = {path: text for path, text in workspace.items() if path.startswith("tests/")}
    tests, problems = testing.read_tests(sources, read)
    if problems:
        return as_text(problems, sources)
    chosen = [test for test in tests if recipes is None or test.recipe in recipes]
    assert chosen
    outcome = testing.report(read, testing.run_tests(read, chosen, Trial.of(read, NO_SECRET).problem), None)
    return testing.as_text(outcome) if outcome.failed else ""
