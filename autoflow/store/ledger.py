"""The send ledger: what is to go out, what is on its way, what became of it. One row for each effect, for good.

States: pending, sending, sent, skipped (by the gate), refused (on the last look), failed, unknown, held.
Never twice by our hand: a row is committed as `sending` before the network sees it, and a row found `sending`
after a crash is `unknown`. At worst unknown, never silently lost (reliability.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from autoflow.model.contact import Record, unpack
from autoflow.model.effects import EMAIL
from autoflow.model.event import Incoming
from autoflow.model.identifiers import message_hash
from autoflow.store.database import Database, StoreError, listed
from autoflow.store.lease import verify
from autoflow.store.log import CHUNK, append_within

PENDING, SENDING, SENT, REFUSED, FAILED, UNKNOWN, HELD = (
    "pending",
    "sending",
    "sent",
    "refused",
    "failed",
    "unknown",
    "held",
)
TRANSACTIONAL = "transactional"
POSTPONED = "postponed"
# What is not over yet. Word for word the condition of the index on it: SQLite takes the index only for a query
# that repeats it, and would look at every message ever sent without.
OPEN = "state IN ('pending', 'sending', 'held', 'unknown')"
# Marketing mail that has left the house, or may have; likewise the condition of an index.
MAILED = "klass = 'marketing' AND state IN ('sending', 'sent', 'unknown')"
_FIRST_RETRY, _LAST_RETRY = 30_000_000, 3_600_000_000
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Entry(NamedTuple):
    """One message of the ledger. `values` holds what its mail or notice is made from."""

    id: int
    key: str
    contact: int
    contact_key: str
    at: int
    recipe: str
    step: str
    channel: str
    name: str
    klass: str
    template_version: str
    values: dict[str, Any]
    attempts: int


class Settlement(NamedTuple):
    """What became of one attempt: sent, unsent (surely, may be tried again), rejected, unknown, failed
    (could not be made), or postponed (its channel is down: no attempt of its own).
    """

    entry: Entry
    outcome: str
    reason: str = ""
    permanent: bool = False
    retry_after: int | None = None


class Rules(NamedTuple):
    """What the last look and the settling go by: segments that get no marketing mail, channels on which sending
    a key again changes nothing, and after how many attempts a message is given up.
    """

    deny: Collection[str]
    repeatable: Collection[str]
    most_attempts: int


def waiting(database: Database, now: int, limit: int, closed: Collection[str] = ()) -> list[Entry]:
    """What may go out now, oldest decision first; nothing of the `closed` channels, however much waits for them."""
    rows = database.all(
        "SELECT o.id, o.key, o.contact, c.key, o.at, o.recipe, o.step, o.channel, o.name, o.klass, o.template_version,"
        " o.payload, o.attempts FROM outbox o JOIN contact c ON c.id = o.contact"
        f" WHERE {OPEN} AND o.state = 'pending' AND o.next_at <= ?"
        " AND o.channel NOT IN (SELECT value FROM json_each(?)) ORDER BY o.next_at, o.id LIMIT ?",
        now,
        listed(closed),
        limit,
    )
    return [Entry._make((*row[:11], _decode(row[11]), row[12])) for row in rows]


def hold_late(database: Database, now: int, late_after: int) -> int:
    """Mail that is later than it may be waits for a person's word, and is never flooded out; returns how many."""
    # What was never tried nor released stands at its first attempt, so `next_at` finds it in the index.
    late = (
        f"{OPEN} AND state = 'pending' AND next_at < ?1 AND at < ?1 AND channel = ?2 AND attempts = 0"
        " AND result != 'released'"
    )
    before = now - late_after
    if database.one(f"SELECT 1 FROM outbox WHERE {late} LIMIT 1", before, EMAIL) is None:
        return 0  # as nearly always: no need to keep other writers waiting
    with database.write():
        return database.do(f"UPDATE outbox SET state = 'held', result = 'late' WHERE {late}", before, EMAIL)


def settle_and_start(
    database: Database,
    settled: Sequence[Settlement],
    entries: Sequence[Entry],
    now: int,
    fence: int,
    rules: Rules,
) -> list[Entry]:
    """Write down what became of the last group and start the next, in one transaction.

    Looks once more at everybody about to be mailed; what it refuses comes back as an event. A contact with
    something unread in the log is left for later. Returns the entries that are now `sending`.
    """
    with database.write():
        verify(database, fence)
        events = [event for each in settled for event in _settle(database, each, now, rules)]
        started = []
        persons = _persons(database, entries)
        unread = _unread(database, persons)
        mailed = {persons[entry.contact] for entry in entries if entry.channel == EMAIL}
        records = _records(database, mailed)
        for entry in entries:
            if entry.contact in unread or persons[entry.contact] in unread:
                continue
            why = _refusal(entry, records.get(persons[entry.contact]), rules.deny)
            if why is not None:
                _set(database, entry, REFUSED, why, now)
                events.append(_event(entry, "email_skipped", {"reason": why}))
            else:
                started.append(entry)
        database.many(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = 'pending'",
            [(entry.id,) for entry in started],
        )
        append_within(database, events, now)
    return started


def park_unfinished(database: Database, now: int, repeatable: Collection[str]) -> int:
    """After a crash: what was on its way is unknown; what may go twice is tried again. Returns how many are unknown."""
    with database.write():
        database.do(
            f"UPDATE outbox SET state = 'pending' WHERE {OPEN} AND state = 'sending'"
            " AND (klass = ? OR channel IN (SELECT value FROM json_each(?)))",
            TRANSACTIONAL,
            listed(sorted(repeatable)),
        )
        return database.do(
            "UPDATE outbox SET state = 'unknown', result = 'stopped while sending', settled_at = ?"
            f" WHERE {OPEN} AND state = 'sending'",
            now,
        )


