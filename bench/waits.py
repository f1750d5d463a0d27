"""Waits that fall due all at once, walked through ticks, against a raw table of due times."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from autoflow.app import Engine
from autoflow.model.clock import VirtualClock
from autoflow.model.durations import DAY
from autoflow.model.event import Incoming
from autoflow.store import log
from autoflow.store.tick import TIMERS
from bench import world

_BATCH = 2_000
_RECIPE = """\
recipe: waits
trigger:
  event: scrolled
conditions:
  - {attribute: email, is_set: true}
goal:
  - {did: purchased}
actions:
  - add_tag: waits
  - wait: 1 day
  - set_attribute: {score: 1}
  - wait: 30 days
"""


def floor(folder: Path, count: int) -> float:
    """Due times a second of the floor: found, taken out and put back later, a row updated for each; `FULL`."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
        "CREATE TABLE timer (due INTEGER, contact INTEGER, PRIMARY KEY (due, contact)) WITHOUT ROWID;"
        "CREATE TABLE contact (id INTEGER PRIMARY KEY, due INTEGER, record BLOB);"
        "BEGIN"
    )
    record = bytes(300)
    everybody = range(1, count + 1)
    connection.executemany("INSERT INTO timer VALUES (?, ?)", ((each * 1_000, each) for each in everybody))
    connection.executemany("INSERT INTO contact VALUES (?, 0, ?)", ((each, record) for each in everybody))
    connection.execute("COMMIT")
    horizon = count * 1_000
    begun = time.perf_counter()
    while True:
        connection.execute("BEGIN IMMEDIATE")
        due = connection.execute(
            "SELECT due, contact FROM timer WHERE due <= ? ORDER BY due LIMIT ?", (horizon, TIMERS)
        ).fetchall()
        connection.executemany("DELETE FROM timer WHERE due = ? AND contact = ?", due)
        later = [(at + horizon, contact) for at, contact in due]
        connection.executemany("INSERT INTO timer VALUES (?, ?)", later)
        connection.executemany(
            "UPDATE contact SET due = ?, record = ? WHERE id = ?", [(at, record, each) for at, each in later]
        )
        connection.execute("COMMIT")
        if not due:
            break
    took = time.perf_counter() - begun
    connection.close()
    return count / took


def steps(running: Engine, clock: VirtualClock, count: int) -> float:
    """Waits a second that end in ticks, each followed by a step and by the next wait."""
    clock.jump(clock.now() + 2 * DAY)
    begun = time.perf_counter()
    while running.tick():
        pass
    took = time.perf_counter() - begun
    done = running.database.one("SELECT count(*) FROM journal WHERE kind = 'attribute_set'")
    assert done == (count,), f"{done} of {count} waits ended"
    return count / took


def waiting(folder: Path, count: int) -> tuple[Engine, VirtualClock]:
    """An engine over `count` contacts, each of whom has been waiting in a recipe for less than a day."""
    world.workspace(folder, recipes=0)
    (folder / "recipes/waits.yaml").write_text(_RECIPE)
    running, clock = world.engine(folder, count, recipes=0)
    start = clock.now()
    for low in range(1, count + 1, _BATCH):
        high = min(low + _BATCH, count + 1)
        clock.jump(start + high * 1_000)
        events = [
            Incoming("scrolled", f"{each:07d}", occurred_at=start + each * 1_000, message_id=f"s{each}")
            for each in range(low, high)
        ]
        log.append(running.database, events, clock.now())
        while running.tick():
            pass
    return running, clock


def measure(folder: Path, count: int) -> tuple[float, float]:
    """Steps a second, and the floor's rows a second."""
    raw = floor(folder / "floor", count)
    running, clock = waiting(folder / "ours", count)
    ours = steps(running, clock, count)
    running.close()
    running.database.close()
    return ours, raw
