from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autoflow.model.problems import AutoflowError
from autoflow.starters.adding import add, addition
from autoflow.starters.catalogue import starter
from autoflow.starters.writing import write_all
from tests.starters.workspaces import ROOT, fresh

FILES = {"autoflow.yaml": "name: new\n", "templates/deep/a.html": "a", "recipes/b.yaml": "b"}


def standing(folder: Path) -> dict[str, bytes | None]:
    """All that lies in a folder: files with their bytes, folders with nothing."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, text in fresh().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def test_all_is_written_and_nothing_else(folder: Path) -> None:
    (folder / "autoflow.yaml").chmod(0o600)
    before = standing(folder)
    write_all(folder, FILES)
    assert standing(folder) == {
        **before,
        "autoflow.yaml": b"name: new\n",
        "templates/deep": None,
        "templates/deep/a.html": b"a",
        "recipes/b.yaml": b"b",
    }
    assert (folder / "autoflow.yaml").stat().st_mode & 0o777 == 0o600


class Broken(Exception):
    """The machine fails, or somebody presses Ctrl-C."""


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("force", [False, True])
def test_where_it_fails_on_the_way_everything_is_as_before(
    step: int, folder: Path, monkeypatch: pytest.MonkeyPatch, *, force: bool
) -> None:
    if force:
        (folder / "recipes/abandoned-cart.yaml").write_text("mine", encoding="utf-8")
    before, moved = standing(folder), Path.replace
    count = iter(range(6))

    def failing(path: Path, target: Path) -> Path:
        if next(count) == step:
            raise Broken
        return moved(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(Broken):
        add(starter("abandoned-cart"), folder, {}, force=force)
    assert standing(folder) == before
    monkeypatch.undo()
    assert len(add(starter("abandoned-cart"), folder, {}, force=force).files) == 6


def test_a_disk_that_is_full_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, written = standing(folder), Path.write_bytes

    def failing(path: Path, content: bytes) -> int:
        if path.name == ".b.yaml.part":
            written(path, content[:0])
            raise OSError(28, "No space left on device", str(path))
        return written(path, content)

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(OSError, match="No space left"):
        write_all(folder, FILES)
    assert standing(folder) == before


_KILLED = """
import os, signal, sys
from pathlib import Path
from autoflow.starters.adding import add
from autoflow.starters.catalogue import starter

replace, left = Path.replace, int(sys.argv[2])

def dying(path, target):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return replace(path, target)

Path.replace = dying
add(starter("abandoned-cart"), Path(sys.argv[1]), {})
"""


@pytest.mark.parametrize("step", range(6))
def test_killed_on_the_way_it_is_finished_by_the_next_time(step: int, folder: Path, tmp_path: Path) -> None:
    whole = addition(starter("abandoned-cart"), fresh(), {}).files
    died = subprocess.run(
        [sys.executable, "-c", _KILLED, str(folder), str(step)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL
    assert list(add(starter("abandoned-cart"), folder, {}).files) == list(whole)[step:]
    now = {path: text.decode() for path, text in standing(folder).items() if text is not None}
    assert now == {**fresh(), **whole}


def test_a_folder_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "shop/templates").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AutoflowError, match=r"templates/deep/a\.html leads out of the workspace by a link"):
        write_all(tmp_path / "shop", FILES)
    assert standing(tmp_path / "elsewhere") == {}


def test_a_file_that_is_a_link_within_the_workspace_stays_one(folder: Path) -> None:
    (folder / "autoflow.yaml").rename(folder / "settings.yaml")
    (folder / "autoflow.yaml").symlink_to("settings.yaml")
    write_all(folder, FILES)
    assert (folder / "autoflow.yaml").is_symlink()
    assert (folder / "settings.yaml").read_text(encoding="utf-8") == "name: new\n"
