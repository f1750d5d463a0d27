from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from autoflow.demo.course import run_demo
from autoflow.model.problems import AutoflowError

ROOT = Path(__file__).parents[2]
CONTACTS = 40


def program(folder: Path, *args: str, seed: str = "0") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "autoflow", *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_the_same_is_told_every_time_and_its_commands_work(tmp_path: Path) -> None:
    told = []
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        told.append(program(tmp_path / seed, "demo", "--contacts", str(CONTACTS), seed=seed))
    assert told[0] == told[1]
    home = tmp_path / "1"
    assert "The clock is VIRTUAL" in told[0]
    assert "to the byte: digest " in told[0]
    assert "\x1b" not in told[0]
    mails = list((home / ".autoflow/demo/.autoflow/mailbox/new").glob("*.eml"))
    assert f"{len(mails)} .eml files" in told[0]
    assert mails
    tries = [line.strip() for line in told[0].splitlines() if line.startswith("  autoflow -C ")]
    assert len(tries) == 6
    for line in tries:
        assert program(home, *shlex.split(line)[1:])
    assert (home / ".autoflow/demo/mail.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_nothing_that_stands_is_touched(tmp_path: Path) -> None:
    (tmp_path / ".autoflow/demo").mkdir(parents=True)
    said: list[str] = []
    assert run_demo(home=tmp_path, contacts=2, say=said.append) == 0
    assert str(tmp_path / ".autoflow/demo-2") in said[0]
    assert not list((tmp_path / ".autoflow/demo").iterdir())
    with pytest.raises(AutoflowError, match="is not empty"):
        run_demo(tmp_path, contacts=2)
    assert [path.name for path in tmp_path.iterdir()] == [".autoflow"]


def test_the_copy_is_the_shipped_workspace(tmp_path: Path) -> None:
    run_demo(tmp_path / "shop", contacts=2, say=lambda _: None)
    for part in ("recipes", "segments", "templates", "tests/recipes"):
        shipped = {path.name: path.read_bytes() for path in (ROOT / part).iterdir()}
        assert {path.name: path.read_bytes() for path in (tmp_path / "shop" / part).iterdir()} == shipped
    left = sorted(path.name for path in (tmp_path / "shop").iterdir())
    assert left == [
        ".autoflow",
        "autoflow.yaml",
        "history.ndjson",
        "recipes",
        "segments",
        "templates",
        "tests",
    ]
    assert not list((tmp_path / "shop/.autoflow").glob("year*"))
