"""The log's end: messages go in once, each under the contact it belongs to, at a strictly increasing instant.

Any process may append. A message counts as accepted only once this transaction is committed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from autoflow.model.durations import DAY
from autoflow.model.event import KNOWN_AS, MERGE, OUTSIDE, REACTION, Incoming
from autoflow.model.identifiers import message_hash, partition
from autoflow.store.database import Database, listed

CHUNK = 65_536
_LONG_NUMBER = re.compile(rb"\d{19}")
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Appended(NamedTuple):
    """How many messages went in, and how many had been there before."""

    accepted: int
    duplicates: int


class _Identities:
    """Who is who, as far as one batch needs it."""

    def __init__(self, database: Database, names: set[str]) -> None:
        self._database = database
        rows = database.all(
            "SELECT name, contact FROM identity WHERE name IN (SELECT value FROM json_each(?))", listed(names)
        )
        self.known: dict[str, int] = dict(rows)
        self._next = 0
        self.new_contacts: list[tuple[Any, ...]] = []
        self.new_names: list[tuple[str, int]] = []
        self.renamed: dict[int, str] = {}
        self.parts: dict[int, int] = {}
        found = listed(set(self.known.values()))
        self._anonymous: dict[int, bool] = {}
        for contact, part, key in database.each(
            "SELECT id, part, key FROM contact WHERE id IN (SELECT value FROM json_each(?))", found
        ):
            self.parts[contact] = part
            self._anonymous[contact] = key.startswith("a:")

    def resolve(self, user: str | None, anonymous: str | None) -> tuple[int, int | None]:
        """The contact a message belongs to, and the other one where the message shows two to be one."""
        by_user = self.known.get(f"u:{user}") if user else None
        by_anonymous = self.known.get(f"a:{anonymous}") if anonymous else None
        if by_user is None and by_anonymous is None:
            return self._create(user, anonymous), None
        if by_user is None:
            assert by_anonymous is not None
            if user is None or self._claim(by_anonymous, user):
                return by_anonymous, None
            return self._create(user, None), None  # the browser now belongs to somebody else
        if anonymous and by_anonymous is None:
            self._name(f"a:{anonymous}", by_user)
        elif by_anonymous is not None and by_anonymous != by_user and not self._identified(by_anonymous):
            return self._merge(by_user, by_anonymous)
        return by_user, None

    def _identified(self, contact: int) -> bool:
        return not self._anonymous.get(contact, False) or contact in self._users_of(contact)

    def _users_of(self, contact: int) -> set[int]:
        held = self._database.one(
            "SELECT 1 FROM identity WHERE contact = ? AND name >= 'u:' AND name < 'u;'", contact
        )
        fresh = any(owner == contact and name.startswith("u:") for name, owner in self.new_names)
        return {contact} if held or fresh else set()

    def _claim(self, contact: int, user: str) -> bool:
        """An anonymous visitor says who he is; False where he already said otherwise."""
        if self._identified(contact):
            return False
        self._name(f"u:{user}", contact)
        self.renamed[contact] = user
        return True

    def _merge(self, user: int, visitor: int) -> tuple[int, int | None]:
        """The elder keeps the id; every name of the younger now means the elder."""
        elder, younger = min(user, visitor), max(user, visitor)
        names = [name for name, contact in self.known.items() if contact == younger]
        stored = self._database.all("SELECT name FROM identity WHERE contact = ?", younger)
        for name in {*names, *(row[0] for row in stored)}:
            self._name(name, elder)
            if name.startswith("u:"):
                self.renamed[elder] = name[2:]
        return elder, younger

    def _create(self, user: str | None, anonymous: str | None) -> int:
        if not self._next:
            row = self._database.one("SELECT coalesce(max(id), 0) FROM contact")
            assert row is not None
            self._next = row[0]
        self._next += 1
        contact = self._next
        key = f"u:{user}" if user else f"a:{anonymous}"
        self.parts[contact] = partition(key)
        self._anonymous[contact] = not user
        self.new_contacts.append((contact, self.parts[contact], key, key[2:]))
        for name in (f"u:{user}" if user else None, f"a:{anonymous}" if anonymous else None):
            if name is not None and name not in self.known:
                self._name(name, contact)
        return contact

    def _name(self, name: str, contact: int) -> None:
        self.known[name] = contact
        self.new_names.append((name, contact))


def append(database: Database, messages: Sequence[Incoming], now: int) -> Appended:
    """Write messages to the log in one transaction; those seen before are left out.

    `now` is UTC microseconds. Each message's receipt is the next free microsecond at or after `now`, later than
    every earlier receipt and than the engine's horizon; it never occurred after its receipt.
    """
    with database.write():
        return append_within(database, messages, now)


def append_within(database: Database, messages: Sequence[Incoming], now: int) -> Appended:
    """The same inside a transaction that somebody else has begun."""
    state = database.one("SELECT max(last_at, horizon) FROM state")
    last = database.one("SELECT coalesce(max(seq), 0) FROM event")
    assert state is not None and last is not None
    fresh = _fresh(database, messages)
    rows = _rows(database, fresh, max(now, state[0] + 1), last[0])
    if rows:
        database.do("UPDATE state SET last_at = ?", rows[-1][3])
    return Appended(len(fresh), len(messages) - len(fresh))


def _fresh(database: Database, messages: Sequence[Incoming]) -> list[Incoming]:
    """Those whose message id has not been seen; remembers the ids."""
    keys = [  # one that names no time stands under day 0, so that its repetition on another day is known
        ((message.occurred_at or 0) // DAY, message_hash(message.message_id))
        for message in messages
        if message.message_id is not None
    ]
    database.do("SAVEPOINT seen")
    if database.many("INSERT OR IGNORE INTO seen VALUES (?, ?)", keys) == len(keys):
        database.do("RELEASE seen")
        return list(messages)
    database.do("ROLLBACK TO seen")
    remaining = iter(keys)
    fresh = [
        message
        for message in messages
        if message.message_id is None
        or database.many("INSERT OR IGNORE INTO seen VALUES (?, ?)", [next(remaining)])
    ]
    database.do("RELEASE seen")
    return fresh


def _rows(database: Database, messages: Sequence[Incoming], at: int, seq: int) -> list[tuple[Any, ...]]:
    names = {f"u:{message.user_id}" for message in messages if message.user_id}
    names |= {f"a:{message.anonymous_id}" for message in messages if message.anonymous_id}
    who = _Identities(database, names)
    rows: list[tuple[Any, ...]] = []
    merged: list[tuple[int, int]] = []
    for message in messages:
        renamed = len(who.renamed)
        contact, other = who.resolve(message.user_id, message.anonymous_id)
        inner: list[tuple[str, dict[str, Any]]] = [(MERGE, {"other": other})] if other is not None else []
        if other is not None:
            merged.append((contact, other))
        elif len(who.renamed) > renamed:
            inner.append((KNOWN_AS, {"user": message.user_id}))
        for name, values in inner:
            seq += 1
            happened = at if message.occurred_at is None else min(message.occurred_at, at)
            rows.append(
                (
                    seq,
                    who.parts[contact],
                    contact,
                    at,
                    happened,
                    OUTSIDE,
                    int(message.history),
                    name,
                    _text(values),
                    None,
                )
            )
            at += 1
        seq += 1
        occurred = at if message.occurred_at is None else min(message.occurred_at, at)
        origin = OUTSIDE if message.reacts_to is None else REACTION
        properties = _text(message.properties)
        history = int(message.history)
        rows.append(
            (
                seq,
                who.parts[contact],
                contact,
                at,
                occurred,
                origin,
                history,
                message.name,
                properties,
                message.reacts_to,
            )
        )
        at += 1
    database.many("INSERT INTO contact (id, part, key, name) VALUES (?, ?, ?, ?)", who.new_contacts)
    database.many(
        "UPDATE contact SET name = ? WHERE id = ?", [(name, each) for each, name in who.renamed.items()]
    )
    database.many("INSERT OR REPLACE INTO identity VALUES (?, ?)", who.new_names)
    database.many("UPDATE contact SET merged_into = ? WHERE id = ?", merged)
    database.many("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    database.many(
        "INSERT INTO event_of_contact VALUES (?, ?, ?)", [(row[0] // CHUNK, row[2], row[0]) for row in rows]
    )
    return rows


def _text(properties: dict[str, Any]) -> str | None:
    if not properties:
        return None
    text = _encode(properties)
    return (_encode(_countable(properties)) if _LONG_NUMBER.search(text) else text).decode()


def _countable(value: Any) -> Any:
    """Whole numbers beyond 64 bits, which nothing can count with, become text."""
    if isinstance(value, dict):
        return {key: _countable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_countable(inner) for inner in value]
    return str(value) if type(value) is int and not -(2**63) <= value < 2**63 else value
