"""Which events have ever come in."""

from __future__ import annotations

from collections.abc import Collection

from autoflow.store.database import Database, listed

_LATEST = 100_000  # rows, among which nearly every event that happens at all is found


def events_seen(database: Database, names: Collection[str]) -> set[str]:
    """Those of these events that the log holds; only for those that are rare, or not there, all of it is read."""
    found = _among(database, names, "SELECT name FROM event ORDER BY seq DESC LIMIT ?", _LATEST)
    rest = set(names) - found
    return found | (_among(database, rest, "SELECT name FROM event") if rest else set())


def _among(database: Database, names: Collection[str], rows: str, *values: int) -> set[str]:
    sql = f"SELECT DISTINCT name FROM ({rows}) WHERE name IN (SELECT value FROM json_each(?))"
    return {name for (name,) in database.all(sql, *values, listed(names))}
