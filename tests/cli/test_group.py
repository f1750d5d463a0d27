from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autoflow import __version__
from autoflow.cli.group import COMMANDS, cli

ROOT = Path(__file__).resolve().parents[2]


def invoke(*args: str) -> Result:
    return CliRunner().invoke(cli, list(args), catch_exceptions=False)


def python(*args: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autoflow", *args],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_lists_every_command_with_a_sentence() -> None:
    result = invoke("--help")
    assert result.exit_code == 0
    for name in COMMANDS:
        [line] = [line for line in result.stdout.splitlines() if line.split()[:1] == [name]]
        assert len(line.split()) > 3


def test_help_breaks_off_nowhere() -> None:
    """It is the first thing that somebody new reads."""
    lines = invoke("--help").stdout.splitlines()[1:]  # the first is the usage
    assert not [line for line in lines if line.endswith(("...", "…")) or len(line) > 80]
    assert "  init      makes a small workspace in a folder" in lines


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = invoke(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage:")


def test_version() -> None:
    assert invoke("--version").stdout == f"autoflow {__version__}\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["chek"], 'There is no command "chek". Did you mean "check"?'),
        (["xyz"], 'There is no command "xyz". autoflow --help lists them.'),
        (["check", "--fromat", "json"], "--format"),
        (["check", "--format", "yaml"], "yaml"),
        (["-C", "/nowhere/at/all", "check"], "/nowhere/at/all"),
        (["import"], "FILE"),
        (["import", "/nowhere/at/all"], "/nowhere/at/all"),
        (["outbox", "--state", "lost"], "lost"),
    ],
)
def test_a_mistyped_command_ends_with_1_and_a_sentence(args: list[str], said: str) -> None:
    result = invoke(*args)
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "args",
    [
        ["check"],
        ["check", "--format", "json"],
        ["apply"],
        ["test"],
        ["status"],
        ["segments", "--json"],
        ["simulate"],
        ["outbox"],
        ["contact", "show", "ana"],
        ["track", "ana", "seen"],
        ["run", "--until-idle"],
        ["preview", "x", "--contact", "ana"],
    ],
)
def test_outside_a_workspace_every_command_says_so(args: list[str], tmp_path: Path) -> None:
    result = invoke("-C", str(tmp_path), *args)
    assert result.exit_code == 1
    assert result.stderr.startswith("There is no autoflow.yaml in ")
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_check_imports_neither_store_nor_anything_heavy() -> None:
    heavy = (
        "sqlite3",
        "sqlalchemy",
        "sqlmodel",
        "rich",
        "apscheduler",
        "css_inline",
        "inscriptis",
        "email_validator",
    )
    code = (
        "import sys\n"
        "from autoflow.cli.group import cli\n"
        "try:\n    cli.main(['check'], prog_name='autoflow')\n"
        "except SystemExit as end:\n"
        f"    sys.exit(', '.join(m for m in sys.modules if m.partition('.')[0] in {heavy!r}) or end.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No mistakes: ")


def test_the_program_ends_with_its_status_and_without_a_traceback(tmp_path: Path) -> None:
    done = python("check", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "There is no autoflow.yaml in this folder.\n"
        "  autoflow init DIR makes a workspace, and autoflow -C DIR uses one elsewhere.\n"
    )


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    shell = f"{sys.executable} -m autoflow kinds | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", shell],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "Triggers\n"
    assert done.stderr == ""
