"""The tick: what is new and what fell due, worked out by the core, in one transaction with the cursor (P3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from autoflow.store import set_aside
from autoflow.store.batches import Batch, load
from autoflow.store.building import bring_up
from autoflow.store.database import Database, is_trouble, listed
from autoflow.store.definitions import Applied
from autoflow.store.finding import Found, but_erasure, find, groups_of
from autoflow.store.groups import advance_all
from autoflow.store.lease import verify
from autoflow.store.standing import Standing, standing
from autoflow.store.wiping import wipe

EVENTS = 4_000
TIMERS = 2_000
PART = 40  # contacts that are worked out at a time


class Ticked(NamedTuple):
    """What a tick did. `apply` names the release whose place in the log has been reached.

    `aside` is how many contacts it set aside, `brought_up` how many it had to bring to the definitions in force before
    their turn.
    """

    events: int
    contacts: int
    more: bool
    apply: int | None = None
    aside: int = 0
    brought_up: int = 0


def tick(
    database: Database, applied: Applied, now: int, fence: int, *, events: int = EVENTS, timers: int = TIMERS
) -> Ticked:
    """Take up to `events` items and `timers` contacts whose time has come, and commit all that follows.

    `now` is UTC microseconds. Where the log says that definitions changed, the tick stops before that place once
    everything due earlier is done, and hands out the release. Raises `FencedOff` where somebody else has taken over.
    Over whomever the core stumbles is set aside alone (`store.set_aside`); everybody else's is done.
    """
    limits = (events, timers)
    try:
        return _tick(database, applied, now, fence, limits)
    except Exception as error:
        if is_trouble(error):
            raise
    return _tick(database, applied, now, fence, limits, one_by_one=True)


def _tick(
    database: Database,
    applied: Applied,
    now: int,
    fence: int,
    limits: tuple[int, int],
    *,
    one_by_one: bool = False,
) -> Ticked:
    with database.write():
        verify(database, fence)
        at = standing(database)
        waiting = set_aside.contacts(database)
        found = find(database, applied.program, at, now, limits[0], waiting)
        set_aside.stop(database, at, found.drawn, set_aside.DRAWN, now)
        set_aside.take_back(database, waiting & found.erased.keys())
        due = database.all(
            "SELECT contact FROM timer WHERE due <= ? AND contact NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY due LIMIT ?",
            found.horizon,
            listed((waiting | found.drawn) - found.erased.keys()),
            limits[1],
        )
        joined = {contact for pair in found.joined for contact in pair}
        contacts = {*found.items, *joined, *(row[0] for row in due)}
        more = found.more or len(due) == limits[1]
        rows, aside, brought_up = at.journal_rows, len(found.drawn), 0
        if one_by_one:

            def work(group: Collection[int], journal_rows: int) -> int:
                here = at._replace(journal_rows=journal_rows)
                part = found._replace(joined=[pair for pair in found.joined if pair[0] in group])
                if found.erased.keys().isdisjoint(group):
                    return _apply(database, applied, here, group, part)[0]
                try:
                    with database.undone_alone():
                        return _apply(database, applied, here, group, part)[0]
                except Exception as error:
                    if is_trouble(error):
                        raise
                return _apply(database, applied, here, group, but_erasure(part, group))[0]

            groups = groups_of(found.joined)
            alone = {id(group): group for group in (groups.get(name, {name}) for name in sorted(contacts))}
            rows, failed = set_aside.unless_done(database, at, alone.values(), work, now)
            aside += failed
        elif contacts:
            rows, brought_up = _apply(database, applied, at, contacts, found)
        if contacts or found.cursor != at.cursor:
            database.do(
                "UPDATE state SET cursor = ?, horizon = ?, journal_rows = ?, known_to = ?",
                found.cursor,
                max(at.horizon, found.horizon),
                rows,
                max((at.known_to, *found.items)),
            )
    reached = found.apply[0] if found.apply is not None and not more else None
    return Ticked(found.events, len(contacts), more or found.apply is not None, reached, aside, brought_up)


def _apply(
    database: Database, applied: Applied, at: Standing, contacts: Collection[int], found: Found
) -> tuple[int, int]:
    """These contacts' items and timers, written as one batch.

    Returns how many lines the journal has then, and how many contacts had to be brought up.
    """
    batch, brought_up = Batch(), 0
    for people, here in _parts(contacts, found):
        joined = {contact for pair in here.joined for contact in pair}
        loaded = load(database, people, applied.program, found.horizon, joined)
        brought_up += bring_up(database, applied, at, loaded.values(), batch)
        advance_all(applied.program, loaded, here, batch)
        erased = {name: found.erased[name] for name in found.erased if name in loaded}
        if erased:
            wipe(database, erased, batch)
        batch.seal()
    return batch.save(database, at.journal_rows), brought_up


def _parts(contacts: Collection[int], found: Found) -> Iterator[tuple[Collection[int], Found]]:
    """A few contacts at a time, so that they stay in the processor's cache; those whom merges join all at once."""
    joined = {contact for pair in found.joined for contact in pair}
    alone = sorted(contact for contact in contacts if contact not in joined)
    for low in range(0, len(alone), PART):
        yield alone[low : low + PART], found._replace(joined=[])
    if joined:
        yield joined, found


def next_timer(database: Database) -> int | None:
    """The earliest instant at which time alone has something to do."""
    row = database.one(
        "SELECT due FROM timer WHERE contact NOT IN (SELECT contact FROM set_aside) ORDER BY due LIMIT 1"
    )
    return row[0] if row else None
