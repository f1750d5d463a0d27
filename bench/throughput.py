"""Append and tick against raw `sqlite3` inserting the same events into log, contact index and deduplication."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from autoflow.app import Engine
from autoflow.model.durations import DAY
from autoflow.model.event import Incoming
from autoflow.model.identifiers import message_hash
from autoflow.store import log
from bench.world import engine, messages

BATCH = 1_000
QUEUED = 4  # batches that have come in by the time the engine looks, as they do when it is busy


def floor(folder: Path, events: Sequence[Incoming], contacts: int) -> float:
    """Events a second of the floor: three tables, `synchronous=FULL`, batches of 1,000."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
        "CREATE TABLE log (seq INTEGER PRIMARY KEY, contact INTEGER, at INTEGER, occurred_at INTEGER, name TEXT,"
        " properties TEXT);"
        "CREATE INDEX log_contact ON log (contact, seq);"
        "CREATE TABLE seen (day INTEGER, hash BLOB, PRIMARY KEY (day, hash)) WITHOUT ROWID;"
    )
    _prefill(connection, contacts)
    encode = msgspec.json.encode
    rows = [
        (int(e.user_id or 0), e.occurred_at, e.occurred_at, e.name, encode(e.properties).decode())
        for e in events
    ]
    seen = [((e.occurred_at or 0) // DAY, message_hash(e.message_id or "")) for e in events]
    begun = time.perf_counter()
    for low in range(0, len(rows), BATCH):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO log (contact, at, occurred_at, name, properties) VALUES (?, ?, ?, ?, ?)",
            rows[low : low + BATCH],
        )
        connection.executemany("INSERT INTO seen VALUES (?, ?)", seen[low : low + BATCH])
        connection.execute("COMMIT")
    took = time.perf_counter() - begun
    connection.close()
    return len(rows) / took


def _prefill(connection: sqlite3.Connection, contacts: int) -> None:
    """One event of every contact, so that the index is as large as contacts make it."""
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO log (contact, at, occurred_at, name, properties) VALUES (?, 0, 0, 'known', NULL)",
        ((each,) for each in range(1, contacts + 1)),
    )
    connection.execute("COMMIT")


def append_and_tick(folder: Path, events: Sequence[Incoming], contacts: int) -> float:
    """Events a second of ours: identity, deduplication, log, tick with everything written; batches of 1,000."""
    running, clock = engine(folder, contacts)
    begun = time.perf_counter()
    for low in range(0, len(events), BATCH):
        batch = events[low : low + BATCH]
        clock.jump(batch[-1].occurred_at or 0)
        log.append(running.database, batch, clock.now())
        if (low // BATCH + 1) % QUEUED == 0:
            _drain(running)
    _drain(running)
    took = time.perf_counter() - begun
    running.close()
    running.database.close()
    return len(events) / took


def _drain(running: Engine) -> None:
    while running.tick():
        pass


def measure(folder: Path, contacts: int, count: int) -> list[tuple[str, float, float]]:
    """(what, events a second, ratio to the floor of the same events)."""
    found = []
    for kind in ("heavy", "light"):
        events = list(messages(count, contacts, light=kind == "light"))
        raw = floor(folder / f"floor-{kind}", events, contacts)
        ours = append_and_tick(folder / kind, events, contacts)
        found.append((f"append + tick, {kind}", ours, ours / raw))
        found.append((f"  the floor of it, {kind}", raw, 1.0))
    return found
