"""What an apply would do to everybody, worked out on copies: each as he would stand right before it, and right after.

Contacts are brought to that instant as the engine would bring them there (what is unread, what falls due, releases
that it has not come to), then take on the proposed definitions as a baseline (`core.adopt`). Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from autoflow.core.adopt import adopt
from autoflow.language.definitions import Workspace
from autoflow.model.contact import Record
from autoflow.model.effects import Effects, Happening
from autoflow.model.event import APPLY, MERGE, Event
from autoflow.store import set_aside
from autoflow.store.batches import Loaded, load
from autoflow.store.database import Database, Row, is_trouble, listed
from autoflow.store.definitions import Applied, latest_release, load_proposed, load_release
from autoflow.store.finding import COLUMNS, Found, as_item, groups_of
from autoflow.store.groups import advance_all
from autoflow.store.history import remembered
from autoflow.store.log import CHUNK
from autoflow.store.past import histories
from autoflow.store.standing import standing

BATCH = 1_000
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Seen(NamedTuple):
    """A contact once the proposed definitions are in force, with what he was in right before.

    The record is a copy, free to be changed; `segments` and `audiences` are names.
    """

    id: int
    record: Record
    segments: frozenset[str]
    audiences: frozenset[str]


class _Span(NamedTuple):
    """Rows of the log up to `until`, and time up to `horizon`, under one release since the instant `began`."""

    applied: Applied
    epoch: int
    began: int
    until: int
    horizon: int


class Foresight:
    """Everybody at the instant `at`, should the proposed definitions be applied then.

    That is `now`, or right after what is recorded and done. To be used within one transaction that reads. `applied` is
    what was applied last, ready to run, as is `proposed`. `aside` counts, as it goes on, those who cannot be worked
    out: they are left out.
    """

    def __init__(
        self, database: Database, workspace: Workspace, environment: Mapping[str, str], now: int
    ) -> None:
        """`workspace` is sound, and its recipes have their versions (`definitions.numbered`)."""
        self._database = database
        self._environment = environment
        self.standing = standing(database)
        lived = range(self.standing.release, latest_release(database) + 1)
        self.applied = load_release(database, lived[-1], environment, lived)
        self.proposed = load_proposed(database, workspace, environment, lived)
        row = database.one("SELECT last_at FROM state")
        assert row is not None
        self.at = max(now, row[0] + 1, self.standing.horizon + 1)
        self._spans = self._until_now()
        merges = self._unread_merges()
        self._groups = groups_of(merges)
        self._apart = frozenset(younger for _, younger in merges)
        self._waiting = set_aside.contacts(database)
        self.aside = 0

    def everybody(self) -> range:
        """The ids of all contacts there are."""
        row = self._database.one("SELECT coalesce(max(id), 0) FROM contact")
        assert row is not None
        return range(1, row[0] + 1)

    def those_in(self, segments: Collection[str]) -> Sequence[int]:
        """The ids of those who could be in one of these segments by then; they are in it now, or may come."""
        if len(self._spans) > 1 or self.standing.built_to < self.everybody().stop - 1:
            return self.everybody()
        rows = self._database.all(
            "SELECT contact FROM membership WHERE segment IN (SELECT value FROM json_each(?))"
            " UNION SELECT contact FROM timer WHERE due <= ?"
            " UNION SELECT contact FROM event WHERE seq > ? AND contact != 0 ORDER BY 1",
            listed(segments),
            self.at,
            self.standing.cursor,
        )
        return [row[0] for row in rows]

    def people(
        self, contacts: Sequence[int], progress: Callable[[int, int], None] | None = None
    ) -> Iterator[Seen]:
        """These contacts, a batch at a time; nobody of whom nothing is known, and whoever is merged with whom only
        once.
        """
        done: set[int] = set()
        for start in range(0, len(contacts), BATCH):
            if progress is not None:
                progress(start, len(contacts))
            some = contacts[start : start + BATCH]
            alone = [each for each in some if each not in self._groups]
            yield from self._batch(alone)
            for contact in some:
                group = self._groups.get(contact)
                if group is not None and contact not in done:
                    done |= group
                    yield from self._batch(sorted(group))

    def _batch(self, contacts: Collection[int]) -> list[Seen]:
        """Where one of them cannot be worked out, each by himself."""
        able = [each for each in contacts if self._waiting.isdisjoint(self._groups.get(each, (each,)))]
        self.aside += len(contacts) - len(able)
        try:
            return self._lived(able)
        except Exception as error:
            if is_trouble(error):
                raise
        found = []
        parts = [able] if able[0] in self._groups else [[each] for each in able]
        for part in parts:
            try:
                found += self._lived(part)
            except Exception as error:
                if is_trouble(error):
                    raise
                self.aside += len(part)
        return found

    def _lived(self, contacts: Collection[int]) -> list[Seen]:
        program, copies = self._spans[0].applied.program, _Copies()
        whole = contacts if any(each in self._groups for each in contacts) else ()
        loaded = load(self._database, contacts, program, self.at, whole, copy=True)
        rows = self._unread(contacts)
        for number, span in enumerate(self._spans):
            self._take_on(span, loaded, copies, only_unbuilt=number == 0)
            rows = self._live(span, loaded, rows, copies)
        before = {
            name: (frozenset(each.record.segments), frozenset(each.record.audiences))
            for name, each in loaded.items()
        }
        last = _Span(self.proposed, self._spans[-1].epoch + 1, self.at, 0, 0)
        self._take_on(last, loaded, copies)
        known = sorted((name, each.record) for name, each in loaded.items() if each.record.first_known)
        return [Seen(name, record, *before[name]) for name, record in known]

    def _take_on(
        self, span: _Span, loaded: Mapping[int, Loaded], copies: _Copies, *, only_unbuilt: bool = False
    ) -> None:
        """Those who are not there yet take on the definitions of a span, at the instant at which it began."""
        at = self.standing
        stale = [
            each
            for each in loaded.values()
            if not only_unbuilt or (each.id > at.built_to and each.record.epoch < at.epoch)
        ]
        applied = span.applied
        past = histories(
            self._database,
            [each.id for each in stale],
            applied.fresh.events,
            span.began,
            properties=applied.fresh.reads_properties,
            apart=self._apart,
        )
        for each in stale:
            record = each.record
            if not record.first_known:
                record.epoch = span.epoch
                continue
            history = [event for one in copies.persons(each.id) for event in past.get(one, ())]
            history += copies.inside(each.id, applied.fresh.events)
            history.sort(key=lambda event: event.at)
            effects = adopt(
                applied.program, record, history, span.began, span.epoch, applied.fresh, spill=False
            )
            copies.add(each, effects)

    def _live(self, span: _Span, loaded: Mapping[int, Loaded], rows: list[Row], copies: _Copies) -> list[Row]:
        """What came in for them in a span of the log, and what fell due in it; returns the rows behind it."""
        found = Found({}, [], 0, span.until, span.horizon, more=False, apply=None)
        for row in rows:
            if row[0] > span.until:
                break
            item = as_item(span.applied.program, row)
            found.items.setdefault(row[1], []).append(item)
            if item.name == MERGE:
                found.joined.append((row[1], item.properties["other"]))
        advance_all(span.applied.program, loaded, found, copies, spill=False)
        copies.join(found.joined)
        return [row for row in rows if row[0] > span.until]

    def _unread(self, contacts: Collection[int]) -> list[Row]:
        last = self._last
        if last == self.standing.cursor:
            return []
        return self._database.all(
            f"SELECT {', '.join('e.' + name for name in COLUMNS.split(', '))} FROM event_of_contact c"
            " JOIN event e ON e.seq = c.seq WHERE c.chunk IN (SELECT value FROM json_each(?))"
            " AND c.contact IN (SELECT value FROM json_each(?)) AND c.seq > ? ORDER BY e.seq",
            listed(range(self.standing.cursor // CHUNK, last // CHUNK + 1)),
            listed(contacts),
            self.standing.cursor,
        )

    def _unread_merges(self) -> list[tuple[int, int]]:
        return [
            (contact, _decode(properties)["other"])
            for contact, properties in self._database.each(
                "SELECT contact, properties FROM event WHERE seq > ? AND name = ?",
                self.standing.cursor,
                MERGE,
            )
        ]

    def _until_now(self) -> list[_Span]:
        """From where the engine is to `at`, cut where releases wait for it."""
        database, at = self._database, self.standing
        row = database.one("SELECT coalesce(max(seq), 0) FROM event")
        assert row is not None
        self._last: int = row[0]
        spans: list[_Span] = []
        release, began, epoch = at.release, at.applied_at, at.epoch
        first = release
        for seq, instant, properties in database.all(
            "SELECT seq, at, properties FROM event WHERE seq > ? AND name = ? ORDER BY seq", at.cursor, APPLY
        ):
            applied = load_release(database, release, self._environment, range(first, release))
            spans.append(_Span(applied, epoch, began, seq - 1, instant - 1))
            release, began, epoch = _decode(properties)["release"], instant, epoch + 1
        return [*spans, _Span(self.applied, epoch, began, self._last, self.at - 1)]


class _Copies:
    """What came of copies on their way: who turned out to be one, and what steps brought about."""

    def __init__(self) -> None:
        self._lines: dict[int, list[Happening]] = {}
        self._members: dict[int, list[int]] = {}

    def add(self, contact: Loaded, effects: Effects) -> None:
        if effects.journal:
            self._lines.setdefault(contact.id, []).extend(effects.journal)

    def join(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Who was merged into whom, in this order."""
        for elder, younger in pairs:
            self._members[elder] = [*self.persons(elder), *self.persons(younger)]

    def persons(self, contact: int) -> Sequence[int]:
        """Everybody who is this contact by now."""
        return self._members.get(contact, (contact,))

    def inside(self, contact: int, names: Collection[str]) -> Iterator[Event]:
        """What steps brought about on the way, as the events of those names."""
        for one in self.persons(contact):
            for line in self._lines.get(one, ()):
                event = remembered(line.n, line.at, line.kind, line.subject, line.recipe, line.detail or {})
                if event is not None and event.name in names:
                    yield event
