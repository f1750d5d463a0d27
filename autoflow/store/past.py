"""What memories that are new are built from: the past of a few contacts, as it stood when a release took effect.

For everybody's past there is `gathering`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from autoflow.model.contact import unpack
from autoflow.model.event import Event
from autoflow.model.inside import RECORDED, REMEMBERED, as_event
from autoflow.store.database import Database, listed
from autoflow.store.history import event_chunks, journal_chunks, remembered, some, values

ANY_OWN_DOING = "*"
# What the event of each kind of line is called. A recorded one has a name of its own: its subject.
_CALLED = {kind: as_event(kind, "", "", {"points": 0})[0] for kind in REMEMBERED if kind != RECORDED}
_Row = tuple[int, int, int, int, str, str | None]


def histories(
    database: Database,
    contacts: Collection[int],
    names: Collection[str],
    before: int,
    *,
    properties: bool = True,
    apart: Collection[int] = (),
) -> dict[int, list[Event]]:
    """The events of those names that apply before an instant, in order, by contact; "*" is any own doing.

    What came inside (mails sent, events that steps recorded) is among them where it is asked for by name, after
    what came from outside at the same instant. Somebody's events are also those of whom he was merged with, as far
    as the engine has come: where it has not read of a merge yet, both have their own past still; so have
    those who are to be kept `apart`. Without `properties` the events have none.
    """
    found: dict[int, list[Event]] = {}
    if not names or not contacts:
        return found
    contacts = contacts if isinstance(contacts, range) else set(contacts)
    owners = _owners(database, contacts, apart)
    others = [contact for contact in owners if contact not in contacts]
    unordered: set[int] = set()
    for these in (contacts, others):
        for contact, seq, at, occurred_at, name, text in _from_outside(
            database, these, names, before, properties=properties
        ):
            owner = owners.get(contact, contact)
            event = Event(seq, at, occurred_at, name, values(text))
            events = found.get(owner)
            if events is None:
                found[owner] = [event]
                continue
            if at < events[-1].at:
                unordered.add(owner)
            events.append(event)
        for contact, event in from_inside(database, these, names, before):
            owner = owners.get(contact, contact)
            found.setdefault(owner, []).append(event)
            unordered.add(owner)
    for owner in unordered:
        found[owner].sort(key=lambda event: event.at)
    return found


def _from_outside(
    database: Database, contacts: Collection[int], names: Collection[str], before: int, *, properties: bool
) -> Iterator[_Row]:
    if not contacts:
        return iter(())
    these, bound = some(contacts)
    asked = sorted(names)
    called = "substr(e.name, 1, 1) != '$'"
    if ANY_OWN_DOING not in names:
        called = f"e.name IN ({', '.join('?' * len(asked))})"
    rows: Iterator[Any] = database.each(
        f"SELECT e.contact, e.seq, e.at, e.occurred_at, e.name, {'e.properties' if properties else 'NULL'}"
        " FROM event_of_contact c CROSS JOIN event e ON e.seq = c.seq"
        f" WHERE c.chunk IN (SELECT value FROM json_each(?)) AND c.contact {these} AND {called} AND e.at < ?",
        event_chunks(database),
        *bound,
        *(() if ANY_OWN_DOING in names else asked),
        before,
    )
    return rows


def from_inside(
    database: Database, contacts: Collection[int], names: Collection[str], before: int
) -> Iterator[tuple[int, Event]]:
    """What steps brought about, as the events of those names, by contact; a `range` is read in one stretch."""
    kinds = [kind for kind, name in _CALLED.items() if name in names]
    recorded = [name for name in names if name != ANY_OWN_DOING and name[0] != "$"]
    if not contacts or (not kinds and not recorded):
        return  # a look into each chunk of the journal is left out
    these, bound = some(contacts)
    for contact, n, at, kind, subject, recipe, text in database.each(
        "SELECT contact, n, at, kind, subject, recipe, detail FROM journal"
        f" WHERE chunk IN (SELECT value FROM json_each(?)) AND contact {these}"
        " AND (kind IN (SELECT value FROM json_each(?)) OR"
        " (kind = ? AND subject IN (SELECT value FROM json_each(?)))) AND at < ?",
        journal_chunks(database),
        *bound,
        listed(kinds),
        RECORDED,
        listed(recorded),
        before,
    ):
        event = remembered(n, at, kind, subject, recipe, values(text))
        if event is not None:
            yield contact, event


def _owners(database: Database, contacts: Collection[int], apart: Collection[int]) -> Mapping[int, int]:
    """Those who have been merged into one of these contacts, by whatever way, with whom they are now.

    The log's end knows of a merge before the engine does, so the records are asked: who is merged has lost his.
    """
    these, bound = some(contacts)
    merged = {
        row[0]: row[1]
        for row in database.each(
            "WITH RECURSIVE person (id, into_whom) AS (SELECT id, merged_into FROM contact"
            f" WHERE merged_into {these} UNION SELECT c.id, c.merged_into FROM contact c JOIN person p"
            " ON c.merged_into = p.id)"
            " SELECT p.id, p.into_whom, c.record FROM person p JOIN contact c ON c.id = p.id",
            *bound,
        )
        if row[0] not in apart and (row[2] is None or not unpack(row[2]).first_known)
    }
    owners = {}
    for contact in merged:
        owner = contact
        while owner in merged:
            owner = merged[owner]
        if owner in contacts:
            owners[contact] = owner
    return owners
