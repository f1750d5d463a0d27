"""The log, gathered by contact: one pass over it in the order of receipt, so that no row is looked up by itself.

Rows are put into buckets of neighbouring contacts, in a table of this connection alone that SQLite keeps in a file
of its own and throws away: memory stays flat, and after a crash it is gathered anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from autoflow.model.event import MERGE, Event
from autoflow.store.database import Database
from autoflow.store.history import values
from autoflow.store.past import ANY_OWN_DOING, from_inside

BUCKET = 250  # contacts
_BUCKETS = 4_000  # so many that the last page of each stays in memory
_QUICKER = 8  # to pass over a row for its name alone
_CACHE_KB = 32_768


class Gathering:
    """The past of everybody up to an instant, as far as events of some names go."""

    def __init__(
        self, database: Database, names: Collection[str], before: int, contacts: range, *, properties: bool
    ) -> None:
        """Of these contacts; nothing is gathered yet. "*" among the names is any own doing; without `properties`
        events have none.
        """
        self._database = database
        self._first = contacts.start
        self._names = names
        self._before = before
        self._properties = properties
        self.bucket = max(BUCKET, len(contacts) // _BUCKETS)
        row = database.one("SELECT cursor FROM state")
        assert row is not None
        self._last: int = row[0]
        self._passed = 0
        self._asked = 0  # for merges: so far
        self._into: dict[int, int] = {}
        self._owners: dict[int, int] | None = None
        self.close()
        database.do(f"PRAGMA temp.cache_size=-{_CACHE_KB}")
        database.do(
            "CREATE TEMP TABLE past (bucket INTEGER, seq INTEGER, contact INTEGER, at INTEGER, occurred_at INTEGER,"
            " name TEXT, properties TEXT, PRIMARY KEY (bucket, seq)) WITHOUT ROWID"
        )
        database.do("CREATE TEMP TABLE person (id INTEGER PRIMARY KEY, now INTEGER)")

    @property
    def done(self) -> bool:
        """Whether all is gathered."""
        return not self._names or self._passed >= self._last

    def go_on(self, rows: int) -> int:
        """Pass over the next rows of the log, up to so many; returns how many."""
        if self._owners is None:
            self._look_for_merges(rows * _QUICKER)
            return rows
        upto = min(self._passed + rows, self._last)
        who, join = "e.contact", ""
        if self._owners:
            who, join = "coalesce(p.now, e.contact)", " LEFT JOIN person p ON p.id = e.contact"
        asked = sorted(self._names)
        called = f"e.name IN ({', '.join('?' * len(asked))})"
        if ANY_OWN_DOING in asked:
            called, asked = "substr(e.name, 1, 1) != '$'", []
        self._database.do(
            f"INSERT INTO past SELECT ({who} - 1) / {self.bucket}, e.seq, {who}, e.at, e.occurred_at, e.name,"
            f" {'e.properties' if self._properties else 'NULL'} FROM event e{join}"
            f" WHERE e.seq > ? AND e.seq <= ? AND e.at < ? AND {called} AND {who} >= ? ORDER BY 1, 2",
            self._passed,
            upto,
            self._before,
            *asked,
            self._first,
        )
        passed, self._passed = upto - self._passed, upto
        return passed

    def whole(self, contacts: range) -> range:
        """The first of these contacts, up to the end of a bucket where that is among them."""
        end = (contacts.stop - 1) // self.bucket * self.bucket + 1
        return range(contacts.start, end) if end > contacts.start else contacts

    def of(self, contacts: range) -> Callable[[int], list[Event]]:
        """What gives the events of each of these contacts, in order; to be asked for one after the other, ascending.

        What came inside stands after what came from outside at the same instant.
        """
        inside = self._inside(contacts)
        outside = groupby(self._rows(contacts), itemgetter(0))
        ahead = next(outside, None)

        def past(contact: int) -> list[Event]:
            nonlocal ahead
            events: list[Event] = []
            while ahead is not None and ahead[0] <= contact:
                if ahead[0] == contact:
                    events = [Event(row[1], row[2], row[3], row[4], values(row[5])) for row in ahead[1]]
                ahead = next(outside, None)
            if contact in inside:
                events = sorted(events + inside[contact], key=lambda event: event.at)
            return events

        return past

    def _rows(self, contacts: range) -> Iterator[Any]:
        if not self._names:
            return iter(())
        return self._database.each(
            "SELECT contact, seq, at, occurred_at, name, properties FROM past WHERE bucket BETWEEN ? AND ?"
            " AND contact BETWEEN ? AND ? ORDER BY contact, seq",
            (contacts.start - 1) // self.bucket,
            (contacts.stop - 2) // self.bucket,
            contacts.start,
            contacts.stop - 1,
        )

    def _inside(self, contacts: range) -> dict[int, list[Event]]:
        owners = self._owners or {}
        others = [contact for contact, now in owners.items() if now in contacts and contact not in contacts]
        found: dict[int, list[Event]] = {}
        for some in (contacts, others):
            for contact, event in from_inside(self._database, some, self._names, self._before):
                found.setdefault(owners.get(contact, contact), []).append(event)
        return found

    def close(self) -> None:
        """Throw away what was gathered."""
        for table in ("past", "person"):
            self._database.do(f"DROP TABLE IF EXISTS temp.{table}")

    def _look_for_merges(self, rows: int) -> None:
        """Who had been merged into whom by then; in the end, who everybody is, however many merges it took."""
        upto = min(self._asked + rows, self._last)
        for elder, text in self._database.each(
            "SELECT contact, properties FROM event WHERE seq > ? AND seq <= ? AND at < ? AND name = ?",
            self._asked,
            upto,
            self._before,
            MERGE,
        ):
            self._into[values(text)["other"]] = elder
        self._asked = upto
        if upto < self._last:
            return
        self._owners = {}
        for contact, now in self._into.items():
            elder = now
            while elder in self._into:
                elder = self._into[elder]
            self._owners[contact] = elder
        self._database.many("INSERT INTO person VALUES (?, ?)", self._owners.items())
