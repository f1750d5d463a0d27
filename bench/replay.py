"""What a marketer waits for at the shell: a year of real purchases simulated, and the workspace checked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from autoflow.app import Project
from autoflow.ingest.importing import import_file
from tests.oracle import retail

_SHIPPED = Path(__file__).resolve().parents[1]


def simulate(folder: Path, times: int) -> float | None:
    """Seconds of `autoflow simulate` over the retail year in the shipped workspace; None where the data is absent."""
    if not retail.SOURCE.exists():
        return None
    copy_shipped(folder)
    retail.write_ndjson(folder / "retail.ndjson")
    project = Project(folder, environment={})
    database = project.database(create=True)
    imported = import_file(database, folder / "retail.ndjson", clock=project.clock)
    database.close()
    assert imported.accepted == retail.counts().messages
    took, said = _timed(["-C", str(folder), "simulate", "--json"], times)
    assert any(recipe["entered"] for recipe in json.loads(said)["recipes"]), said
    return took


def check(folder: Path, times: int) -> tuple[float, float]:
    """Seconds of `autoflow check` on the shipped workspace, and of a Python that does nothing."""
    copy_shipped(folder)
    nothing, _ = _timed([], times, program=(sys.executable, "-c", "pass"))
    took, _ = _timed(["-C", str(folder), "check"], times)
    return took, nothing


def check_many(folder: Path, recipes: int, segments: int, times: int) -> float:
    """Seconds of `autoflow check` on the shipped recipes and segments, so many times over under other names."""
    copy_shipped(folder)
    for name, count in (("recipes", recipes), ("segments", segments)):
        shipped = sorted((folder / name).glob("*.yaml"))
        for number in range(count - len(shipped)):
            one = shipped[number % len(shipped)]
            text = one.read_text(encoding="utf-8")
            head, copied = f"{name[:-1]}: {one.stem}\n", f"{name[:-1]}: {one.stem}-{number}\n"
            assert head in text
            (folder / name / f"{one.stem}-{number}.yaml").write_text(
                text.replace(head, copied), encoding="utf-8"
            )
    took, said = _timed(["-C", str(folder), "check"], times)
    assert f"{recipes} recipes" in said
    return took


def copy_shipped(folder: Path) -> None:
    """The shipped workspace in a folder of its own."""
    folder.mkdir(parents=True)
    shutil.copy(_SHIPPED / "autoflow.yaml", folder)
    for name in ("recipes", "segments", "templates", "tests/recipes"):
        shutil.copytree(_SHIPPED / name, folder / name)


def _timed(
    arguments: list[str], times: int, program: tuple[str, ...] = (sys.executable, "-m", "autoflow")
) -> tuple[float, str]:
    """The median in seconds of running a program that often, and what it said last; it must succeed."""
    took = []
    said = ""
    for _ in range(times):
        begun = time.perf_counter()
        done = subprocess.run([*program, *arguments], capture_output=True, text=True, check=True)
        took.append(time.perf_counter() - begun)
        said = done.stdout
    return median(took), said
