"""A batch of contacts in and out: one query for each kind of row to load, one statement for each kind to save."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from autoflow.core.program import Program
from autoflow.kinds.memory import KEPT, InWindow
from autoflow.kinds.view import View
from autoflow.model.contact import Record, Window, pack, unpack
from autoflow.model.effects import SENT, TASKS, Effects, Message, Spill
from autoflow.model.values import fold
from autoflow.store import tasks
from autoflow.store.database import Database, listed
from autoflow.store.log import CHUNK

_text = msgspec.json.encode
PENDING = "pending"
FOREVER = 1 << 62


class Loaded(msgspec.Struct):
    """A contact as loaded: his record, and what his rows said, so that only what changed is written."""

    id: int
    part: int
    record: Record
    due: int | None
    email: object = None
    stored: bytes | None = None


def load(
    database: Database,
    contacts: Iterable[int],
    program: Program,
    horizon: int,
    whole: Collection[int] = (),
    *,
    copy: bool = False,
) -> dict[int, Loaded]:
    """The contacts' records, with the window entries that fall due by `horizon` back in place.

    Those in `whole` get all of their window entries back. A `range` of contacts is read in one stretch. Of a `copy`,
    which nobody will save, the entries stay in their table as well.
    """
    columns = "SELECT id, part, key, due, record FROM contact WHERE id"
    if isinstance(contacts, range):
        rows = database.all(f"{columns} BETWEEN ? AND ?", contacts.start, contacts.stop - 1)
    else:
        rows = database.all(f"{columns} IN (SELECT value FROM json_each(?))", listed(sorted(contacts)))
    loaded = {}
    for contact, part, key, due, blob in rows:
        record = unpack(blob) if blob is not None else Record(key, key[2:])
        loaded[contact] = Loaded(contact, part, record, due, record.attributes.get("email"), blob)
    _refill(database, loaded, program, horizon, whole, take=not copy)
    return loaded


def _address(email: object) -> str | None:
    return fold(email) if isinstance(email, str) and email else None


def _refill(
    database: Database,
    loaded: Mapping[int, Loaded],
    program: Program,
    horizon: int,
    whole: Collection[int],
    *,
    take: bool,
) -> None:
    """Bring back spilled entries: all that leave their window by the horizon, and enough to know what is next."""
    keys: dict[str, InWindow] | None = None
    for contact in loaded.values():
        for key, cell in contact.record.memory.items():
            if isinstance(cell, Window) and cell.spilled:
                if keys is None:
                    keys = {
                        key: each for key, each in program.memory_keys().items() if isinstance(each, InWindow)
                    }
                if key in keys:
                    until = FOREVER if contact.id in whole else horizon
                    view = View(contact.record, until, program.zone)
                    _refill_cell(database, contact, keys[key], cell, view, take=take)


def _refill_cell(
    database: Database, contact: Loaded, memory: InWindow, cell: Window, view: View, *, take: bool
) -> None:
    left = 0  # entries that were brought back and are in the table still
    while not memory.covers(cell, view.now, view):
        rows = database.all(
            "SELECT at, seq, value FROM window_entry WHERE contact = ? AND memory = ? ORDER BY at, seq"
            " LIMIT ? OFFSET ?",
            contact.id,
            memory.key,
            KEPT // 2,
            left,
        )
        if not rows:
            raise LookupError(
                f"{cell.spilled} entries are gone from a window"
            )  # to look again would find none
        cell.head.extend(rows)
        cell.spilled -= len(rows)
        if not take:
            left += len(rows)
            continue
        database.many(
            "DELETE FROM window_entry WHERE contact = ? AND memory = ? AND at = ? AND seq = ?",
            [(contact.id, memory.key, at, seq) for at, seq, _ in rows],
        )


class Batch:
    """What came of a batch of contacts, to be saved with one statement for each kind of row."""

    def __init__(self) -> None:
        self._touched: dict[int, tuple[Loaded, Effects]] = {}

    def add(self, contact: Loaded, effects: Effects) -> None:
        """A contact's record as it is now, and what came of his items; again for the same contact adds on."""
        before = self._touched.get(contact.id)
        if before is not None:
            effects = _joined(before[1], effects)
        self._touched[contact.id] = (contact, effects)

    def change(self, contact: int, how: Callable[[Effects], None]) -> None:
        """Have something changed of what came of a contact."""
        how(self._touched[contact][1])

    def save(self, database: Database, journal_rows: int) -> int:
        """Write everything; returns how many lines the journal has now."""
        touched = self._touched.values()
        spills = [(c.id, *spill) for c, effects in touched for spill in effects.spills]
        spills += [(c.id, *spill) for c, _ in touched for spill in _outgrown(c.record)]
        self._save_contacts(database)
        chunk = journal_rows // CHUNK
        lines = [
            (
                chunk,
                contact.id,
                each[0],
                contact.part,
                *each[1:8],
                _text(each[8]).decode() if each[8] else None,
            )
            for contact, effects in touched
            for each in effects.journal
        ]
        database.many("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", lines)
        database.many(
            "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (contact.id, run.recipe, run.entry, contact.part, run.version, *run[3:])
                for contact, effects in touched
                for run in effects.runs.values()
            ],
        )
        _save_projection(
            database,
            "DELETE FROM membership WHERE segment = ? AND contact = ?",
            "INSERT OR REPLACE INTO membership VALUES (?, ?, ?)",
            [(segment, c.id, since) for c, effects in touched for segment, since in effects.segments.items()],
        )
        _save_projection(
            database,
            "DELETE FROM tag WHERE tag = ? AND contact = ?",
            "INSERT OR REPLACE INTO tag VALUES (?, ?, ?)",
            [(tag, c.id, since) for c, effects in touched for tag, since in effects.tags.items()],
        )
        database.many(
            "INSERT INTO window_entry VALUES (?, ?, ?, ?, ?)",
            spills,
        )
        self._save_messages(database)
        return journal_rows + len(lines)

    def _save_contacts(self, database: Database) -> None:
        contacts, gone, timers, emails_gone, emails = [], [], [], [], []
        for contact, _ in self._touched.values():
            due = contact.record.alarm
            contacts.append((pack(contact.record), due, contact.id))
            if due != contact.due:
                if contact.due is not None:
                    gone.append((contact.due, contact.id))
                if due is not None:
                    timers.append((due, contact.id))
            email = contact.record.attributes.get("email")
            if email != contact.email:
                before, address = _address(contact.email), _address(email)
                if before is not None:
                    emails_gone.append((before, contact.id))
                if address is not None:
                    emails.append((address, contact.id))
        database.many("UPDATE contact SET record = ?, due = ? WHERE id = ?", contacts)
        database.many("DELETE FROM timer WHERE due = ? AND contact = ?", gone)
        database.many("INSERT INTO timer VALUES (?, ?)", timers)
        database.many("DELETE FROM email WHERE address = ? AND contact = ?", emails_gone)
        database.many("INSERT OR IGNORE INTO email VALUES (?, ?)", emails)

    def _save_messages(self, database: Database) -> None:
        messages = [
            (contact, each) for contact, effects in self._touched.values() for each in effects.messages
        ]
        messages.sort(key=lambda pair: (pair[1].at, pair[0].record.key, pair[1].n))
        tasks.add(database, [(c.id, c.part, each) for c, each in messages if each.channel == TASKS])
        database.many(
            "INSERT INTO outbox (key, part, contact, at, n, recipe, version, entry, step, channel, name, outcome,"
            " reason, klass, template_version, payload, state, attempts, next_at, result)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, '')",
            [_outbox_row(c.id, c.part, each) for c, each in messages if each.channel != TASKS],
        )


