"""Everybody's recorded past played through the core again, a person at a time.

Before the span either nothing is entered, and what steps once did comes from the journal, or the recipes run there
too (`under_way`). A reaction counts only where the replay made the same message that was reacted to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from autoflow.core.advance import advance
from autoflow.core.merge import merge
from autoflow.core.program import Program
from autoflow.model.contact import Record
from autoflow.model.effects import SENT, Effects, Message
from autoflow.model.event import MERGE, REACTION, Event
from autoflow.store.database import Database
from autoflow.store.history import changes_inside, contact_keys, values
from autoflow.store.recorded import Recorded, Row, rows_of

Answers = Callable[[Message], Sequence[Event]]
"""What somebody is assumed to do about a message that was sent to him: reactions, all later than the message."""


class Span(NamedTuple):
    """From which instant to which a replay counts, and whether it takes along who is under way at its start."""

    start: int
    end: int
    under_way: bool = False


@dataclass
class Person:
    """Contacts that turn out to be one, with what they are called and what is recorded of them."""

    members: frozenset[int]
    keys: Mapping[int, tuple[str, str]]
    rows: list[Row] = field(default_factory=list)
    inside: list[tuple[int, Event]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What people call the eldest of them by."""
        return self.keys[min(self.members)][1]

    def items(self, program: Program) -> list[tuple[int, Event]]:
        """What is recorded, as (contact, item), in order: what nothing here looks at is left out."""
        items = [(row.contact, _item(program, row)) for row in _looked_at(program, self.rows)]
        items += self.inside
        items.sort(key=lambda item: item[1].at)
        return items


def people(
    database: Database, recorded: Recorded, contacts: range, inside_before: int | None = None
) -> Iterator[Person]:
    """Who is recorded among these contacts; whoever is one with others comes with the first of them.

    With `inside_before`, what steps did for them before that instant is among it.
    """
    merged = recorded.merged
    firsts = {group for contact in contacts if (group := merged.get(contact)) and min(group) in contacts}
    beyond = [member for group in firsts for member in group if member not in contacts]
    found: dict[int, Person] = {}
    keys: dict[int, tuple[str, str]] = {}
    for these in (contacts, beyond) if beyond else (contacts,):
        keys.update(contact_keys(database, these))
        for row in rows_of(database, recorded, these):
            _person(found, merged, row.contact).rows.append(row)
        if inside_before is not None:
            for contact, item in changes_inside(database, these, inside_before):
                _person(found, merged, contact).inside.append((contact, item))
    for first, person in sorted(found.items()):
        if first in contacts and person.rows:  # a merge may lie before anything that is played of one of them
            person.keys = {member: keys[member] for member in person.members}
            yield person


def _person(found: dict[int, Person], merged: Mapping[int, frozenset[int]], contact: int) -> Person:
    group = merged.get(contact)
    first = min(group) if group else contact
    person = found.get(first)
    if person is None:
        person = found[first] = Person(group or frozenset((contact,)), {})
    return person


def _looked_at(program: Program, rows: Collection[Row]) -> Iterator[Row]:
    """The rows from which anything could follow: those, and whatever tells since when a contact is known."""
    known: dict[int, tuple[int, int]] = {}
    for row in rows:
        since = known.get(row.contact)
        if since is None or row.instant < since[0] or row.occurred_at < since[1]:
            known[row.contact] = (row.instant, row.occurred_at)
        elif not program.looks_at(row.name):
            continue
        yield row


def _item(program: Program, row: Row) -> Event:
    enters = bool(row.history) or row.at - row.occurred_at <= program.triggers_within(row.name)
    reacts = row.reacts_to if row.origin == REACTION else None
    occurred_at = min(row.occurred_at, row.instant)
    return Event(row.seq, row.instant, occurred_at, row.name, values(row.properties), enters, reacts)


class Taken(NamedTuple):
    """A run that goes on under another record after a merge: the record's key and the entry that it had there."""

    key: str
    recipe: str
    before: int
    entry: int


