from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from autoflow.__main__ import _demo, _run
from autoflow.app import Project
from autoflow.cli.group import cli
from autoflow.cli.state import State
from autoflow.demo.course import CONTACTS, YEAR, run_demo
from autoflow.demo.place import copy_workspace
from autoflow.ingest.importing import import_file
from autoflow.lab.shop.shop import shop_messages
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from tests.docs.pages import CATALOGUE, PAGES, ROOT, Command, blocks, called, commands, shows

_RECORDED = {"README.md", "simulate.md"}


def lived(folder: Path) -> None:
    """A small shop that has lived its year, for pages that look at one."""
    assert run_demo(folder, contacts=30, say=lambda _: None) == 0


def recorded(folder: Path) -> None:
    """The shop of `make demo` with its year in the store, for the page that shows what a simulation says of it."""
    copy_workspace(folder / ".autoflow/demo")
    project = Project(folder / ".autoflow/demo", environment={})
    start = parse_instant(f"{YEAR}-01-01", "Europe/London")
    year = folder / "year.ndjson"
    messages = shop_messages(contacts=CONTACTS, start=start)
    year.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in messages))
    database = project.database(create=True)
    import_file(database, year, clock=VirtualClock(parse_instant(f"{YEAR + 1}-01-01")))
    database.close()


def output(command: Command, folder: Path) -> list[str]:
    program, *args = shlex.split(command.line)
    if program == "autoflow":
        state = State(run=_run, demo=_demo)
        result = CliRunner().invoke(cli, args, obj=state, catch_exceptions=False)
        assert result.exit_code == 0, f"{command.line}: {result.output}"
        return result.stdout.splitlines()
    if program == "make":  # what it does is tested elsewhere, or is these tests
        args = ["--dry-run", "--directory", str(ROOT), *args]
        subprocess.run(["make", *args], check=True, capture_output=True, timeout=60)
        return []
    assert program == "python", f"a test of the documentation has no {program}"
    done = subprocess.run([sys.executable, *args], check=True, capture_output=True, text=True, timeout=60)
    return done.stdout.splitlines()


@pytest.mark.parametrize("page", [*PAGES, *CATALOGUE], ids=called)
def test_every_command_runs_and_says_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not any(block.language == "console" for block in blocks(page)):
        return
    (recorded if page.name in _RECORDED else lived)(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    for block in blocks(page):
        if block.file is not None:
            Path(block.file).parent.mkdir(parents=True, exist_ok=True)
            Path(block.file).write_text(block.text, encoding="utf-8")
        if block.language == "console":
            for command in commands(block):
                said = output(command, tmp_path)
                assert shows(command.shown, said), f"{page.name}, line {block.line}: {command.line}: {said}"


def test_the_mistake_that_the_guide_shows(tmp_path: Path) -> None:
    runner = CliRunner()
    runner.invoke(cli, ["init", str(tmp_path / "my-shop")], obj=State(), catch_exceptions=False)
    recipe = tmp_path / "my-shop/recipes/win-back.yaml"
    text = recipe.read_text(encoding="utf-8")
    recipe.write_text(
        text.replace("segment_entered: lapsed-buyers", "segment_entered: lapsed-buyer"), encoding="utf-8"
    )
    result = runner.invoke(
        cli, ["-C", str(tmp_path / "my-shop"), "check"], obj=State(), catch_exceptions=False
    )
    assert result.exit_code == 1
    [shown] = [each.text for each in blocks(ROOT / "docs/guide.md") if "There is no segment" in each.text]
    assert result.stdout.startswith(shown)


def test_the_case_that_fails_on_the_page_about_tests(tmp_path: Path) -> None:
    runner = CliRunner()
    runner.invoke(cli, ["init", str(tmp_path / "my-shop")], obj=State(), catch_exceptions=False)
    segment = tmp_path / "my-shop/segments/lapsed-buyers.yaml"
    text = segment.read_text(encoding="utf-8")
    segment.write_text(text.replace("within_last: 90 days", "within_last: 120 days"), encoding="utf-8")
    result = runner.invoke(
        cli, ["-C", str(tmp_path / "my-shop"), "test"], obj=State(), catch_exceptions=False
    )
    assert result.exit_code == 1
    [shown] = [each.text for each in blocks(ROOT / "docs/testing.md") if "What happened" in each.text]
    assert result.stdout.startswith(shown)


def test_the_folders_that_the_readme_lists_are_there() -> None:
    for name in ("autoflow", "docs", "tests", "bench", "tools", "recipes", "segments", "templates"):
        assert (ROOT / name).is_dir(), name
    assert shutil.which("make") is not None
