"""The tick: what is new and what fell due, worked out by the core, in one transaction with the cursor (P3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from autoflow.core.advance import advance
from autoflow.core.merge import merge
from autoflow.core.program import Program
from autoflow.model.contact import Record
from autoflow.model.event import APPLY, MERGE, Event
from autoflow.store.batches import Batch, Loaded, load
from autoflow.store.building import bring_up
from autoflow.store.database import Database
from autoflow.store.definitions import Applied
from autoflow.store.lease import verify
from autoflow.store.standing import Standing, standing

EVENTS = 4_000
TIMERS = 2_000
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Ticked(NamedTuple):
    """What a tick did. `apply` names the release whose place in the log has been reached; `brought_up` counts those
    whom it had to bring to the definitions in force before their turn.
    """

    events: int
    contacts: int
    more: bool
    apply: int | None = None
    brought_up: int = 0


class _Found(NamedTuple):
    items: dict[int, list[Event]]
    joined: list[tuple[int, int]]
    events: int
    cursor: int
    horizon: int
    more: bool
    apply: tuple[int, int] | None


def tick(
    database: Database, applied: Applied, now: int, fence: int, *, events: int = EVENTS, timers: int = TIMERS
) -> Ticked:
    """Take up to `events` items and `timers` contacts whose time has come, and commit all that follows.

    `now` is UTC microseconds. Where the log says that definitions changed, the tick stops before that place once
    everything due earlier is done, and hands out the release. Raises `FencedOff` where somebody else has taken over.
    """
    with database.write():
        verify(database, fence)
        at = standing(database)
        found = _find(database, applied.program, at, now, events)
        due = database.all(
            "SELECT contact FROM timer WHERE due <= ? ORDER BY due LIMIT ?", found.horizon, timers
        )
        joined = {contact for pair in found.joined for contact in pair}
        contacts = {*found.items, *joined, *(row[0] for row in due)}
        more = found.more or len(due) == timers
        batch = Batch()
        loaded = load(database, contacts, applied.program, found.horizon, joined) if contacts else {}
        brought_up = bring_up(database, applied, at, loaded.values(), batch)
        _advance(applied.program, loaded, found, batch)
        rows = batch.save(database, at.journal_rows) if contacts else at.journal_rows
        if contacts or found.cursor != at.cursor:
            database.do(
                "UPDATE state SET cursor = ?, horizon = ?, journal_rows = ?, known_to = ?",
                found.cursor,
                max(at.horizon, found.horizon),
                rows,
                max((at.known_to, *found.items)),
            )
    reached = found.apply[0] if found.apply is not None and not more else None
    return Ticked(found.events, len(contacts), more or found.apply is not None, reached, brought_up)


def _find(database: Database, program: Program, at: Standing, now: int, limit: int) -> _Found:
    rows = database.all(
        "SELECT seq, contact, at, occurred_at, history, name, properties, reacts_to FROM event"
        " WHERE seq > ? ORDER BY seq LIMIT ?",
        at.cursor,
        limit,
    )
    items: dict[int, list[Event]] = {}
    joined: list[tuple[int, int]] = []
    cursor, passed, apply = at.cursor, 0, None
    within = program.triggers_within
    for seq, contact, received, occurred, history, name, properties, reacts_to in rows:
        if name == APPLY:
            apply = (_decode(properties)["release"], received)
            break
        cursor = seq
        # Whoever was known at the horizon was not first known after it: what occurred since makes nobody older.
        if contact <= at.known_to and occurred >= at.horizon and not program.looks_at(name):
            passed += 1
            continue
        enters = not history and received - occurred <= within(name)
        values = _decode(properties) if properties is not None else {}
        if name == MERGE:
            joined.append((contact, values["other"]))
        item = Event(seq, received, occurred, name, values, enters, reacts_to)
        found = items.get(contact)
        if found is None:
            items[contact] = [item]
        else:
            found.append(item)
    last = rows[-1][2] if rows else 0
    if apply is not None:
        horizon = apply[1] - 1
    elif len(rows) == limit:
        horizon = last
    else:
        horizon = max(now, last)
    return _Found(
        items, joined, passed + sum(map(len, items.values())), cursor, horizon, len(rows) == limit, apply
    )


def _advance(program: Program, loaded: Mapping[int, Loaded], found: _Found, batch: Batch) -> None:
    """Every contact alone; those whom a merge joins as one group, in the order of the log."""
    groups = _groups(found.joined)
    for name, contact in loaded.items():
        if name not in groups:
            items = found.items.get(name, ())
            batch.add(contact, advance(program, contact.record, items, found.horizon))
    for group in {id(group): group for group in groups.values()}.values():
        _advance_group(program, {name: loaded[name] for name in sorted(group)}, found, batch)


def _groups(joined: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """Everybody who is merged, and with whom: also those who are only in several steps."""
    groups: dict[int, set[int]] = {}
    for one, other in joined:
        group = groups.setdefault(one, {one})
        group |= groups.get(other, {other})
        groups.update((member, group) for member in group)
    return groups


def _advance_group(program: Program, group: Mapping[int, Loaded], found: _Found, batch: Batch) -> None:
    """Those whom merges join: their items in the order of the log."""
    pending: dict[int, list[Event]] = {name: [] for name in group}

    def catch_up(name: int, instant: int) -> None:
        batch.add(group[name], advance(program, group[name].record, pending[name], instant))
        pending[name] = []

    items = [(item, name) for name in group for item in found.items.get(name, ())]
    for item, name in sorted(items, key=lambda pair: pair[0].seq):
        if item.name != MERGE:
            pending[name].append(item)
            continue
        elder, younger = group[name], group[item.properties["other"]]
        catch_up(elder.id, item.at - 1)
        catch_up(younger.id, item.at - 1)
        kept, gone = merge(program, elder.record, younger.record, item)
        batch.add(elder, kept)
        batch.add(younger, gone)
        was = younger.record
        younger.record = Record(was.key, was.name, epoch=was.epoch, n=was.n)
    for name in group:
        catch_up(name, found.horizon)


def next_timer(database: Database) -> int | None:
    """The earliest instant at which time alone has something to do."""
    row = database.one("SELECT min(due) FROM timer")
    return row[0] if row else None
