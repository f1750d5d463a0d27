"""A synthetic year of many people, simulated from the shell, against reading the same rows with bare SQLite."""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autoflow.model.clock import MICROS
from autoflow.model.durations import DAY
from autoflow.model.event import IDENTIFY, Incoming
from autoflow.store import log
from bench.world import CATEGORIES, EVENTS, START, draw, project, workspace

RECIPES = 10
_BATCH = 20_000
_STEPS = """\
  - send_email: hello
  - wait: 1 day
  - set_attribute: {score: 1}
  - send_email: hello
    id: again
"""
_TEMPLATE = (
    '---\nsubject: Hello\n---\n<p>{{ contact.first_name }}, <a href="{{ unsubscribe_url }}">leave</a></p>\n'
)


class Year(NamedTuple):
    """Seconds for the simulation and for reading the rows alone, the most memory that it had at once in bytes (all
    processes), and how many mails it decided.
    """

    seconds: float
    floor: float
    memory: int
    mails: int


def measure(folder: Path, contacts: int, events: int) -> Year:
    make(folder, contacts, events)
    return simulate(folder)


def make(folder: Path, contacts: int, events: int) -> None:
    """A store with the year in it, as it came in: one identify each, then events, half of which nothing looks at."""
    workspace(folder, RECIPES, steps=_STEPS)
    (folder / "templates/hello.html").write_text(_TEMPLATE)
    made, _ = project(folder)
    database = made.database(create=True)
    database.do("PRAGMA synchronous=OFF")
    batch: list[Incoming] = []
    for message in _year(contacts, events):
        batch.append(message)
        if len(batch) == _BATCH:
            log.append(database, batch, batch[-1].occurred_at or 0)
            batch = []
    log.append(database, batch, START + 366 * DAY)
    database.close()


def _year(contacts: int, events: int) -> Iterator[Incoming]:
    for number in range(contacts):
        traits = {"email": f"{number:07d}@example.com", "first_name": f"N{number}"}
        yield Incoming(IDENTIFY, f"{number + 1:07d}", properties=traits, occurred_at=START + number)
    apart = 365 * DAY // events
    for number in range(events):
        who, at = f"{draw('who', number, contacts) + 1:07d}", START + MICROS + number * apart
        if number % 2:
            yield Incoming("scrolled", who, properties={"depth": number % 100}, occurred_at=at)
            continue
        name = EVENTS[number // 2 % 3]
        properties: dict[str, object] = {"category": CATEGORIES[draw("category", number, 10)]}
        if name == "purchased":
            properties |= {"order_id": f"A{number}", "total": draw("total", number, 8_000) / 100}
        elif name == "viewed":
            properties["price"] = draw("price", number, 5_000) / 100
        yield Incoming(name, who, properties=properties, occurred_at=at)


def simulate(folder: Path) -> Year:
    """The whole year from the shell."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "autoflow", "-C", str(folder), "simulate", "--json"]
    with (folder / "simulated.json").open("w+") as said:
        done = subprocess.Popen(command, stdout=said)
        memory = _watch(done)
        took = time.perf_counter() - begun
        assert done.returncode == 0
        said.seek(0)
        recipes = json.load(said)["recipes"]
    return Year(took, _floor(folder), memory, sum(recipe["sent"] for recipe in recipes))


def _watch(process: subprocess.Popen[bytes]) -> int:
    """The most memory that it and its children had together."""
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(_resident, _family(process.pid))))
        time.sleep(0.2)
    return most


def _family(pid: int) -> list[int]:
    found = [pid]
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return found
    return found + [each for child in children for each in _family(int(child))]


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _floor(folder: Path) -> float:
    """Seconds in which bare SQLite reads every row of the log, and Python its properties, in one process."""
    connection = sqlite3.connect(folder / ".autoflow/store.db")
    begun = time.perf_counter()
    loads = json.loads
    for _, _, _, text in connection.execute("SELECT contact, at, name, properties FROM event"):
        if text is not None:
            loads(text)
    took = time.perf_counter() - begun
    connection.close()
    return took
