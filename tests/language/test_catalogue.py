"""docs/problems/ cannot lie: each example has exactly the problem under which it stands, and mended it has none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import get_args

import pytest

import autoflow
from autoflow.language.catalogue import FAMILIES, INDEX, Entry, Example, catalogue, pages, read_page
from autoflow.language.codes import CODES, Code
from autoflow.language.present import as_text
from autoflow.language.workspace import read_workspace
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from autoflow.model.problems import Problem
from tests.cli.shop import Shop

PACKAGE = Path(autoflow.__file__).parent
ENTRIES = catalogue()


def _files(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{above}{entry.name}/")
        else:
            yield above + entry.name, entry.read_text(encoding="utf-8")


INIT = {path: text for path, text in _files(files("autoflow") / "starter") if not path.startswith("tests/")}


def _examples() -> list[object]:
    return [
        pytest.param(entry, example, id=f"{entry.code}-{number}")
        for entry in ENTRIES.values()
        for number, example in enumerate(entry.examples(), 1)
    ]


def _problems(example: Example, sources: dict[str, str], folder: Path) -> tuple[tuple[Problem, ...], str]:
    if example.people:
        return _of_data(example.people, sources, folder)
    found = read_workspace({**({} if example.alone else INIT), **sources}, {})
    return found.problems, as_text(found.problems, found.sources)


def _of_data(people: str, sources: dict[str, str], folder: Path) -> tuple[tuple[Problem, ...], str]:
    """What `check --data` says once the engine has read what came in."""
    shop = Shop(folder, VirtualClock(parse_instant("2026-03-10 12:00")))
    for path, text in {**sources, "people.ndjson": people}.items():
        shop.write(path, text)
    shop.run("import", folder / "people.ndjson")
    shop.run("run", "--until-idle")
    found = json.loads(shop.run("check", "--data", "--format", "json").stdout)["problems"]
    said = shop.run("check", "--data").stdout
    return tuple(Problem(**each) for each in found), "" if said.startswith("No mistakes") else said


@pytest.mark.parametrize(("entry", "example"), _examples())
def test_the_broken_files_have_this_problem_and_the_mended_ones_none(
    entry: Entry, example: Example, tmp_path: Path
) -> None:
    broken, mended = example.files("broken"), example.files("mended")
    assert broken.keys() | mended.keys() > set() and broken != mended
    problems, said = _problems(example, broken, tmp_path / "broken")
    assert [problem.code for problem in problems] == [entry.code]
    assert said == example.told
    assert problems[0].fix
    assert _problems(example, mended, tmp_path / "mended")[1] == ""


def test_every_code_has_an_entry_and_every_entry_is_a_code() -> None:
    assert get_args(Code) == CODES
    assert list(CODES) == sorted(CODES)
    assert sorted(ENTRIES) == list(CODES)


def test_every_entry_says_what_it_means_and_shows_it() -> None:
    for entry in ENTRIES.values():
        assert entry.summary.endswith("."), entry.code
        assert "\n" not in entry.summary
        assert entry.examples(), entry.code
        assert all(example.told for example in entry.examples()), entry.code


@pytest.mark.parametrize("name", FAMILIES)
def test_a_page_holds_its_entries_in_order_and_nothing_is_left_out(name: str) -> None:
    text = (pages() / f"{name}.md").read_text(encoding="utf-8")
    headings = re.findall(
        r"^## (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    assert headings == sorted(headings) == list(read_page(name, text))
    assert len(re.findall(r"^```", text, re.MULTILINE)) == 2 * sum(
        len(example.blocks) for entry in read_page(name, text).values() for example in entry.examples()
    )


def test_every_page_is_a_family() -> None:
    assert sorted(path.stem for path in pages().glob("*.md")) == sorted((*FAMILIES, INDEX))


def test_what_check_says_and_the_index_are_up_to_date() -> None:
    root = pages().parents[1]
    done = subprocess.run(
        [sys.executable, str(root / "tools/problem_pages.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(root), "PATH": ""},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_code_is_in_use() -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for room in ("language", "kinds", "lab", "ingest")
        for path in (PACKAGE / room).rglob("*.py")
        if path.name != "codes.py"
    ]
    assert [code for code in CODES if not any(f'"{code}"' in text for text in texts)] == []


def test_kinds_report_only_codes_that_are_known() -> None:
    reported = {
        code
        for path in (PACKAGE / "kinds").rglob("*.py")
        for code in re.findall(r'Finding\(\s*[^,]+,\s*"([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert reported
    assert reported <= set(CODES)
