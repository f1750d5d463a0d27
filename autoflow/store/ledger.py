"""The send ledger: what is to go out, what is on its way, what became of it. One row for each effect, for good.

States: pending, sending, sent, skipped (by the gate), refused (on the last look), failed, unknown, held.
Never twice by our hand: a row is committed as `sending` before the network sees it, and a row found `sending`
after a crash is `unknown`. At worst unknown, never silently lost (reliability.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from autoflow.model.effects import EMAIL
from autoflow.model.event import Incoming
from autoflow.model.identifiers import message_hash
from autoflow.store import erasing
from autoflow.store.database import Database, StoreError, listed
from autoflow.store.last_look import TRANSACTIONAL, Entry, Go, Hold, PutOff, Refuse, Rules, look
from autoflow.store.lease import verify
from autoflow.store.log import append_within
from autoflow.store.set_aside import silent

PENDING, SENDING, SENT, REFUSED, FAILED, UNKNOWN, HELD = (
    "pending",
    "sending",
    "sent",
    "refused",
    "failed",
    "unknown",
    "held",
)
POSTPONED = "postponed"
# What is not over yet. Word for word the condition of the index on it: SQLite takes the index only for a query
# that repeats it, and would look at every message ever sent without.
OPEN = "state IN ('pending', 'sending', 'held', 'unknown')"
LATE, CAP, RELEASED = (
    "late",
    "cap",
    "released",
)  # what `result` says; the last is kept in front of what follows
_FIRST_RETRY, _LAST_RETRY = 30_000_000, 3_600_000_000
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Settlement(NamedTuple):
    """What became of one attempt: sent, unsent (surely, may be tried again), rejected, unknown, failed
    (could not be made), or postponed (its channel is down: no attempt of its own).
    """

    entry: Entry
    outcome: str
    reason: str = ""
    permanent: bool = False
    retry_after: int | None = None


class Started(NamedTuple):
    """The entries that are `sending` now, and how many others do not wait any more, or not just now."""

    entries: list[Entry]
    moved: int


def waiting(
    database: Database,
    now: int,
    limit: int,
    closed: Collection[str] = (),
    only: Collection[int] | None = None,
) -> list[Entry]:
    """What may go out now, oldest decision first; nothing of the `closed` channels, however much waits for them, and
    nothing for contacts who are set aside. Of everybody, or of some contacts only.
    """
    rows = database.all(
        "SELECT o.id, o.key, o.contact, c.key, o.at, o.recipe, o.step, o.channel, o.name, o.klass, o.template_version,"
        " o.payload, o.attempts, o.result FROM outbox o JOIN contact c ON c.id = o.contact"
        f" WHERE {OPEN} AND o.state = 'pending' AND o.next_at <= ?1"
        " AND o.channel NOT IN (SELECT value FROM json_each(?2))"
        " AND o.contact NOT IN (SELECT value FROM json_each(?3))"
        " AND (?4 IS NULL OR o.contact IN (SELECT value FROM json_each(?4))) ORDER BY o.next_at, o.id LIMIT ?5",
        now,
        listed(closed),
        listed(silent(database)),
        listed(only) if only is not None else None,
        limit,
    )
    return [Entry._make((*row[:11], _decode(row[11]), row[12], _is_released(row[13]))) for row in rows]


def hold_late(database: Database, now: int, late_after: int) -> int:
    """Mail that is later than it may be waits for a person's word, and is never flooded out; returns how many.

    Mail that was tried already, or put off, is held when its turn comes (see `last_look`). Mail that says itself
    after how long it is not worth sending is never held.
    """
    # What was never tried nor released stands at its first attempt, so `next_at` finds it in the index.
    late = (
        f"{OPEN} AND state = 'pending' AND next_at < ?1 AND at < ?1 AND channel = ?2 AND attempts = 0"
        f" AND result NOT LIKE '{RELEASED}%' AND json_extract(payload, '$.skip_after') IS NULL"
    )
    before = now - late_after
    if database.one(f"SELECT 1 FROM outbox WHERE {late} LIMIT 1", before, EMAIL) is None:
        return 0  # as nearly always: no need to keep other writers waiting
    with database.write():
        return database.do(f"UPDATE outbox SET state = 'held', result = '{LATE}' WHERE {late}", before, EMAIL)


def settle_and_start(
    database: Database,
    settled: Sequence[Settlement],
    entries: Sequence[Entry],
    now: int,
    fence: int,
    rules: Rules,
) -> Started:
    """Write down what became of the last group and start the next, in one transaction.

    Looks once more at everybody about to be mailed; what it refuses comes back as an event. A contact with
    something unread in the log is left for later.
    """
    with database.write():
        verify(database, fence)
        erased = erasing.contacts(database)  # of what becomes of their messages nobody hears
        told = [(each.entry.contact, _settle(database, each, now, rules)) for each in settled]
        events = [event for contact, some in told for event in some if contact not in erased]
        started, moved = [], 0
        for entry, verdict in look(database, entries, now, rules):
            match verdict:
                case Go():
                    started.append(entry)
                    continue
                case Refuse(reason):
                    _set(database, entry, REFUSED, reason, now)
                    if entry.channel == EMAIL and entry.contact not in erased:
                        events.append(_event(entry, "email_skipped", {"reason": reason}))
                case Hold():
                    database.do("UPDATE outbox SET state = 'held', result = ? WHERE id = ?", LATE, entry.id)
                case PutOff(until):
                    _wait(database, entry, CAP, until)
            moved += 1
        database.many(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = 'pending'",
            [(entry.id,) for entry in started],
        )
        append_within(database, events, now)
        if erased:
            erasing.blank_settled(
                database, [each.id for each in (*entries, *(each.entry for each in settled))]
            )
    return Started(started, moved)


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
    row = database.one(
        f"SELECT min(next_at) FROM outbox WHERE {OPEN} AND state = 'pending'"
        " AND contact NOT IN (SELECT value FROM json_each(?))",
        listed(silent(database)),
    )
    return row[0] if row else None


def release(database: Database, ids: Iterable[int], now: int) -> int:
    """Let held mail go after all; returns how many."""
    with database.write():
        return database.do(
            f"UPDATE outbox SET state = 'pending', result = '{RELEASED}', next_at = ?"
            " WHERE state = 'held' AND id IN (SELECT value FROM json_each(?))",
            now,
            listed(ids),
        )


def resolve(database: Database, key: str, now: int, *, sent: bool) -> None:
    """A person says what became of an unknown message: it went out, or it shall be sent again."""
    state = (SENT, "resolved as sent") if sent else (PENDING, f"{RELEASED}; to be sent again")
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
        database.do("UPDATE outbox SET attempts = attempts - 1 WHERE id = ?", entry.id)
        _wait(database, entry, reason, now + (settlement.retry_after or 0))
        return []
    again = outcome == "unsent" or (
        outcome == UNKNOWN and (entry.klass == TRANSACTIONAL or entry.channel in rules.repeatable)
    )
    if (
        again and (entry.attempts + 1) % rules.most_attempts
    ):  # as many again where somebody wants it tried again
        _wait(database, entry, reason, now + (settlement.retry_after or _backoff(entry)))
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


def _wait(database: Database, entry: Entry, reason: str, until: int) -> None:
    """It goes out later; that somebody let it go is not forgotten."""
    result = f"{RELEASED}; {reason}" if entry.released and reason else reason or RELEASED * entry.released
    database.do(
        "UPDATE outbox SET state = 'pending', result = ?, next_at = ? WHERE id = ?", result, until, entry.id
    )


def _is_released(result: str) -> bool:
    return result == RELEASED or result.startswith(f"{RELEASED}; ")


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
