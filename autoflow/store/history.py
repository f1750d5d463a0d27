"""The log read back: one contact's past, or a span of everybody's, in the order in which it applies."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import msgspec

from autoflow.model.event import Event
from autoflow.model.inside import CHANGES, ENTERED, REMEMBERED, as_event
from autoflow.store.database import Database, listed
from autoflow.store.log import CHUNK

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Stored(NamedTuple):
    """A row of the log as reports and replays read it."""

    seq: int
    contact: int
    at: int
    occurred_at: int
    origin: int
    history: bool
    name: str
    properties: dict[str, Any]
    reacts_to: str | None


def values(text: str | None) -> dict[str, Any]:
    """The properties of a row."""
    return _decode(text) if text is not None else {}


def persons(database: Database, contacts: Collection[int]) -> dict[int, int]:
    """Everybody who is one of these contacts now, themselves included, however many merges it took."""
    return dict(
        database.all(
            "WITH RECURSIVE person (id, now) AS (SELECT value, value FROM json_each(?) UNION ALL"
            " SELECT c.id, p.now FROM contact c JOIN person p ON c.merged_into = p.id)"
            " SELECT id, now FROM person",
            listed(contacts),
        )
    )


def events_of(database: Database, contact: int) -> list[Stored]:
    """A contact's rows of the log, those of the contacts merged into him included, by receipt."""
    return [row for _, row in _rows_of(database, [contact])]


def _rows_of(database: Database, contacts: Collection[int]) -> Iterator[tuple[int, Stored]]:
    """Rows of the log with the contact they belong to now, by receipt."""
    merged = persons(database, contacts)
    for row in database.each(
        "SELECT e.seq, e.contact, e.at, e.occurred_at, e.origin, e.history, e.name, e.properties, e.reacts_to"
        " FROM event_of_contact c JOIN event e ON e.seq = c.seq"
        " WHERE c.chunk IN (SELECT value FROM json_each(?)) AND c.contact IN (SELECT value FROM json_each(?))"
        " ORDER BY e.seq",
        event_chunks(database),
        listed(merged),
    ):
        yield (
            merged[row[1]],
            Stored._make((*row[:5], bool(row[5]), row[6], values(row[7]), row[8])),
        )


def contact_keys(database: Database, contacts: range | Collection[int]) -> dict[int, tuple[str, str]]:
    """These contacts' keys and names."""
    these, bound = some(contacts)
    return {
        row[0]: (row[1], row[2])
        for row in database.each(f"SELECT id, key, name FROM contact WHERE id {these}", *bound)
    }


def changes_inside(
    database: Database, contacts: range | Collection[int], before: int
) -> Iterator[tuple[int, Event]]:
    """What steps once did for these contacts before an instant, as (contact, item), for rebuilding the state there.

    A line that changes a record gives an item called `$` and its kind, one that is remembered its event; an entry
    gives both, in this order.
    """
    these, bound = some(contacts)
    for contact, n, at, kind, subject, recipe, text in database.each(
        "SELECT contact, n, at, kind, subject, recipe, detail FROM journal"
        f" WHERE chunk IN (SELECT value FROM json_each(?)) AND contact {these} AND at < ? ORDER BY contact, n",
        *(journal_chunks(database), *bound, before),
    ):
        detail = values(text)
        if kind in CHANGES:
            yield contact, Event(n, at, at, f"${kind}", {"subject": subject, **detail})
        event = remembered(n, at, kind, subject, recipe, detail)
        if event is not None:
            yield contact, event


def some(contacts: range | Collection[int]) -> tuple[str, tuple[Any, ...]]:
    """The end of a condition on these contacts, and what is bound to it; a range is read in one stretch."""
    if isinstance(contacts, range):
        return "BETWEEN ? AND ?", (contacts.start, contacts.stop - 1)
    return "IN (SELECT value FROM json_each(?))", (listed(contacts),)


def remembered(n: int, at: int, kind: str, subject: str, recipe: str, detail: dict[str, Any]) -> Event | None:
    """The event that a line of the journal stands for; None where it is none that conditions may remember.

    A run that was taken over in a merge entered long before.
    """
    if kind not in REMEMBERED or (kind == ENTERED and "merged" in detail):
        return None
    return Event(n, at, at, *as_event(kind, subject, recipe, detail), inside=True)


def last_row(database: Database) -> int:
    """The last row of the log about anybody; 0 where there is none."""
    row = database.one("SELECT seq FROM event WHERE contact != 0 ORDER BY seq DESC LIMIT 1")
    return row[0] if row is not None else 0


def last_before(database: Database, instant: int) -> int:
    """The last row of the log that was received before an instant; 0 where none was."""
    row = database.one("SELECT coalesce(max(seq), 0) FROM event")
    assert row is not None
    low, high = 0, row[0]
    while low < high:  # receipts ascend with the rows, which have no gaps
        middle = (low + high + 1) // 2
        found = database.one("SELECT at FROM event WHERE seq = ?", middle)
        assert found is not None
        low, high = (middle, high) if found[0] < instant else (low, middle - 1)
    return low


def event_chunks(database: Database, after: int = 0) -> str:
    """Every chunk of `event_of_contact`, for a query; those with rows after that one."""
    row = database.one("SELECT coalesce(max(seq), 0) FROM event")
    assert row is not None
    return listed(range(after // CHUNK, row[0] // CHUNK + 1))


def journal_chunks(database: Database) -> str:
    """Every chunk of the journal, for a query."""
    row = database.one("SELECT journal_rows FROM state")
    assert row is not None
    return listed(range(row[0] // CHUNK + 1))
