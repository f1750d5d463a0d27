"""Simulation: the recorded log through the same core, in virtual time, with decisions written down.

Touches neither the store nor the network. It invents no reactions: an open or a click counts only where the
replay sent the same message that was reacted to.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from autoflow.core.advance import advance
from autoflow.core.hand import EMAIL_HELD
from autoflow.core.merge import merge
from autoflow.core.program import Program
from autoflow.lab.recording import digest, message_row, ndjson
from autoflow.model.contact import Record, Run
from autoflow.model.effects import (
    EMAIL,
    ENDINGS,
    HELD,
    RUNNING,
    SENT,
    Effects,
    Happening,
    Message,
    effect_key,
)
from autoflow.model.event import MERGE, REACTION, Event
from autoflow.store.database import Database
from autoflow.store.history import changes_inside, contact_keys, everything
from autoflow.store.set_aside import in_words


@dataclass
class RecipeOutcome:
    """What one recipe did over the span; `ended` counts by state, `messages` by outcome."""

    recipe: str
    version: int
    entered: int = 0
    refused: int = 0
    running: int = 0
    ended: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENDINGS, 0))
    messages: dict[str, int] = field(default_factory=lambda: {"sent": 0, "skipped": 0, "held": 0})
    refusals: dict[str, int] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """As `--json` writes it: `messages` counts every decision, `sent` those that would have gone out."""
        return {
            "recipe": self.recipe,
            "version": self.version,
            "entered": self.entered,
            "refused": self.refused,
            "running": self.running,
            **self.ended,
            "messages": sum(self.messages.values()),
            **self.messages,
        }


@dataclass
class Simulation:
    """The outcome of a span; instants are UTC microseconds. `messages` come in order, with the user id of each.

    `aside` are contacts that the core stumbled over, with the reason: nothing of theirs is counted.
    """

    start: int
    end: int
    seed: str
    recipes: list[RecipeOutcome]
    messages: list[tuple[Message, str]]
    segments: dict[str, int]
    contacts: int
    events: int
    aside: list[tuple[str, str]] = field(default_factory=list)

    def rows(self) -> Iterable[dict[str, Any]]:
        """The messages as `--messages` writes them."""
        return (message_row(message, contact) for message, contact in self.messages)

    @property
    def digest(self) -> str:
        """Equal where every decision is equal."""
        return digest((ndjson(self.rows()), ndjson(recipe.row() for recipe in self.recipes)))


@dataclass
class _Person:
    """Contacts that turn out to be one, and what is recorded of them."""

    items: list[tuple[int, Event]] = field(default_factory=list)
    members: set[int] = field(default_factory=set)


def simulate(
    database: Database,
    program: Program,
    *,
    start: int | None = None,
    end: int | None = None,
    seed: str = "0",
    progress: Callable[[int, int], None] | None = None,
) -> Simulation | None:
    """Play the recipes of `program` over what the store has recorded from `start` to `end`.

    Before `start` the state is rebuilt with no triggers; nobody is under way. Without them the span is all that
    is recorded. Returns None where nothing is.
    """
    people, first, last, events = _recorded(database, program, end)
    if not events:
        return None
    start, end = first if start is None else start, last if end is None else end
    if start > first:
        _add_changes_inside(database, people, start)
    keys = contact_keys(database)
    outcomes = {name: RecipeOutcome(name, recipe.version) for name, recipe in sorted(program.recipes.items())}
    simulation = Simulation(start, end, seed, list(outcomes.values()), [], {}, len(people), events)
    collecting = gc.isenabled()
    gc.disable()  # what a person's span leaves behind dies by itself; looking for circles costs a fifth
    try:
        for done, person in enumerate(people):
            _play(program, person, keys, simulation, outcomes)
            if progress is not None and done % 500 == 0:
                progress(done, len(people))
    finally:
        if collecting:
            gc.enable()
    simulation.messages.sort(key=lambda pair: (pair[0].at, pair[0].key.split("/", 4)[4], pair[0].n))
    return simulation


def _play(
    program: Program,
    person: _Person,
    keys: dict[int, tuple[str, str]],
    simulation: Simulation,
    outcomes: dict[str, RecipeOutcome],
) -> None:
    """One person's span, counted."""
    finals = {}
    held: dict[tuple[str, str, int], Happening] = {}
    try:
        lived = [
            (record, record.name, effects)
            for record, effects in _live(program, person, keys, simulation.start, simulation.end)
        ]
    except Exception as error:  # noqa: BLE001 - as in a tick, he fails alone
        simulation.aside.append((keys[min(person.members)][1], in_words(error)))
        return
    for record, name, effects in lived:
        finals[record.key] = record
        _count(simulation, outcomes, name, effects)
        for line in effects.journal:
            if line.kind == EMAIL_HELD:
                held[record.key, line.recipe, line.entry] = line
    for record in finals.values():
        for segment in record.segments:
            simulation.segments[segment] = simulation.segments.get(segment, 0) + 1
        for run in record.runs:
            last = held.get((record.key, run.recipe, run.entry)) if run.held is not None else None
            if last is not None and run.recipe in outcomes:
                simulation.messages.append((_held(record, run, last), record.name))
                outcomes[run.recipe].messages[HELD] += 1


