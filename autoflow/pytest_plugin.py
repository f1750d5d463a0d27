"""pytest collects the recipe tests of autoflow workspaces: each case in tests/**/*.yaml below an autoflow.yaml.

pytest finds it by itself, as it is installed. In a project without an autoflow.yaml it does nothing and loads nothing;
`autoflow = false` in pytest's settings turns it off in one with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autoflow.lab.simulation.making import Maker
    from autoflow.lab.testing.testing import CaseResult, RecipeTest
    from autoflow.language.definitions import Workspace

_SETTINGS_FILE, _FOLDER = "autoflow.yaml", "tests"  # nothing of autoflow is loaded before it is needed


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the project's settings turn it off."""
    parser.addini("autoflow", "Collect the recipe tests of autoflow workspaces.", type="bool", default=True)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> RecipeFile | None:
    """Those files that `autoflow test` reads."""
    if file_path.suffix != ".yaml" or not parent.config.getini("autoflow"):
        return None
    if _workspace_of(file_path) is None:
        return None
    found: RecipeFile = RecipeFile.from_parent(parent, path=file_path)
    return found


class RecipeFile(pytest.File):
    """A file of recipe tests."""

    def collect(self) -> Iterator[RecipeCase]:
        """Its cases; mistakes in it, or in the workspace, are told as `autoflow check` tells them."""
        from autoflow.lab.testing.testing import read_tests
        from autoflow.language.present import as_text
        from autoflow.model.problems import AutoflowError

        folder = _workspace_of(self.path)
        assert folder is not None
        try:
            shop = _shop(self.config, folder)
        except AutoflowError as error:
            raise self.CollectError(str(error)) from error
        name = self.path.relative_to(folder).as_posix()
        sources = {name: shop.sources[name]} if name in shop.sources else {}  # without hidden ones
        tests, problems = read_tests(sources, shop.workspace)
        if any(problem.severity == "error" for problem in problems):
            raise self.CollectError(as_text(problems, sources).rstrip())
        for test in tests:
            for case in test.cases:
                yield RecipeCase.from_parent(
                    self, name=case.name, test=replace(test, cases=(case,)), shop=shop
                )


class RecipeCase(pytest.Item):
    """One case of a recipe test."""

    def __init__(self, *, test: RecipeTest, shop: _Shop, **more: Any) -> None:
        super().__init__(**more)
        self.test = test
        self.shop = shop

    def runtest(self) -> None:
        """Play it."""
        from autoflow.lab.testing.testing import run_tests

        [result] = run_tests(self.shop.workspace, [self.test], self.shop.maker)
        if not result.passed:
            raise CaseFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was expected, what is, and what happened; with -v all of it."""
        if isinstance(excinfo.value, CaseFailed):
            return Difference(excinfo.value.result, verbose=self.config.get_verbosity() > 0)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        [case] = self.test.cases
        return self.path, case.line - 1, f"{self.test.recipe}: {case.name}"


class CaseFailed(Exception):
    """A case came out otherwise than expected."""

    def __init__(self, result: CaseResult) -> None:
        super().__init__(result.case)
        self.result = result


class Difference:
    """A case that failed, as pytest shows it; it has what pytest looks for in one of its own."""

    def __init__(self, result: CaseResult, *, verbose: bool) -> None:
        from autoflow.lab.testing.text import case_text

        self.lines = list(case_text(result, verbose=verbose))
        first = result.failures[0]
        self.reprcrash = SimpleNamespace(path=result.file, lineno=first.line, message=first.message)

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def toterminal(self, tw: Any) -> None:
        """Line by line, what went wrong in red; `tw` is pytest's writer."""
        for line in self.lines:
            tw.line(line, red=line.startswith("✗"))


@dataclass(frozen=True)
class _Shop:
    """A workspace as all of its test files see it."""

    workspace: Workspace
    sources: dict[str, str]
    maker: Maker


_SHOPS = pytest.StashKey[dict[Path, _Shop]]()


def _shop(config: pytest.Config, folder: Path) -> _Shop:
    """The workspace, read once a session; raises `AutoflowError` where it has mistakes."""
    from autoflow.app import Project, Unsound
    from autoflow.lab.testing.testing import load_tests
    from autoflow.language.present import as_text
    from autoflow.model.problems import AutoflowError

    shops = config.stash.setdefault(_SHOPS, {})
    if folder not in shops:
        project = Project(folder)
        try:
            workspace = project.sound_workspace()
        except Unsound as error:
            found = [each for each in error.workspace.problems if each.severity == "error"]
            raise AutoflowError(as_text(found, error.workspace.sources) + error.message) from error
        shops[folder] = _Shop(workspace, load_tests(folder), project.maker())
    return shops[folder]


def _workspace_of(file: Path) -> Path | None:
    """The folder of the workspace of whose tests the file is one."""
    folder = next((each for each in file.parents if (each / _SETTINGS_FILE).is_file()), None)
    if folder is None:
        return None
    return folder if file.relative_to(folder).parts[0] == _FOLDER else None
