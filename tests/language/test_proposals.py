"""What is proposed can be copied: written at the place that is pointed to, it mends that problem."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoflow.language.catalogue import catalogue
from autoflow.language.workspace import read_workspace
from autoflow.model.problems import Problem
from tests.language.small import SOURCES
from tests.language.test_catalogue import INIT
from tests.language.test_mistakes import _CASE

PROPOSED = re.compile(
    r'Did you mean "(?P<meant>[^"]+)"(?: \(.*\))?\?'
    r"|(?:Put (?:other )?quotes around (?:it|all of it)|Write straight ones|Write it without brackets): (?P<put>.+)"
    r"|Give it a stand-in, \{\{ (?P<stand_in>.+?) \}\}, or .*"
    r"|Write (?P<write>\{\{ .+? \}\}|\w+\('[^']*'\))(?:, for example)?\.?"
)


def _workspaces() -> Iterator[tuple[str, dict[str, str], str]]:
    """Every broken workspace of the golden texts and of the catalogue, with the file that is broken."""
    for path in sorted((Path(__file__).parent / "mistakes").glob("*.txt")):
        for number, case in enumerate(_CASE.finditer(path.read_text(encoding="utf-8")), 1):
            file = case["file"]
            if file != "any.yaml":
                alone = file == "autoflow.yaml"
                yield f"{path.stem}-{number}", {**({} if alone else SOURCES), file: case["text"]}, file
    for entry in catalogue().values():
        for number, example in enumerate(entry.examples(), 1):
            for file in example.files("broken"):
                around = {} if example.alone else INIT
                yield f"{entry.code}-{number}", {**around, **example.files("broken")}, file


def _proposals() -> Iterator[object]:
    for name, sources, file in _workspaces():
        for problem in read_workspace(sources, {}).problems:
            found = PROPOSED.fullmatch(problem.fix)
            if found is not None and problem.file == file:
                yield pytest.param(
                    sources,
                    problem,
                    next(filter(None, found.groups())),
                    id=f"{name}:{problem.line}:{problem.column}",
                )


@pytest.mark.parametrize(("sources", "problem", "proposed"), [*_proposals()])
def test_written_where_the_caret_is_it_mends_the_problem(
    sources: dict[str, str], problem: Problem, proposed: str
) -> None:
    lines = sources[problem.file].split("\n")
    line, start = lines[problem.line - 1], problem.column - 1
    lines[problem.line - 1] = line[:start] + proposed + line[start + problem.width :]
    again = read_workspace({**sources, problem.file: "\n".join(lines)}, {}).problems
    left = [each for each in again if (each.line, each.message) == (problem.line, problem.message)]
    assert left == []
    before = {each.code for each in read_workspace(sources, {}).problems}
    assert [
        each for each in again if each.code.startswith(("yaml", "template")) and each.code not in before
    ] == []