def _held(record: Record, run: Run, line: Happening) -> Message:
    """A mail that the gate still holds at the end of the span."""
    return Message(
        key=effect_key(run.recipe, run.entry, run.step, run.visits[run.step], record.key),
        at=line.at,
        n=line.n,
        recipe=run.recipe,
        version=run.version,
        entry=run.entry,
        step=run.step,
        channel=EMAIL,
        name=line.subject,
        outcome=HELD,
        reason=(line.detail or {}).get("reason", ""),
    )


def _recorded(database: Database, program: Program, end: int | None) -> tuple[list[_Person], int, int, int]:
    """Everybody's items. Each gets its instant: strictly increasing over all, as receipts are (design.md)."""
    people: dict[int, _Person] = {}
    first, last, events = 0, -1, 0
    for row in everything(database, end):
        instant = max(row.occurred_at if row.history else row.at, last + 1)
        last = instant
        first = first if events else instant
        events += 1
        reacts = row.reacts_to if row.origin == REACTION else None
        enters = row.history or row.at - row.occurred_at <= program.triggers_within(row.name)
        item = Event(
            row.seq, instant, min(row.occurred_at, instant), row.name, row.properties, enters, reacts
        )
        person = people.get(row.contact)
        if person is None:
            person = people[row.contact] = _Person(members={row.contact})
        if row.name == MERGE:
            person = _join(people, person, people.get(row.properties["other"]))
        person.items.append((row.contact, item))
    unique = {id(person): person for person in people.values()}
    return list(unique.values()), first, last, events


def _join(people: dict[int, _Person], one: _Person, other: _Person | None) -> _Person:
    if other is None or other is one:
        return one
    one.items = sorted(one.items + other.items, key=lambda item: item[1].at)
    one.members |= other.members
    for member in other.members:
        people[member] = one
    return one


def _add_changes_inside(database: Database, people: Sequence[_Person], start: int) -> None:
    found = {member: person for person in people for member in person.members}
    for contact, item in changes_inside(database, start):
        if contact in found:
            found[contact].items.append((contact, item))
    for person in people:
        person.items.sort(key=lambda item: item[1].at)


def _live(
    program: Program, person: _Person, keys: dict[int, tuple[str, str]], start: int, end: int
) -> Iterable[tuple[Record, Effects]]:
    """One person's span: every piece of it with the record it belongs to."""
    records: dict[int, Record] = {}
    joined: dict[int, int] = {}
    made: set[str] = set()
    pending: dict[int, list[Event]] = {}

    def flush(contact: int, horizon: int) -> tuple[Record, Effects]:
        record = records[contact]
        items = pending.pop(contact, [])
        effects = advance(program, record, items, horizon, spill=False, silent_before=start)
        made.update(message.key for message in effects.messages if message.outcome == SENT)
        return record, effects

    for owner, item in person.items:
        contact = owner
        while contact in joined:
            contact = joined[contact]
        if contact not in records:
            records[contact] = Record(keys[contact][0], keys[contact][0][2:])
        if item.reacts_to is not None and item.at >= start:
            yield flush(contact, item.at - 1)
            if item.reacts_to not in made:
                continue
        if item.name == MERGE:
            other = item.properties["other"]
            records.setdefault(other, Record(keys[other][0], keys[other][0][2:]))
            yield flush(contact, item.at - 1)
            yield flush(other, item.at - 1)
            kept, gone = merge(program, records[contact], records[other], item)
            yield records[contact], kept
            records[other].segments.clear()
            yield records.pop(other), gone
            joined[other] = contact
            continue
        pending.setdefault(contact, []).append(item)
    for contact in sorted(records):
        yield flush(contact, end)


def _count(simulation: Simulation, outcomes: dict[str, RecipeOutcome], name: str, effects: Effects) -> None:
    for each in effects.journal:
        outcome = outcomes.get(each.recipe)
        if outcome is None or each.at < simulation.start:
            continue
        if each.kind == "entered":
            outcome.entered += 1
            outcome.running += 1
        elif each.kind == "refused":
            outcome.refused += 1
            outcome.refusals[each.subject] = outcome.refusals.get(each.subject, 0) + 1
    for run in effects.runs.values():
        if run.state != RUNNING and run.recipe in outcomes:
            outcomes[run.recipe].running -= 1
            outcomes[run.recipe].ended[run.state] += 1
    for message in effects.messages:
        if message.recipe in outcomes:  # an audience that mirrors a segment changes by no recipe
            outcomes[message.recipe].messages[message.outcome] += 1
        simulation.messages.append((message, name))