def next_attempt(database: Database) -> int | None:
    """The earliest instant at which something may go out."""
    row = database.one(f"SELECT min(next_at) FROM outbox WHERE {OPEN} AND state = 'pending'")
    return row[0] if row else None


def release(database: Database, ids: Iterable[int], now: int) -> int:
    """Let held mail go after all; returns how many."""
    with database.write():
        return database.do(
            "UPDATE outbox SET state = 'pending', result = 'released', next_at = ?"
            " WHERE state = 'held' AND id IN (SELECT value FROM json_each(?))",
            now,
            listed(ids),
        )


def resolve(database: Database, key: str, now: int, *, sent: bool) -> None:
    """A person says what became of an unknown message: it went out, or it shall be sent again."""
    state = (SENT, "resolved as sent") if sent else (PENDING, "resend")
    with database.write():
        changed = database.do(
            "UPDATE outbox SET state = ?, result = ?, settled_at = ?, next_at = ? WHERE key = ? AND state = 'unknown'",
            *state,
            now if sent else None,
            now,
            key,
        )
    if not changed:
        raise StoreError(
            f'There is no message "{key}" whose fate is unknown.', "`autoflow outbox` lists them."
        )


def _settle(database: Database, settlement: Settlement, now: int, rules: Rules) -> list[Incoming]:
    entry, outcome, reason = settlement.entry, settlement.outcome, settlement.reason
    if outcome == POSTPONED:
        database.do(
            "UPDATE outbox SET state = 'pending', attempts = attempts - 1, result = ?, next_at = ? WHERE id = ?",
            reason,
            now + (settlement.retry_after or 0),
            entry.id,
        )
        return []
    again = outcome == "unsent" or (
        outcome == UNKNOWN and (entry.klass == TRANSACTIONAL or entry.channel in rules.repeatable)
    )
    if again and entry.attempts + 1 < rules.most_attempts:
        wait = settlement.retry_after or _backoff(entry)
        database.do(
            "UPDATE outbox SET state = 'pending', result = ?, next_at = ? WHERE id = ?",
            reason,
            now + wait,
            entry.id,
        )
        return []
    if again:
        _set(database, entry, FAILED, f"given up: {reason}", now)
        return []
    if outcome == "rejected":
        _set(database, entry, FAILED, reason, now)
        if entry.channel != EMAIL:
            return []
        return [_event(entry, "email_bounced", {"reason": reason, "permanent": settlement.permanent})]
    _set(database, entry, outcome, reason, now)
    return []


def _backoff(entry: Entry) -> int:
    """Twice as long each time, up to an hour, with a jitter that follows from the key."""
    wait = min(_FIRST_RETRY << min(entry.attempts, 10), _LAST_RETRY)
    return wait + wait * message_hash(entry.key)[0] // 1024


def _set(database: Database, entry: Entry, state: str, reason: str, now: int) -> None:
    database.do(
        "UPDATE outbox SET state = ?, result = ?, settled_at = ? WHERE id = ?", state, reason, now, entry.id
    )


def _event(entry: Entry, name: str, properties: dict[str, Any]) -> Incoming:
    kind, _, identifier = entry.contact_key.partition(":")
    return Incoming(
        name=name,
        user_id=identifier if kind == "u" else None,
        anonymous_id=identifier if kind == "a" else None,
        properties={"template": entry.name, "recipe": entry.recipe, **properties},
        message_id=f"{name}/{entry.key}/{entry.attempts}",
        reacts_to=entry.key,
    )


def _persons(database: Database, entries: Sequence[Entry]) -> dict[int, int]:
    """Each entry's contact, and the contact that he is by now: mail decided for a visitor heeds what the user says."""
    return dict(
        database.all(
            "WITH RECURSIVE person(contact, id) AS (SELECT value, value FROM json_each(?) UNION SELECT person.contact,"
            " c.merged_into FROM person JOIN contact c ON c.id = person.id WHERE c.merged_into IS NOT NULL)"
            " SELECT contact, min(id) FROM person GROUP BY contact",  # whoever is merged goes into an elder
            listed({entry.contact for entry in entries}),
        )
    )


def _unread(database: Database, persons: Mapping[int, int]) -> set[int]:
    row = database.one("SELECT cursor, (SELECT coalesce(max(seq), 0) FROM event) FROM state")
    assert row is not None
    cursor, last = row
    if cursor == last:
        return set()
    return {
        each[0]
        for each in database.all(
            "SELECT DISTINCT contact FROM event_of_contact WHERE chunk IN (SELECT value FROM json_each(?))"
            " AND contact IN (SELECT value FROM json_each(?)) AND seq > ?",
            listed(range(cursor // CHUNK, last // CHUNK + 1)),
            listed({*persons, *persons.values()}),
            cursor,
        )
    }


def _records(database: Database, contacts: Iterable[int]) -> dict[int, Record]:
    rows = database.all(
        "SELECT id, record FROM contact WHERE id IN (SELECT value FROM json_each(?))",
        listed(contacts),
    )
    return {contact: unpack(blob) for contact, blob in rows if blob is not None}


def _refusal(entry: Entry, record: Record | None, deny: Collection[str]) -> str | None:
    if entry.channel != EMAIL or record is None:
        return None
    if record.suppressed:
        return "suppressed"
    if entry.klass == TRANSACTIONAL:
        return None
    # What was refused before the decision, the gate has judged by topic.
    if "*" in record.refused or any(at >= entry.at for at in record.refused.values()):
        return "unsubscribed"
    return "deny" if any(segment in record.segments for segment in deny) else None
