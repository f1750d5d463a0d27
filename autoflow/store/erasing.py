"""Forgetting a person: nothing readable is left but a keyed hash on the suppression list (reliability.md).

The request is one transaction: a row `$erase` at the log's end for each contact that the person was, hashes of his
addresses and user ids on the suppression list, and his names given back. From then on nothing is sent to him. The
tick that reads the row blanks everything else in its own transaction (`store.wiping`), the post has the channels
clean their files, and at last the store is made anew, so that no free page of it remembers (`finish`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from autoflow.model.contact import unpack
from autoflow.model.event import ERASE, IDENTIFY, OUTSIDE
from autoflow.model.identifiers import TOMBSTONE, keyed, tombstone
from autoflow.model.inside import ATTRIBUTE_SET
from autoflow.model.values import fold
from autoflow.store.database import Database, listed
from autoflow.store.history import event_chunks, journal_chunks, persons, values
from autoflow.store.log import CHUNK

ASKED, READ, MADE_ANEW = 0, 1, 2
_EMAIL = "email"


class Owed(NamedTuple):
    """Something that a channel has yet to take out of its files: what it was given under `key`, about `person`."""

    id: int
    channel: str
    key: str
    person: str


def request(database: Database, people: Collection[int], secret: bytes, now: int) -> None:
    """Have these contacts forgotten, with everybody who is one with them."""
    with database.write():
        contacts = sorted(persons(database, _whole(database, people)))
        ids = listed(contacts)
        rows = database.all(
            "SELECT id, part, key FROM contact WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", ids
        )
        names = {row[2] for row in rows}
        names.update(
            row[0]
            for row in database.all(
                "SELECT name FROM identity WHERE contact IN (SELECT value FROM json_each(?))", ids
            )
        )
        addresses = set(_addresses(database, contacts))
        at = _append(database, [(row[0], row[1], tombstone(secret, row[2])) for row in rows], now)
        database.many(
            "INSERT OR IGNORE INTO suppression VALUES (?, ?)",
            sorted((keyed(secret, name), at) for name in {*names, *map(_of_address, addresses)}),
        )
        database.do("DELETE FROM identity WHERE contact IN (SELECT value FROM json_each(?))", ids)
        database.do(
            "DELETE FROM email WHERE address IN (SELECT value FROM json_each(?))"
            " AND contact IN (SELECT value FROM json_each(?))",
            listed(addresses),
            ids,
        )
        database.many(
            "INSERT OR REPLACE INTO erasure VALUES (?, ?, ?)", [(contact, at, ASKED) for contact in contacts]
        )


def _whole(database: Database, people: Collection[int]) -> set[int]:
    """The contacts that these are by now."""
    rows = database.all(
        "WITH RECURSIVE person (id) AS (SELECT value FROM json_each(?) UNION SELECT c.merged_into FROM person p"
        " JOIN contact c ON c.id = p.id WHERE c.merged_into IS NOT NULL)"
        " SELECT c.id FROM contact c JOIN person p ON p.id = c.id WHERE c.merged_into IS NULL",
        listed(people),
    )
    return {row[0] for row in rows}


def _append(database: Database, contacts: Sequence[tuple[int, int, str]], now: int) -> int:
    """A row of the log for each; returns when the last was received."""
    state = database.one("SELECT max(last_at, horizon), (SELECT coalesce(max(seq), 0) FROM event) FROM state")
    assert state is not None
    first, seq = max(now, state[0] + 1), state[1] + 1
    rows = [
        (seq + n, part, contact, first + n, first + n, OUTSIDE, 0, ERASE, f'{{"as":"{name}"}}', None)
        for n, (contact, part, name) in enumerate(contacts)
    ]
    database.many("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    database.many(
        "INSERT INTO event_of_contact VALUES (?, ?, ?)", [(row[0] // CHUNK, row[2], row[0]) for row in rows]
    )
    database.do("UPDATE state SET last_at = ?", rows[-1][3])
    return int(rows[-1][3])


def _addresses(database: Database, contacts: Collection[int]) -> Iterator[str]:
    """Every address that they have, told us of, or were given by a step."""
    ids = listed(contacts)
    known: list[Any] = []
    for (blob,) in database.all(
        "SELECT record FROM contact WHERE id IN (SELECT value FROM json_each(?)) AND record IS NOT NULL", ids
    ):
        known.append(unpack(blob).attributes.get(_EMAIL))
    for (text,) in database.all(
        "SELECT e.properties FROM event_of_contact c CROSS JOIN event e ON e.seq = c.seq WHERE c.chunk IN"
        " (SELECT value FROM json_each(?)) AND c.contact IN (SELECT value FROM json_each(?)) AND e.name = ?",
        event_chunks(database),
        ids,
        IDENTIFY,
    ):
        known.append(values(text).get(_EMAIL))
    for (text,) in database.all(
        "SELECT detail FROM journal WHERE chunk IN (SELECT value FROM json_each(?))"
        " AND contact IN (SELECT value FROM json_each(?)) AND kind = ? AND subject = ?",
        journal_chunks(database),
        ids,
        ATTRIBUTE_SET,
        _EMAIL,
    ):
        known.append(values(text).get("value"))
    yield from (fold(address) for address in known if isinstance(address, str) and address)


def _of_address(address: str) -> str:
    return f"{_EMAIL}:{fold(address)}"


# ---- the suppression list


class Suppressed:
    """The list, as far as somebody asks; nearly always empty."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret
        self._empty = database.one("SELECT 1 FROM suppression LIMIT 1") is None

    def contacts(self, contacts: Collection[int]) -> set[int]:
        """Which of these contacts were erased."""
        if self._empty:
            return set()
        found = self._database.all(
            "SELECT id FROM contact WHERE id IN (SELECT value FROM json_each(?)) AND key LIKE ?",
            listed(contacts),
            f"{TOMBSTONE}%",
        )
        return {row[0] for row in found}

    def address(self, address: object) -> bool:
        """Whether an address is on it."""
        return isinstance(address, str) and self.since(_of_address(address)) is not None

    def since(self, name: str) -> int | None:
        """When a name (`u:` and a user id, …) got on it; None where it is not."""
        if self._empty:
            return None
        row = self._database.one("SELECT since FROM suppression WHERE hash = ?", keyed(self._secret, name))
        return row[0] if row else None

    def since_when(self, who: str) -> int | None:
        """When whoever had this user id, anonymous id or address was erased."""
        found = [self.since(name) for name in (f"u:{who}", f"a:{who}", _of_address(who))]
        return next((at for at in found if at is not None), None)


