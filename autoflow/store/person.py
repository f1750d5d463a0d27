"""One contact as `why` asks about him: his record, his traces, and how far the engine has come with him."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from autoflow.model.contact import Record, Window, unpack
from autoflow.model.effects import ERASED, RunRow
from autoflow.store import set_aside
from autoflow.store.database import Database, listed
from autoflow.store.history import Stored, event_chunks, persons, values
from autoflow.store.reports import (
    Line,
    MessageLine,
    Stumbled,
    find_contact,
    journal_of,
    messages,
    runs_of,
)
from autoflow.store.reports import set_aside as stumbled_over
from autoflow.store.standing import standing
from autoflow.store.tick import next_timer

_AT_A_TIME = 100


class Person(NamedTuple):
    """A contact with all that he was before he said who he is. The record holds its windows whole.

    Everything of his before `as_of` is done, and nothing later is. `unread` counts his rows of the log that the engine
    has not read; `built` says whether his record knows what the release in force asks.
    """

    contact: int
    key: str
    members: tuple[int, ...]
    record: Record
    journal: list[Line]
    runs: list[RunRow]
    messages: list[MessageLine]
    aside: Stumbled | None
    as_of: int
    unread: int
    built: bool

    @property
    def erased(self) -> bool:
        """Whether he was erased, so that nothing is left to ask."""
        return self.record.suppressed == ERASED


def read_person(database: Database, who: str, now: int) -> Person:
    """The contact of a user id, an anonymous id or an address; raises `StoreError` where there is none."""
    contact = find_contact(database, who)
    with database.read():
        row = database.one("SELECT key, record FROM contact WHERE id = ?", contact)
        assert row is not None
        members = tuple(sorted(persons(database, [contact])))
        at = standing(database)
        record = unpack(row[1]) if row[1] is not None else Record(row[0], row[0][2:])
        _fill_windows(database, contact, record)
        return Person(
            contact,
            row[0],
            members,
            record,
            journal_of(database, members),
            runs_of(database, members),
            messages(database, contacts=members),
            next(iter(stumbled_over(database, contact)), None),
            _as_of(database, contact, now),
            _unread(database, members, at.cursor),
            not record.first_known or contact <= at.built_to or record.epoch >= at.epoch,
        )


def _as_of(database: Database, contact: int, now: int) -> int:
    """The last instant up to which everything of his is done."""
    for aside in set_aside.everybody(database):
        if aside.contact == contact:
            return aside.horizon
    at = standing(database)
    unread = database.one("SELECT at FROM event WHERE seq > ? ORDER BY seq LIMIT 1", at.cursor)
    undone = [each for each in (next_timer(database), unread[0] if unread else None) if each is not None]
    return max(min([now, *(each - 1 for each in undone)]), at.horizon)


def _unread(database: Database, members: Collection[int], cursor: int) -> int:
    row = database.one("SELECT max(seq) FROM event")
    if row is None or row[0] is None or row[0] <= cursor:
        return 0
    found = database.one(
        "SELECT count(*) FROM event_of_contact WHERE chunk IN (SELECT value FROM json_each(?))"
        " AND contact IN (SELECT value FROM json_each(?)) AND seq > ?",
        event_chunks(database, after=cursor),
        listed(members),
        cursor,
    )
    assert found is not None
    return int(found[0])


def _fill_windows(database: Database, contact: int, record: Record) -> None:
    """Put the entries of windows that outgrew the record back in their place, in memory alone."""
    spilled = {key: cell for key, cell in record.memory.items() if isinstance(cell, Window) and cell.spilled}
    if not spilled:
        return
    for memory, at, seq, value in database.all(
        "SELECT memory, at, seq, value FROM window_entry WHERE contact = ? ORDER BY memory, at, seq", contact
    ):
        if memory in spilled:
            spilled[memory].head.append((at, seq, value))
            spilled[memory].spilled -= 1


class Log:
    """What came in for some contacts up to an instant, by the name of the event; read as far as somebody asks."""

    def __init__(self, database: Database, members: Collection[int], until: int) -> None:
        self._database = database
        self._places: dict[str, list[int]] = {}
        for name, seq in database.each(
            "SELECT e.name, e.seq FROM event_of_contact c CROSS JOIN event e ON e.seq = c.seq"
            " WHERE c.chunk IN (SELECT value FROM json_each(?))"
            " AND c.contact IN (SELECT value FROM json_each(?)) AND e.at <= ? ORDER BY e.seq",
            event_chunks(database),
            listed(members),
            until,
        ):
            self._places.setdefault(name, []).append(seq)

    def first(self) -> Stored | None:
        """The first that was received."""
        firsts = [places[0] for places in self._places.values()]
        return next(self._read([min(firsts)]), None) if firsts else None

    def rows(self, *names: str) -> Iterator[Stored]:
        """Those of these names, latest first."""
        return self._read(sorted((seq for name in names for seq in self._places.get(name, ())), reverse=True))

    def _read(self, places: list[int]) -> Iterator[Stored]:
        for first in range(0, len(places), _AT_A_TIME):
            for row in self._database.all(
                "SELECT seq, contact, at, occurred_at, origin, history, name, properties, reacts_to FROM event"
                " WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC",
                listed(places[first : first + _AT_A_TIME]),
            ):
                yield Stored._make((*row[:5], bool(row[5]), row[6], values(row[7]), row[8]))
