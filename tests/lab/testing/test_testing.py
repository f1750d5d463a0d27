from __future__ import annotations

from pathlib import Path

import pytest

from autoflow.lab.testing.testing import load_tests, read_tests
from autoflow.model.problems import AutoflowError
from tests.lab.little_shop import shop


def test_all_files_below_tests_but_those_of_other_workspaces_and_hidden_ones(tmp_path: Path) -> None:
    for path in (
        "tests/b.yaml",
        "tests/deep/er/a.yaml",
        "tests/notes.txt",
        "tests/.hidden/c.yaml",
        "tests/.d.yaml",
        "tests/scenario/autoflow.yaml",
        "tests/scenario/recipes/e.yaml",
        "recipes/f.yaml",
    ):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"tests: {path}\n", encoding="utf-8")
    assert list(load_tests(tmp_path).items()) == [
        ("tests/b.yaml", "tests: tests/b.yaml\n"),
        ("tests/deep/er/a.yaml", "tests: tests/deep/er/a.yaml\n"),
    ]


def test_no_tests_are_no_mistake(tmp_path: Path) -> None:
    assert load_tests(tmp_path) == {}


def test_a_file_that_is_not_utf_8_is_a_mistake_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "a.yaml").write_bytes(b"tests: caf\xe9\n")
    _, problems = read_tests(load_tests(tmp_path), shop())
    assert [(problem.line, problem.column, problem.code) for problem in problems] == [(1, 11, "not-text")]


def test_links_out_of_the_workspace_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("tests: x\n", encoding="utf-8")
    folder = tmp_path / "shop"
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "a.yaml").symlink_to(outside)
    with pytest.raises(AutoflowError, match=r"tests/a.yaml is a link that leads out of the workspace."):
        load_tests(folder)


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "a.yaml").symlink_to(tmp_path / "tests" / "gone.yaml")
    with pytest.raises(AutoflowError, match=r"tests/a.yaml is a link that leads nowhere."):
        load_tests(tmp_path)
