"""What a tick blanks of contacts who are to be forgotten: all but sequence, instants and counts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from autoflow.model.effects import AUDIENCES, ERASED, SENT, SKIPPED, Effects, Happening, Message, renamed
from autoflow.model.event import ERASE, MERGE
from autoflow.store.batches import Batch
from autoflow.store.database import Database, listed
from autoflow.store.erasing import READ
from autoflow.store.history import event_chunks, journal_chunks, values

# Lines that are counted: of these the subject is a recipe, a state or a template. Of others nothing is left.
_COUNTED = ("entered", "ended", "email_sent", "email_skipped", "email_held", ERASED)
_NEEDED = ("change", "contact", "email", "phone")  # to take somebody out of an audience
_text = msgspec.json.encode


def wipe(database: Database, erased: Mapping[int, str], batch: Batch) -> None:
    """Inside a tick, before its batch is saved: blank these contacts, in the store and in the batch.

    `erased` says what each is called from now on. His audiences hear that he leaves, and nothing else goes out.
    """
    for contact, name in erased.items():
        batch.change(contact, partial(_blank, name=name))
    people = listed(erased)
    _messages(database, erased)
    database.do(
        "UPDATE event SET properties = CASE WHEN name IN (?, ?) THEN properties END,"
        " reacts_to = CASE WHEN reacts_to IS NOT NULL THEN '' END WHERE seq IN (SELECT seq FROM event_of_contact"
        " WHERE chunk IN (SELECT value FROM json_each(?)) AND contact IN (SELECT value FROM json_each(?)))",
        *(MERGE, ERASE),
        event_chunks(database),
        people,
    )
    database.do(
        "UPDATE journal SET detail = NULL, subject = CASE WHEN kind IN (SELECT value FROM json_each(?1)) THEN subject"
        " ELSE '' END, kind = CASE WHEN kind IN (SELECT value FROM json_each(?1)) THEN kind ELSE ?2 END"
        " WHERE chunk IN (SELECT value FROM json_each(?3)) AND contact IN (SELECT value FROM json_each(?4))",
        listed(_COUNTED),
        ERASED,
        journal_chunks(database),
        people,
    )
    these = "IN (SELECT value FROM json_each(?))"
    database.do(f"UPDATE run SET reason = '' WHERE contact {these}", people)
    database.do(f"DELETE FROM window_entry WHERE contact {these}", people)
    database.do(f"DELETE FROM identity WHERE contact {these}", people)
    tasks = database.all(f"SELECT id, contact, key FROM task WHERE contact {these}", people)
    database.many(
        "UPDATE task SET key = ?, title = '', owner = '', note = '', state = ? WHERE id = ?",
        [(renamed(key, erased[contact]), ERASED, id_) for id_, contact, key in tasks],
    )
    names = [(name, name, contact) for contact, name in erased.items()]
    database.many("UPDATE contact SET key = ?, name = ? WHERE id = ?", names)
    database.do(f"UPDATE erasure SET stage = ? WHERE contact {these}", READ, people)


def _messages(database: Database, erased: Mapping[int, str]) -> None:
    """What was not yet out is refused; what is out, or may be, is owed to the channels, which have it in files."""
    rows = database.all(
        "SELECT o.id, o.contact, o.key, o.channel, o.state, o.result, o.attempts, o.payload, c.key, e.since"
        " FROM outbox o JOIN contact c ON c.id = o.contact LEFT JOIN erasure e ON e.contact = o.contact"
        " WHERE o.contact IN (SELECT value FROM json_each(?))",
        listed(erased),
    )
    owed, blanked = [], []
    for id_, contact, key, channel, state, result, attempts, payload, person, since in rows:
        if attempts:
            owed.append((channel, key, person[2:]))
        kept = _removal(channel, values(payload))
        refused = state in {"pending", "held"} and not kept
        blanked.append(
            (
                renamed(key, erased[contact]),
                _text(kept if state in {"pending", "sending"} else {}).decode(),
                "refused" if refused else state,
                ERASED if refused else result if state == "refused" else "",
                since if refused else None,
                id_,
            )
        )
    database.many("INSERT INTO forgetting (channel, key, person) VALUES (?, ?, ?)", owed)
    database.many(
        "UPDATE outbox SET key = ?, payload = ?, state = ?, result = ?, settled_at = coalesce(?, settled_at)"
        " WHERE id = ?",
        blanked,
    )


def _removal(channel: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What is needed to take somebody out of an audience; nothing where a message is about anything else."""
    if channel != AUDIENCES or payload.get("change") != "remove":
        return {}
    return {name: payload[name] for name in _NEEDED if name in payload}


def _blank(effects: Effects, name: str) -> None:
    """What came of him in this very tick."""
    effects.journal = [_line(each) for each in effects.journal]
    effects.runs = {key: run._replace(reason="") for key, run in effects.runs.items()}
    effects.spills = []
    for message in effects.messages:
        _unsaid(message, name)


def _line(line: Happening) -> Happening:
    if line.kind in _COUNTED:
        return line._replace(detail=None)
    return line._replace(kind=ERASED, subject="", detail=None)


def _unsaid(message: Message, name: str) -> None:
    message.key = renamed(message.key, name)
    message.values = _removal(message.channel, message.values)
    if message.outcome == SENT and not message.values:
        message.outcome, message.reason = SKIPPED, ERASED
