"""From an event to its rendered mail in a mail server, through `autoflow run` in a process of its own."""

from __future__ import annotations

import contextlib
import email
import email.policy
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from autoflow.app import Project
from autoflow.model.event import Incoming
from autoflow.store import log, tick
from autoflow.store.database import Database
from autoflow.store.wake import ring
from bench import world
from bench.sink import Sink

_SHIPPED = Path(__file__).resolve().parents[1] / "templates"
_TEMPLATE = "win-back-hello"
_RECIPE = f"""\
recipe: hello
trigger:
  event: scrolled
reentry: always
actions:
  - send_email: {_TEMPLATE}
"""
_BATCH = 100


class Latency(NamedTuple):
    """Seconds from the append to the mail's arrival."""

    p50: float
    p99: float


class Running(NamedTuple):
    """A daemon at work, and both ends of it."""

    database: Database
    project: Project
    sink: Sink


@contextlib.contextmanager
def daemon(folder: Path, contacts: int) -> Iterator[Running]:
    """`autoflow run` over known contacts, its mails going to a sink."""
    running, _ = world.engine(folder, contacts)
    running.close()
    running.database.close()
    sink = Sink()
    with (folder / "autoflow.yaml").open("a") as settings:
        settings.write(
            f"channels: {{email: {{smtp: {{host: 127.0.0.1, port: {sink.port}, security: none}}}}}}\n"
        )
    (folder / "recipes/hello.yaml").write_text(_RECIPE)
    for name in ("_layout.html", f"{_TEMPLATE}.html"):
        shutil.copy(_SHIPPED / name, folder / "templates" / name)
    project = Project(folder, environment={})
    database = project.database()
    command = [sys.executable, "-m", "autoflow", "-C", str(folder), "run"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = next((line for line in process.stdout if line.startswith("Running")), None)
        assert said is not None, "the daemon did not start"
        _let_settle(project, database)
        yield Running(database, project, sink)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        database.close()
        sink.close()


def burst(running: Running, count: int, contacts: int) -> float:
    """Mails a second, from the first event of a burst to the arrival of the last mail."""
    before = running.sink.count
    begun = time.perf_counter()
    for low in range(0, count, _BATCH):
        _append(running, [f"{(low + each) % contacts + 1:07d}" for each in range(_BATCH)], f"burst{low}")
    running.sink.wait(before + count, seconds=300)
    took = time.perf_counter() - begun
    _look_at(running.sink.last_mail)
    return count / took


def one_by_one(running: Running, seconds: float, contacts: int, rate: float = 5) -> Latency:
    """How long each mail took, events coming at an even rate."""
    waits = []
    first = time.perf_counter()
    for number in range(round(seconds * rate)):
        time.sleep(max(0.0, first + number / rate - time.perf_counter()))
        who = f"{number % contacts + 1:07d}"
        seen, arrived = running.sink.arrivals.get(f"{who}@example.com", []), running.sink.count
        known = len(seen)
        begun = time.perf_counter()
        _append(running, [who], f"single{number}")
        running.sink.wait(arrived + 1, seconds=60)
        waits.append(running.sink.arrivals[f"{who}@example.com"][known] - begun)
    cuts = quantiles(waits, n=100, method="inclusive")
    return Latency(cuts[49], cuts[98])


def _let_settle(project: Project, database: Database) -> None:
    """Wait until the daemon has done what fell due before it began."""
    while (due := tick.next_timer(database)) is not None and due <= project.clock.now():
        time.sleep(0.05)


def _append(running: Running, contacts: list[str], name: str) -> None:
    now = running.project.clock.now()
    events = [
        Incoming("scrolled", who, properties={"depth": 1}, occurred_at=now, message_id=f"{name}/{who}")
        for who in contacts
    ]
    log.append(running.database, events, now)
    ring(running.database)


def _look_at(mail: bytes) -> None:
    """What arrived is a mail that somebody could read."""
    parsed = email.message_from_bytes(mail, policy=email.policy.default)
    text = parsed.get_body(("plain",))
    assert "is the tin empty" in str(parsed["Subject"]), parsed["Subject"]
    assert text is not None and "what was roasted this week" in text.get_content()
