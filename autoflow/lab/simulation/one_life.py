"""One person's simulation, told in order: what is recorded of him, and what followed from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from autoflow.core.program import Program
from autoflow.lab.sentences import properties_words, sentence
from autoflow.lab.simulation.replay import Life, Lived, Person, people
from autoflow.lab.simulation.simulate import Asked, surveyed
from autoflow.model.contact import Record
from autoflow.model.effects import EMAIL, SKIPPED, Message
from autoflow.model.event import IDENTIFY, KNOWN_AS, MERGE
from autoflow.model.reasons import in_a_clause
from autoflow.store.database import Database
from autoflow.store.history import values

RECORDED, FOLLOWED = "recorded", "followed"
_CALLED = {
    "sales": "notice to {}",
    "tasks": "task {}",
    "webhooks": "call to {}",
    "audiences": "the audience {}",
}


class Told(NamedTuple):
    """One thing at its instant: recorded of him, or something that followed; `run` numbers entries of a recipe."""

    at: int
    kind: str
    text: str
    recipe: str = ""
    run: int = 0


class OneLife(NamedTuple):
    """One person's span in order, and the record that he has at its end."""

    name: str
    start: int
    end: int
    told: list[Told]
    record: Record


def one_life(database: Database, program: Program, contact: int, asked: Asked) -> OneLife | None:
    """Play one contact, with whom he was merged; None where nothing is recorded of him in the span.

    Raises what the core raises where it stumbles over him.
    """
    found = surveyed(database, asked)
    if found is None:
        return None
    recorded, way = found
    first = min(recorded.merged.get(contact, (contact,)))
    rebuilt = recorded.first < way.span.start and not way.span.under_way
    before = way.span.start if rebuilt else None
    person = next(people(database, recorded, range(first, first + 1), before), None)
    if person is None:
        return None
    lived = list(Life(program, person, way.span, way.answers).play())
    told = [
        *_recorded(person, way.span.start),
        *(each for piece in lived for each in _followed(piece, program)),
    ]
    told.sort(key=lambda each: (each.at, each.kind != RECORDED))
    return OneLife(person.name, way.span.start, way.span.end, told, lived[-1].record)


def _recorded(person: Person, start: int) -> Iterator[Told]:
    for row in person.rows:
        if row.instant < start:
            continue
        words = properties_words(values(row.properties))
        told = {IDENTIFY: f"set{words}", MERGE: "turned out to be one with another contact"}
        told[KNOWN_AS] = "said who he is"
        yield Told(row.instant, RECORDED, told.get(row.name, f"{row.name}{words}"))


def _followed(piece: Lived, program: Program) -> Iterator[Told]:
    """What followed, in order; what the journal does not tell of is told behind the line before it."""
    if not piece.counts:
        return
    lines = [
        ((line.at, line.n, 0), Told(line.at, FOLLOWED, sentence(line, program.zone), line.recipe, line.entry))
        for line in piece.effects.journal
    ]
    lines += [
        ((each.at, each.n, 1), _skipped(each))
        for each in piece.effects.messages
        if each.channel != EMAIL and each.outcome == SKIPPED
    ]
    yield from (told for _, told in sorted(lines, key=lambda line: line[0]))


def _skipped(message: Message) -> Told:
    what = _CALLED.get(message.channel, "{}").format(message.name)
    text = f"{what} skipped: {in_a_clause(message.reason)}"
    return Told(message.at, FOLLOWED, text, message.recipe, message.entry)
