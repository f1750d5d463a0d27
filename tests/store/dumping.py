"""All that a store keeps, to compare two of them."""

from __future__ import annotations

from typing import Any

from autoflow.model.contact import Record, unpack
from autoflow.store.database import Database

# Left out: how the journal and the log are cut into chunks, and numbers of rows that say in which order ticks
# wrote (`outbox.id`, `task.id`) or how far they had come.
TABLES = {
    "event": "*",
    "seen": "*",
    "contact": "*",
    "identity": "*",
    "email": "*",
    "timer": "*",
    "membership": "*",
    "tag": "*",
    "run": "*",
    "window_entry": "*",
    "journal": "contact, n, part, at, kind, subject, recipe, version, entry, step, detail",
    "outbox": "key, part, contact, at, n, recipe, version, entry, step, channel, name, outcome, reason, klass,"
    " template_version, payload, state, next_at",
    "task": "key, part, contact, at, recipe, step, title, owner, due, note, state, done_at",
    "state": "cursor, release, epoch",
}


def _record(blob: bytes) -> Record:
    record = unpack(blob)
    record.epoch = 0  # whether it was brought up by itself or in its turn
    return record


def dump(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, records unpacked so that a difference can be read."""
    found = {}
    for name, columns in TABLES.items():
        rows = database.all(f"SELECT {columns} FROM {name}")
        records = database.one("SELECT 1 FROM pragma_table_info(?) WHERE name = 'record'", name) is not None
        found[name] = sorted(
            (
                tuple(_record(cell) if records and isinstance(cell, bytes) else cell for cell in row)
                for row in rows
            ),
            key=repr,
        )
    return found
