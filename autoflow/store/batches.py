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
from autoflow.store.database import Database, Row
from autoflow.store.history import some
from autoflow.store.log import CHUNK

_text = msgspec.json.encode
PENDING = "pending"
FOREVER = 1 << 62
_SAVED = {  # what goes before what comes
    "contact": "UPDATE contact SET record = ?, due = ? WHERE id = ?",
    "no timer": "DELETE FROM timer WHERE due = ? AND contact = ?",
    "timer": "INSERT INTO timer VALUES (?, ?)",
    "no email": "DELETE FROM email WHERE address = ? AND contact = ?",
    "email": "INSERT OR IGNORE INTO email VALUES (?, ?)",
    "run": "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "no membership": "DELETE FROM membership WHERE segment = ? AND contact = ?",
    "membership": "INSERT OR REPLACE INTO membership VALUES (?, ?, ?)",
    "no tag": "DELETE FROM tag WHERE tag = ? AND contact = ?",
    "tag": "INSERT OR REPLACE INTO tag VALUES (?, ?, ?)",
    "window_entry": "INSERT INTO window_entry VALUES (?, ?, ?, ?, ?)",
}


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
    contacts: Collection[int],
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
    select, bound = _select(contacts)
    rows = database.all(select, *bound)
    found = _unpacked(database, rows, program, horizon, whole, take=not copy)
    return {contact.id: contact for contact in found}


def each(database: Database, contacts: Collection[int], program: Program, horizon: int) -> Iterator[Loaded]:
    """The same one after the other, ascending, so that each is in memory for as long as he is worked on."""
    select, bound = _select(contacts)
    return _unpacked(
        database, database.each(f"{select} ORDER BY id", *bound), program, horizon, (), take=True
    )


def _select(contacts: Collection[int]) -> tuple[str, tuple[Any, ...]]:
    these, bound = some(contacts if isinstance(contacts, range) else sorted(contacts))
    return f"SELECT id, part, key, due, record FROM contact WHERE id {these}", bound


def _unpacked(
    database: Database,
    rows: Iterable[Row],
    program: Program,
    horizon: int,
    whole: Collection[int],
    *,
    take: bool,
) -> Iterator[Loaded]:
    for contact, part, key, due, blob in rows:
        record = unpack(blob) if blob is not None else Record(key, key[2:])
        until = FOREVER if contact in whole else horizon
        _refill(database, contact, record, program, until, take=take)
        yield Loaded(contact, part, record, due, record.attributes.get("email"), blob)


def _address(email: object) -> str | None:
    return fold(email) if isinstance(email, str) and email else None


def _refill(
    database: Database, contact: int, record: Record, program: Program, until: int, *, take: bool
) -> None:
    """Bring back spilled entries: all that leave their window until then, and enough to know what is next."""
    for key, cell in record.memory.items():
        if type(cell) is Window and cell.spilled:
            memory = program.memory_keys().get(key)
            if isinstance(memory, InWindow):
                view = View(record, until, program.zone)
                _refill_cell(database, contact, memory, cell, view, take=take)


def _refill_cell(
    database: Database, contact: int, memory: InWindow, cell: Window, view: View, *, take: bool
) -> None:
    left = 0  # entries that were brought back and are in the table still
    while not memory.covers(cell, view.now, view):
        rows = database.all(
            "SELECT at, seq, value FROM window_entry WHERE contact = ? AND memory = ? ORDER BY at, seq"
            " LIMIT ? OFFSET ?",
            contact,
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
            [(contact, memory.key, at, seq) for at, seq, _ in rows],
        )


class Batch:
    """What came of a batch of contacts, to be saved with one statement for each kind of row."""

    def __init__(self) -> None:
        self._touched: dict[int, tuple[Loaded, Effects]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in _SAVED}
        self._lines: list[tuple[Any, ...]] = []
        self._messages: list[tuple[int, int, str, Message]] = []

    def add(self, contact: Loaded, effects: Effects) -> None:
        """A contact's record as it is now, and what came of his items; again for the same contact adds on."""
        before = self._touched.get(contact.id)
        if before is not None:
            effects = _joined(before[1], effects)
        self._touched[contact.id] = (contact, effects)

    def change(self, contact: int, how: Callable[[Effects], None]) -> None:
        """Have something changed of what came of a contact."""
        how(self._touched[contact][1])

    def seal(self) -> None:
        """Nothing more comes for those added so far: of them only what will be written is kept.

        A batch that is sealed as it grows is small, and what is worked on stays in the processor's cache.
        """
        rows, lines = self._rows, self._lines
        for contact, effects in self._touched.values():
            name, part = contact.id, contact.part
            rows["window_entry"] += [
                (name, *spill) for spill in (*effects.spills, *_outgrown(contact.record))
            ]
            self._seal_contact(contact)
            for each in effects.journal:
                detail = _text(each[8]).decode() if each[8] else None
                lines.append((name, each[0], part, *each[1:8], detail))
            for run in effects.runs.values():
                rows["run"].append((name, run.recipe, run.entry, part, run.version, *run[3:]))
            self._seal_changes("membership", name, effects.segments)
            self._seal_changes("tag", name, effects.tags)
            key = contact.record.key
            self._messages += [(name, part, key, message) for message in effects.messages]
        self._touched.clear()

    def _seal_contact(self, contact: Loaded) -> None:
        rows, name, record = self._rows, contact.id, contact.record
        due = record.alarm
        rows["contact"].append((pack(record), due, name))
        if due != contact.due:
            if contact.due is not None:
                rows["no timer"].append((contact.due, name))
            if due is not None:
                rows["timer"].append((due, name))
        email = record.attributes.get("email")
        if email != contact.email:
            before, address = _address(contact.email), _address(email)
            if before is not None:
                rows["no email"].append((before, name))
            if address is not None:
                rows["email"].append((address, name))

    def _seal_changes(self, kind: str, contact: int, changes: Mapping[str, int | None]) -> None:
        for subject, since in changes.items():
            if since is None:
                self._rows[f"no {kind}"].append((subject, contact))
            else:
                self._rows[kind].append((subject, contact, since))

    def save(self, database: Database, journal_rows: int) -> int:
        """Write everything; returns how many lines the journal has now."""
        self.seal()
        for kind, statement in _SAVED.items():
            database.many(statement, self._rows[kind])
        chunk = journal_rows // CHUNK
        database.many(
            "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((chunk, *line) for line in self._lines),
        )
        self._save_messages(database)
        return journal_rows + len(self._lines)

    def _save_messages(self, database: Database) -> None:
        decided = sorted(self._messages, key=lambda each: (each[3].at, each[2], each[3].n))
        tasks.add(database, [(name, part, each) for name, part, _, each in decided if each.channel == TASKS])
        database.many(
            "INSERT INTO outbox (key, part, contact, at, n, recipe, version, entry, step, channel, name, outcome,"
            " reason, klass, template_version, payload, state, attempts, next_at, result)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, '')",
            [_outbox_row(name, part, each) for name, part, _, each in decided if each.channel != TASKS],
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