def _outgrown(record: Record) -> Iterator[Spill]:
    """The youngest entries of windows that hold more than a record keeps, taken out of it."""
    for key, cell in record.memory.items():
        if isinstance(cell, Window) and len(cell.head) > KEPT:
            yield from (Spill(key, *entry) for entry in cell.head[KEPT:])
            cell.spilled += len(cell.head) - KEPT
            del cell.head[KEPT:]


def _joined(first: Effects, then: Effects) -> Effects:
    return Effects(
        first.journal + then.journal,
        first.messages + then.messages,
        {**first.runs, **then.runs},
        {**first.tags, **then.tags},
        {**first.segments, **then.segments},
        first.spills + then.spills,
    )


def _save_projection(
    database: Database, delete: str, insert: str, rows: list[tuple[str, int, int | None]]
) -> None:
    database.many(delete, [row[:2] for row in rows if row[2] is None])
    database.many(insert, [row for row in rows if row[2] is not None])


def _outbox_row(contact: int, part: int, message: Message) -> tuple[Any, ...]:
    state = PENDING if message.outcome == SENT else message.outcome
    return (
        message.key,
        part,
        contact,
        message.at,
        message.n,
        message.recipe,
        message.version,
        message.entry,
        message.step,
        message.channel,
        message.name,
        message.outcome,
        message.reason,
        message.klass,
        message.template_version,
        _text(message.values).decode(),
        state,
        message.at,
    )
