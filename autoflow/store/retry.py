"""Those set aside, tried again: each catches up from where he stopped, item by item at its own instant (P4).

First by the definitions that were in force at the time, one after the other, so that the outcome is the one that
would have been. Where that fails still, by those in force now, taken on where he stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec

from autoflow.core.adopt import adopt
from autoflow.core.fresh import everything
from autoflow.model.event import APPLY, MERGE
from autoflow.store import set_aside
from autoflow.store.batches import Batch, load
from autoflow.store.database import Database, Row, is_trouble, listed
from autoflow.store.definitions import Applied, forget_windows
from autoflow.store.finding import COLUMNS, Found, as_item, groups_of
from autoflow.store.groups import advance_all
from autoflow.store.lease import verify
from autoflow.store.log import CHUNK
from autoflow.store.past import histories
from autoflow.store.set_aside import Aside
from autoflow.store.standing import Standing, standing

Releases = Callable[[int], Applied]
Group = Mapping[int, Aside]
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Tried(NamedTuple):
    """How many go on with everybody else, and how many are set aside still.

    `older`: some are under way now on versions of recipes that were not in use when the release was loaded.
    """

    caught_up: int
    still: int
    older: bool


class _Span(NamedTuple):
    """Rows of the log after `after` up to `until`, and time up to `horizon`, under one release since `began`."""

    release: int
    epoch: int
    began: int
    after: int
    until: int
    horizon: int


def retry(database: Database, applied: Applied, load_release: Releases, fence: int) -> Tried:
    """Try everybody again who is set aside, each group that merges join in a transaction of its own.

    `applied` is in force; what was in force before is loaded where it is needed.
    """
    caught_up, still, older = 0, 0, False
    for people in _groups(database):
        with database.write():
            verify(database, fence)
            at = standing(database)
            group = {each.contact: each for each in set_aside.everybody(database) if each.contact in people}
            error = _try(database, applied, load_release, at, group)
            if error:
                still += len(group)
                set_aside.still(database, group, error)
            else:
                caught_up += len(group)
                set_aside.take_back(database, group)
                older = older or _older(at, group)
    return Tried(caught_up, still, older)


def _groups(database: Database) -> list[set[int]]:
    """Everybody who is set aside, those together whom an unread merge joins."""
    everybody = {each.contact: each for each in set_aside.everybody(database)}
    groups = groups_of(_merges(database, everybody, after=0))
    found = (groups.get(contact, {contact}) for contact in everybody)
    return list({id(group): group for group in found}.values())


def _try(database: Database, applied: Applied, load_release: Releases, at: Standing, group: Group) -> str:
    """Let them catch up; returns what went wrong, and then nothing has changed."""
    error = ""
    ways = [partial(_as_it_was, database, lambda _: applied, at, group)]
    if _older(at, group):
        ways = [
            partial(_as_it_was, database, load_release, at, group),
            partial(_as_it_is, database, applied, at, group),
        ]
    for way in ways:
        try:
            with database.undone_alone():
                rows = way()
                database.do("UPDATE state SET journal_rows = ?", rows)
            return ""
        except Exception as failed:
            if is_trouble(failed):
                raise
            error = set_aside.in_words(failed)
    return error


def _older(at: Standing, group: Group) -> bool:
    """Whether definitions have changed since one of them stopped."""
    return any(each.release != at.release for each in group.values())


def _as_it_was(database: Database, releases: Releases, at: Standing, group: Group) -> int:
    rows = at.journal_rows
    for number, span in enumerate(_spans(database, at, group)):
        applied = releases(span.release)  # after the span before: he may be under way on older versions since
        if number and applied.sweeps:
            forget_windows(database, applied, group)
            rows = _take_on(database, applied, span, group, rows)
        rows = _live(database, applied, span, group, rows)
    return rows


def _as_it_is(database: Database, applied: Applied, at: Standing, group: Group) -> int:
    """By the definitions of today: all that they remember is built from what he has read."""
    anew = applied._replace(fresh=everything(applied.program))
    rows, first = at.journal_rows, min(each.cursor for each in group.values())
    for contact, each in group.items():
        due = database.one("SELECT due FROM contact WHERE id = ?", contact)
        stopped = each.horizon if due is None or due[0] is None else min(each.horizon, due[0] - 1)
        span = _Span(at.release, at.epoch, stopped + 1, each.cursor, each.cursor, stopped)
        rows = _take_on(database, anew, span, group, rows, only=contact)
    return _live(database, applied, _Span(at.release, at.epoch, 0, first, at.cursor, at.horizon), group, rows)


def _spans(database: Database, at: Standing, group: Group) -> Iterator[_Span]:
    """From where the first of them stopped to where the engine is, cut where definitions changed."""
    first = min(group.values(), key=lambda each: each.cursor)
    changes: list[Row] = []
    if first.release != at.release:
        changes = database.all(
            "SELECT seq, at, properties FROM event WHERE seq > ? AND seq <= ? AND name = ? ORDER BY seq",
            first.cursor,
            at.cursor,
            APPLY,
        )
    after, began, release = first.cursor, 0, first.release
    for left, (seq, instant, properties) in zip(range(len(changes), 0, -1), changes, strict=True):
        yield _Span(release, at.epoch - left, began, after, seq - 1, instant - 1)
        after, began, release = seq, instant, _decode(properties)["release"]
    yield _Span(release, at.epoch, began, after, at.cursor, at.horizon)


def _take_on(
    database: Database, applied: Applied, span: _Span, group: Group, rows: int, only: int | None = None
) -> int:
    """Those who are not there yet take on definitions, at the instant at which they began."""
    batch = Batch()
    loaded = load(database, group if only is None else [only], applied.program, span.began - 1)
    stale = {
        name: each
        for name, each in loaded.items()
        if each.record.first_known and (group[name].release < span.release or only is not None)
    }
    if only is not None:
        database.do("DELETE FROM window_entry WHERE contact = ?", only)
    past = histories(
        database, stale, applied.fresh.events, span.began, properties=applied.fresh.reads_properties
    )
    for name, each in stale.items():
        history = past.get(name, ())
        batch.add(each, adopt(applied.program, each.record, history, span.began, span.epoch, applied.fresh))
    return batch.save(database, rows)


def _live(database: Database, applied: Applied, span: _Span, group: Group, rows: int) -> int:
    """What came in for them in a span of the log, and what fell due in it."""
    found = Found({}, [], 0, span.until, span.horizon, more=False, apply=None)
    for row in _unread(database, group, span.after, span.until):
        item = as_item(applied.program, row)
        found.items.setdefault(row[1], []).append(item)
        if item.name == MERGE:
            found.joined.append((row[1], item.properties["other"]))
    joined = {contact for pair in found.joined for contact in pair}
    loaded = load(database, group, applied.program, span.horizon, joined)
    for each in loaded.values():
        each.record.epoch = each.record.epoch or span.epoch
    batch = Batch()
    advance_all(applied.program, loaded, found, batch)
    return batch.save(database, rows)


def _merges(database: Database, group: Group, after: int) -> list[tuple[int, int]]:
    """Who is merged with whom by rows that they have not read."""
    rows = _unread(database, group, after, 1 << 62)
    return [(row[1], _decode(row[6])["other"]) for row in rows if row[5] == MERGE]


def _unread(database: Database, group: Group, after: int, until: int) -> Iterator[Row]:
    """Rows of a span of the log that they have not read, in order."""
    if not group:
        return
    last = database.one("SELECT cursor FROM state")
    assert last is not None
    first, until = max(after, min(each.cursor for each in group.values())), min(until, last[0])
    for row in database.all(
        f"SELECT {', '.join('e.' + name for name in COLUMNS.split(', '))} FROM event_of_contact c"
        " JOIN event e ON e.seq = c.seq WHERE c.chunk IN (SELECT value FROM json_each(?))"
        " AND c.contact IN (SELECT value FROM json_each(?)) AND c.seq > ? AND c.seq <= ? ORDER BY e.seq",
        listed(range(first // CHUNK, until // CHUNK + 1)),
        listed(group),
        first,
        until,
    ):
        if row[0] > group[row[1]].cursor:
            yield row
