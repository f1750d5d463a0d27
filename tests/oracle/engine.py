"""The engine's core on a list of messages, and the naive interpreter's words for what it decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autoflow.core.advance import advance
from autoflow.core.program import Program, compile_program
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record
from autoflow.model.effects import HELD, Effects
from autoflow.model.event import IDENTIFY, Event
from tests.oracle.naive import Naive, NaiveOutcome
from tests.oracle.people import Person, is_silent, people
from tests.oracle.timing import Span


class Decided(NamedTuple):
    """What both sides can be compared by; runs and messages name the contact by his key."""

    runs: list[tuple[int, str, str, int, str, int | None]]
    messages: list[tuple[int, str, str, str, str, str, str, str]]
    refused: Counter[str]
    members: dict[str, set[str]]


@dataclass(frozen=True)
class Engine:
    """A compiled workspace; `each_alone` hands every item over in a call of its own.

    What comes later than its event says in `triggers_within` is handed over as silent.
    """

    program: Program
    each_alone: bool = False
    triggers_within: Mapping[str, Span] = field(default_factory=dict)

    def run(self, messages: Iterable[Mapping[str, Any]], end: int) -> Decided:
        runs, sent, refused = [], [], Counter[str]()
        members: dict[str, set[str]] = {segment.id: set() for segment in self.program.segments}
        for person in people(messages):
            record = Record(person.key, person.key[2:])
            for effects in self._effects(record, person, end):
                sent += [(person.key, message) for message in effects.messages]
                refused.update(each.recipe for each in effects.journal if each.kind == "refused")
                runs += [((person.key, *key), row) for key, row in effects.runs.items()]
            for segment in record.segments:
                members[segment].add(person.key)
        latest = dict(runs).items()
        return Decided(
            sorted(
                (row.entered_at, row.recipe, key, row.entry, row.state, row.ended_at or 0)
                for (key, *_), row in latest
            ),
            [
                (
                    each.at,
                    each.recipe,
                    each.step,
                    each.channel,
                    each.name,
                    each.key,
                    each.outcome,
                    each.reason,
                )
                for _, each in sorted(sent, key=lambda pair: (pair[1].at, pair[0]))
                if each.outcome != HELD
            ],
            refused,
            members,
        )

    def _effects(self, record: Record, person: Person, end: int) -> Iterable[Effects]:
        items = [
            Event(
                seq=number,
                at=item.at,
                occurred_at=item.occurred_at,
                name=item.name or IDENTIFY,
                properties=dict(item.properties),
                enters=not is_silent(item, self.triggers_within),
            )
            for number, item in enumerate(person.items, 1)
            if item.at <= end
        ]
        if not self.each_alone:
            return [advance(self.program, record, items, end)]
        alone = [advance(self.program, record, [item], item.at) for item in items]
        return [*alone, advance(self.program, record, [], end)]


def engine(files: Mapping[str, str], *, each_alone: bool = False) -> Engine:
    workspace = read_workspace(files, {})
    assert workspace.sound, [problem for problem in workspace.problems if problem.severity == "error"]
    return Engine(compile_program(workspace), each_alone, Naive(files).workspace.triggers_within)


def witness(files: Mapping[str, str], messages: Iterable[Mapping[str, Any]], end: int) -> Decided:
    outcome = Naive(files).run(messages, None, end)
    keys = {walk.contact_id: walk.key for walk in outcome.walks}
    return Decided(
        sorted(
            (each.at, each.recipe, keys[each.contact], each.entry, each.outcome, each.ended or 0)
            for each in outcome.entries
        ),
        [
            (each.at, each.recipe, each.step, each.channel, each.name, each.key, each.outcome, each.reason)
            for each in outcome.messages
        ],
        outcome.refused_by_recipe(),
        _members(outcome, keys, end),
    )


def _members(outcome: NaiveOutcome, keys: Mapping[str, str], end: int) -> dict[str, set[str]]:
    segments = outcome.workspace.segments
    return {name: {keys[contact] for contact in outcome.memberships(name, end)} for name in segments}