class Lived(NamedTuple):
    """A piece of somebody's life: the record it belongs to, and what it brought about.

    `counts` is False for what lies before the span; the last of that names the recipes that he is `carried` in.
    A merge names the runs that were `taken` over.
    """

    record: Record
    effects: Effects
    counts: bool = True
    carried: tuple[str, ...] = ()
    taken: tuple[Taken, ...] = ()


class Life:
    """One person's replay. `records` are those of the contacts that he is so far, by contact."""

    def __init__(self, program: Program, person: Person, span: Span, answers: Answers | None = None) -> None:
        self.records: dict[int, Record] = {}
        self._program = program
        self._person = person
        self._span = span
        self._answers = answers
        self._silent_before = 0 if span.under_way else span.start
        self._joined: dict[int, int] = {}
        self._made: set[str] = set()
        self._pending: dict[int, list[Event]] = {}
        self._drawn: list[tuple[int, int, int, Event]] = []
        self._began = False

    def play(self) -> Iterator[Lived]:
        """Every piece of it, in order as far as one record goes."""
        for owner, item in self._person.items(self._program):
            if item.at >= self._span.start and not self._began:
                yield from self._begin()
            yield from self._until(item.at - 1)
            yield from self._take(owner, item)
        if not self._began:
            yield from self._begin()
        yield from self._until(self._span.end)
        for contact in sorted(self.records):
            yield self._flush(contact, self._span.end)

    def _begin(self) -> Iterator[Lived]:
        """Everybody brought to where the span begins."""
        yield from self._until(self._span.start - 1)
        for contact in sorted(self.records):
            before = self._flush(contact, self._span.start - 1)
            yield before._replace(carried=tuple(run.recipe for run in before.record.runs))
        self._began = True

    def _until(self, instant: int) -> Iterator[Lived]:
        """Where answers are assumed, let time pass one due instant after the other, so that each message is answered
        before more follows. Otherwise a piece is as long as it can be.
        """
        while self._answers is not None:
            dues = [
                (due, each) for each in self.records if (due := self.records[each].next_due()) is not None
            ]
            due, contact = min(dues, default=(instant + 1, 0))
            if self._drawn and self._drawn[0][0] <= min(due, instant):
                due, owner, _, item = heappop(self._drawn)
                contact = self._now(owner)
                self._pending.setdefault(contact, []).append(item)
            elif due > instant:
                return
            yield self._flush(contact, due)

    def _take(self, owner: int, item: Event) -> Iterator[Lived]:
        contact = self._now(owner)
        self._know(contact)
        if item.reacts_to is not None and item.at >= self._silent_before:
            yield self._flush(contact, item.at - 1)
            if item.reacts_to not in self._made:
                return
        if item.name != MERGE:
            self._pending.setdefault(contact, []).append(item)
            if self._answers is not None:
                yield self._flush(contact, item.at - 1)
            return
        other = item.properties["other"]
        self._know(other)
        for each in (contact, other):
            yield self._flush(each, item.at - 1)
        younger, elder = self.records.pop(other), self.records[contact]
        entries = [(run, run.entry) for run in younger.runs]
        kept, gone = merge(self._program, elder, younger, item)
        taken = tuple(
            Taken(younger.key, run.recipe, before, run.entry)
            for run, before in entries
            if any(run is each for each in elder.runs)
        )
        yield Lived(elder, kept, self._began, taken=taken)
        younger.segments.clear()
        younger.runs.clear()  # they have ended there, however they go on under the elder
        yield Lived(younger, gone, self._began)
        self._joined[other] = contact

    def _now(self, contact: int) -> int:
        while contact in self._joined:
            contact = self._joined[contact]
        return contact

    def _know(self, contact: int) -> None:
        if contact not in self.records:
            key = self._person.keys[contact][0]
            self.records[contact] = Record(key, key[2:])

    def _flush(self, contact: int, horizon: int) -> Lived:
        record, items = self.records[contact], self._pending.pop(contact, [])
        effects = advance(
            self._program, record, items, horizon, spill=False, silent_before=self._silent_before
        )
        for message in effects.messages:
            if message.outcome != SENT:
                continue
            self._made.add(message.key)
            for item in self._answers(message) if self._answers is not None else ():
                heappush(self._drawn, (item.at, contact, item.seq, item))
        return Lived(record, effects, self._began)
