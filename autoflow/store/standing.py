"""How far the engine is: one row of the store."""

from __future__ import annotations

from typing import NamedTuple

from autoflow.store.database import Database

BUILT = 1 << 62
"""`built_to` where everybody has been brought to the definitions in force, and whoever comes later as well."""


class Standing(NamedTuple):
    """The row that says how far the engine is."""

    cursor: int
    horizon: int
    epoch: int
    release: int
    applied_at: int
    built_to: int
    journal_rows: int
    known_to: int


def standing(database: Database) -> Standing:
    """How far the engine is."""
    row = database.one(
        "SELECT cursor, horizon, epoch, release, applied_at, built_to, journal_rows, known_to FROM state"
    )
    assert row is not None
    return Standing(*row)


def settled(database: Database, now: int) -> int:
    """The instant up to which everything is worked out: `now` where nothing waits, neither rows nor timers.

    Whoever is set aside is not waited for.
    """
    row = database.one(
        "SELECT horizon, (SELECT min(at) FROM event WHERE seq > cursor), (SELECT due FROM timer"
        " WHERE contact NOT IN (SELECT contact FROM set_aside) ORDER BY due LIMIT 1) FROM state"
    )
    assert row is not None
    horizon, *waiting = row
    return int(max(horizon, min([now, *(at - 1 for at in waiting if at is not None)])))


def built(database: Database) -> tuple[int, int]:
    """How many of how many contacts are brought to the definitions in force."""
    row = database.one("SELECT built_to, (SELECT coalesce(max(id), 0) FROM contact) FROM state")
    assert row is not None
    return min(row), row[1]


def building(database: Database) -> tuple[int, int] | None:
    """The same while it goes on; None where everybody is there."""
    done, total = built(database)
    return (done, total) if done < total else None