# ---- what is under way


def contacts(database: Database) -> set[int]:
    """Whose erasure is not finished; nearly always nobody's."""
    return {row[0] for row in database.all("SELECT contact FROM erasure")}


def owed(database: Database) -> list[Owed]:
    """What channels have yet to take out of their files."""
    return [Owed(*row) for row in database.all("SELECT id, channel, key, person FROM forgetting ORDER BY id")]


def paid(database: Database, done: Collection[Owed]) -> None:
    """The channels have taken it out."""
    with database.write():
        database.many("DELETE FROM forgetting WHERE id = ?", [(each.id,) for each in done])


def blank_settled(database: Database, ids: Collection[int]) -> None:
    """Inside a transaction: of these messages, which went to somebody since erased, nothing is kept."""
    database.do(
        "UPDATE outbox SET payload = '{}', result = CASE state WHEN 'refused' THEN result ELSE '' END"
        " WHERE id IN (SELECT value FROM json_each(?)) AND state NOT IN ('pending', 'sending')"
        " AND contact IN (SELECT contact FROM erasure)",
        listed(ids),
    )


def finish(database: Database) -> bool:
    """Make the store anew once nothing of the erased is waited for any more; returns whether all is done.

    That rewrites the whole file, and keeps others from writing meanwhile.
    """
    people = contacts(database)
    if not people:
        return True
    waiting = database.one(
        "SELECT EXISTS (SELECT 1 FROM erasure WHERE stage = ?) OR EXISTS (SELECT 1 FROM forgetting)"
        # word for word the condition of the index on what is open, and then what of it is on its way
        " OR EXISTS (SELECT 1 FROM outbox WHERE state IN ('pending', 'sending', 'held', 'unknown')"
        " AND state IN ('pending', 'sending') AND contact IN (SELECT contact FROM erasure))",
        ASKED,
    )
    if waiting != (0,):
        return False
    ids = listed(people)
    if database.one("SELECT 1 FROM erasure WHERE stage = ?", READ) is not None:
        database.make_anew()
        database.do(
            "UPDATE erasure SET stage = ? WHERE contact IN (SELECT value FROM json_each(?))",
            MADE_ANEW,
            ids,
        )
    if not database.empty_log():
        return False
    database.do("DELETE FROM erasure WHERE contact IN (SELECT value FROM json_each(?))", ids)
    return True
