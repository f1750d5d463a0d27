"""What has ever come in: events by name, and what they carry."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from autoflow.model.effects import EMAIL
from autoflow.model.identifiers import TOMBSTONE
from autoflow.store.database import Database, listed
from autoflow.store.history import values

_LATEST = 100_000  # rows, among which nearly every event that happens at all is found


def events_seen(database: Database, names: Collection[str]) -> set[str]:
    """Those of these events that the log holds; only for those that are rare, or not there, all of it is read."""
    found = _among(database, names, "SELECT name FROM event ORDER BY seq DESC LIMIT ?", _LATEST)
    rest = set(names) - found
    return found | (_among(database, rest, "SELECT name FROM event") if rest else set())


def latest_events(database: Database, names: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The properties of each of these events among the latest rows of the log; of who was erased nothing is known."""
    rows = database.each(
        "SELECT e.name, e.properties FROM event e WHERE e.seq > (SELECT max(seq) FROM event) - ?"
        " AND e.name IN (SELECT value FROM json_each(?)) AND (e.properties IS NOT NULL OR"
        " e.contact NOT IN (SELECT id FROM contact WHERE key LIKE ?))",
        _LATEST,
        listed(names),
        f"{TOMBSTONE}%",
    )
    for name, text in rows:
        yield name, values(text)


def is_all(database: Database) -> bool:
    """Whether the latest rows are the whole log."""
    return database.one("SELECT 1 FROM event WHERE seq <= (SELECT max(seq) FROM event) - ?", _LATEST) is None


def carried_before(database: Database, pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these properties, each (event, name), that some event before the latest rows carries."""
    if not pairs:
        return set()
    rows = database.all(
        "SELECT DISTINCT e.name, p.key FROM event e, json_each(e.properties) p"
        " WHERE e.seq <= (SELECT max(seq) FROM event) - ? AND e.name IN (SELECT value FROM json_each(?))"
        " AND p.key IN (SELECT value FROM json_each(?)) AND p.type <> 'null'",
        _LATEST,
        listed({event for event, _ in pairs}),
        listed({name for _, name in pairs}),
    )
    return set(pairs) & {(event, name) for event, name in rows}


def mails_sent(database: Database) -> int:
    """How many mails have gone out."""
    row = database.one("SELECT count(*) FROM outbox WHERE state = 'sent' AND channel = ?", EMAIL)
    assert row is not None
    return int(row[0])


def _among(database: Database, names: Collection[str], rows: str, *values: int) -> set[str]:
    sql = f"SELECT DISTINCT name FROM ({rows}) WHERE name IN (SELECT value FROM json_each(?))"
    return {name for (name,) in database.all(sql, *values, listed(names))}
