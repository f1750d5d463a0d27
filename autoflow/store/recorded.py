"""The log as a replay plays it: everybody's rows, a few contacts at a time, each at its instant.

History is played at the time it occurred, what came in live at its receipt; ties are broken by receipt, and every
row gets an instant of its own, strictly increasing over all, as receipts are (design.md). So the instants depend on
the whole log, and are worked out once, before anybody's rows are read.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from autoflow.model.event import MERGE
from autoflow.store.database import Database, listed
from autoflow.store.finding import groups_of
from autoflow.store.history import some, values
from autoflow.store.log import CHUNK

_INSTANT = "(CASE history WHEN 1 THEN occurred_at ELSE at END)"
_ENDLESS = 1 << 62


class Recorded(NamedTuple):
    """What is recorded up to an instant: `rows` of the log from the instant `first` to `last`.

    `until` is the last row that counts, however many have come since, and `end` the instant up to which rows are
    played. `instants` has that of each row by its number (0: not played); None where every row is played at its
    receipt. `merged` names everybody who turns out to be one with others, with all of them.
    """

    first: int
    last: int
    rows: int
    until: int
    end: int
    contacts: int
    instants: array[int] | None
    merged: dict[int, frozenset[int]]


def survey(database: Database, end: int | None = None) -> Recorded | None:
    """What is recorded up to and at `end` (all, where that is None); None where nothing is."""
    until, contacts = database.one("SELECT coalesce(max(seq), 0), coalesce(max(contact), 0) FROM event") or (
        0,
        0,
    )
    limit = _ENDLESS if end is None else end
    if database.one("SELECT 1 FROM event WHERE history = 1 AND seq <= ? LIMIT 1", until) is None:
        found = database.one(
            "SELECT count(*), min(at), max(at) FROM event WHERE contact != 0 AND at <= ? AND seq <= ?",
            limit,
            until,
        )
        rows, first, last = found or (0, 0, 0)
        instants = None
    else:
        instants = array("q", bytes(8 * (until + 1)))
        rows, first, last = _in_order(database, until, limit, instants)
    if not rows:
        return None
    pairs = database.all(
        f"SELECT contact, properties FROM event WHERE name = ? AND seq <= ? AND {_INSTANT} <= ?",
        *(MERGE, until, limit),
    )
    groups = groups_of((contact, values(text)["other"]) for contact, text in pairs)
    merged = {member: frozenset(group) for member, group in groups.items()}
    return Recorded(first, last, rows, until, limit, contacts, instants, merged)


def _in_order(database: Database, until: int, limit: int, instants: array[int]) -> tuple[int, int, int]:
    rows, first, last = 0, 0, -1
    for seq, instant in database.each(
        f"SELECT seq, {_INSTANT} FROM event WHERE contact != 0 AND seq <= ? AND {_INSTANT} <= ? ORDER BY 2, 1",
        *(until, limit),
    ):
        last = instant if instant > last else last + 1
        instants[seq] = last
        first = first if rows else last
        rows += 1
    return rows, first, last


class Row(NamedTuple):
    """A row of the log as it is played, its properties still as they are stored."""

    instant: int
    seq: int
    contact: int
    at: int
    occurred_at: int
    origin: int
    history: int
    name: str
    properties: str | None
    reacts_to: str | None


def rows_of(database: Database, recorded: Recorded, contacts: range | Collection[int]) -> Iterator[Row]:
    """These contacts' rows as they are played; each contact's by receipt."""
    these, bound = some(contacts)
    instants, end = recorded.instants, recorded.end
    for row in database.each(
        "SELECT e.at, e.seq, e.contact, e.at, e.occurred_at, e.origin, e.history, e.name, e.properties, e.reacts_to"
        " FROM event_of_contact c CROSS JOIN event e ON e.seq = c.seq"
        f" WHERE c.chunk IN (SELECT value FROM json_each(?)) AND c.contact {these} AND e.seq <= ?",
        *(listed(range(recorded.until // CHUNK + 1)), *bound, recorded.until),
    ):
        if instants is None:
            if row[0] <= end:
                yield Row._make(row)
        elif instants[row[1]]:
            yield Row(instants[row[1]], *row[1:])


def examples(database: Database, event: str, most: int) -> list[dict[str, Any]]:
    """The properties of the first events of that name, up to so many."""
    rows = database.all("SELECT properties FROM event WHERE name = ? ORDER BY seq LIMIT ?", event, most)
    return [values(row[0]) for row in rows]
