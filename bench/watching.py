"""How long after a save a mistake is shown by the commands that watch files, on the shipped workspace."""

from __future__ import annotations

import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import IO, NamedTuple

from bench.replay import copy_shipped

_COMMANDS = ("check", "test", "run")
_RECIPE, _RIGHT, _WRONG = "recipes/win-back.yaml", "trigger:", "triger:"
_QUIET = 1.5  # seconds without a line: it waits for changes
_LONGEST = 60.0


class Shown(NamedTuple):
    """Seconds from the save to the line that names the mistake."""

    command: str
    median: float
    longest: float


def measure(folder: Path, times: int) -> Iterator[Shown]:
    """Each command in turn, so many saves each, at moments that no clock of theirs knows."""
    copy_shipped(folder)
    for command in _COMMANDS:
        took = _watched(folder, command, times)
        yield Shown(f"{command} --watch", median(took), max(took))


def _watched(folder: Path, command: str, times: int) -> list[float]:
    program = [sys.executable, "-u", "-m", "autoflow", "-C", str(folder), command, "--watch"]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    lines: queue.Queue[tuple[float, str]] = queue.Queue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    file = folder / _RECIPE
    right = file.read_text(encoding="utf-8")
    wrong = right.replace(_RIGHT, _WRONG, 1)
    took = []
    try:
        for number in range(times):
            _until_quiet(lines)
            time.sleep(random.Random(number).random() / 4)
            begun = time.perf_counter()
            file.write_text(wrong, encoding="utf-8")
            took.append(_until(_WRONG.rstrip(":"), lines) - begun)
            _until_quiet(lines)
            file.write_text(right, encoding="utf-8")
    finally:
        file.write_text(right, encoding="utf-8")
        process.send_signal(signal.SIGINT)
        process.wait(_LONGEST)
    return took


def _read(stream: IO[str], lines: queue.Queue[tuple[float, str]]) -> None:
    for line in stream:
        lines.put((time.perf_counter(), line))


def _until(text: str, lines: queue.Queue[tuple[float, str]]) -> float:
    """When the line came in which that stands."""
    while True:
        at, line = lines.get(timeout=_LONGEST)
        if text in line:
            return at


def _until_quiet(lines: queue.Queue[tuple[float, str]]) -> None:
    lines.get(timeout=_LONGEST)  # something is said first, of the start or of the last save
    try:
        while True:
            lines.get(timeout=_QUIET)
    except queue.Empty:
        return
