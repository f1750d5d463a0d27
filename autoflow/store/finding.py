"""What a tick has before it: the rows of the log that nobody has read, as items of the contacts they belong to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from autoflow.core.program import Program
from autoflow.model.event import APPLY, ERASE, MERGE, Event
from autoflow.store.database import Database

if TYPE_CHECKING:
    from autoflow.store.standing import Standing

COLUMNS = "seq, contact, at, occurred_at, history, name, properties, reacts_to"
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Found(NamedTuple):
    """Items by contact, who is merged with whom, and how far that brings the engine.

    `drawn` are those who are merged with somebody set aside: they wait with him. `erased` are those who are to be
    forgotten, with what they are called from then on.
    """

    items: dict[int, list[Event]]
    joined: list[tuple[int, int]]
    events: int
    cursor: int
    horizon: int
    more: bool
    apply: tuple[int, int] | None
    erased: Mapping[int, str] = {}
    drawn: frozenset[int] = frozenset()


def find(
    database: Database, program: Program, at: Standing, now: int, limit: int, aside: Collection[int] = ()
) -> Found:
    """Up to `limit` rows after the cursor, and no further than where definitions change; none of those `aside`."""
    rows = database.all(f"SELECT {COLUMNS} FROM event WHERE seq > ? ORDER BY seq LIMIT ?", at.cursor, limit)
    items: dict[int, list[Event]] = {}
    joined: list[tuple[int, int]] = []
    erased: dict[int, str] = {}
    cursor, passed, apply = at.cursor, 0, None
    for row in rows:
        seq, contact, received, occurred, _, name, properties, _ = row
        if name == APPLY:
            apply = (_decode(properties)["release"], received)
            break
        cursor = seq
        # Whoever was known at the horizon was not first known after it: what occurred since makes nobody older.
        if contact <= at.known_to and occurred >= at.horizon and not program.looks_at(name):
            passed += 1
            continue
        item = as_item(program, row)
        if name == MERGE:
            joined.append((contact, item.properties["other"]))
        elif name == ERASE:
            erased[contact] = item.properties["as"]
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
    read = passed + sum(map(len, items.values()))
    found_all = Found(items, joined, read, cursor, horizon, len(rows) == limit, apply, erased)
    return _without(found_all, aside) if aside else found_all


def as_item(program: Program, row: tuple[Any, ...]) -> Event:
    """A row of the log (its `COLUMNS`) as the core takes it."""
    seq, _, received, occurred, history, name, properties, reacts_to = row
    enters = not history and received - occurred <= program.triggers_within(name)
    values = _decode(properties) if properties is not None else {}
    return Event(seq, received, occurred, name, values, enters, reacts_to)


def groups_of(joined: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """Everybody who is merged, and with whom: also those who are only in several steps."""
    groups: dict[int, set[int]] = {}
    for one, other in joined:
        group = groups.setdefault(one, {one})
        group |= groups.get(other, {other})
        groups.update((member, group) for member in group)
    return groups


def but_erasure(found: Found, people: Collection[int]) -> Found:
    """Nothing of these people's but that they are to be forgotten: that waits for nothing."""
    items = {name: items for name, items in found.items.items() if name not in people}
    for name in found.erased.keys() & people:
        items[name] = [item for item in found.items[name] if item.name == ERASE]
    return found._replace(items=items, joined=[pair for pair in found.joined if pair[0] not in people])


def _without(found: Found, aside: Collection[int]) -> Found:
    """Leave out those set aside, and with them whoever is to be merged with one of them."""
    groups = groups_of(found.joined)
    waiting = {name for name, group in groups.items() if not group.isdisjoint(aside)}
    drawn = frozenset(waiting.difference(aside, found.erased))
    return but_erasure(found, waiting.union(aside))._replace(drawn=drawn)
