"""The engine's core on a list of messages, in the words by which it is compared with the naive interpreter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from autoflow.core.advance import advance
from autoflow.core.program import Program, compile_program
from autoflow.kinds.scores import Score
from autoflow.kinds.view import View
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record, pack, unpack
from autoflow.model.effects import HELD, Effects, Message
from autoflow.model.event import IDENTIFY, Event
from tests.oracle.decided import Decided, Entered, Said, Standing, State, in_millionths, witness
from tests.oracle.naive import Naive
from tests.oracle.people import Item, Person, is_silent, people
from tests.oracle.timing import Span

__all__ = ["Engine", "engine", "witness"]


@dataclass(frozen=True)
class Engine:
    """A compiled workspace. What comes later than its event says in `triggers_within` is handed over as silent."""

    program: Program
    triggers_within: Mapping[str, Span] = field(default_factory=dict)

    def run(
        self, messages: Iterable[Mapping[str, Any]], end: int, looks: Iterable[int] | None = ()
    ) -> Decided:
        """All that happens up to and including `end`.

        The contacts are looked at at each of the instants `looks`, and what came up to then is handed over in that
        call; None is at each item, which so is handed over in a call of its own.
        """
        runs: dict[tuple[str, str, int], Entered] = {}
        sent: list[tuple[str, Message]] = []
        refused, states = Counter[str](), {}
        for person in people(messages):
            record, effects = self.walk(person, end, looks)
            for each in effects:
                sent += [(person.key, message) for message in each.messages if message.outcome != HELD]
                refused.update(line.recipe for line in each.journal if line.kind == "refused")
                for row in each.runs.values():
                    key = (row.recipe, person.key, row.entry)
                    runs[key] = Entered(row.entered_at, *key, row.state, row.ended_at or 0)
            states[person.key] = self.state(record, end)
        sent.sort(key=lambda pair: (pair[1].at, pair[0]))
        return Decided(sorted(runs.values()), [_said(message) for _, message in sent], refused, states)

    def walk(
        self, person: Person, end: int, looks: Iterable[int] | None = ()
    ) -> tuple[Record, list[Effects]]:
        """One contact in the end, and what came of each call."""
        items = [item for item in person.items if item.at <= end]
        instants = [item.at for item in items] if looks is None else sorted({at for at in looks if at < end})
        record, effects = Record(person.key, person.key[2:]), []
        numbered = list(enumerate(items, 1))
        for instant in [*instants, end]:
            batch = [self._event(number, item) for number, item in numbered if item.at <= instant]
            numbered = numbered[len(batch) :]
            effects.append(advance(self.program, record, batch, instant))
            record = unpack(pack(record))  # as the store keeps it between ticks
        return record, effects

    def _event(self, number: int, item: Item) -> Event:
        return Event(
            seq=number,
            at=item.at,
            occurred_at=item.occurred_at,
            name=item.name or IDENTIFY,
            properties=dict(item.properties),
            enters=not is_silent(item, self.triggers_within),
        )

    def state(self, record: Record, end: int) -> State:
        """What is true of a contact at an instant."""
        view = View(record, end, self.program.zone)
        return State(
            attributes=record.attributes,
            computed={name: in_millionths(value) for name, value in record.computed.items()},
            tags=set(record.tags),
            stage=record.stage,
            segments=set(record.segments),
            audiences=set(record.audiences),
            given=set(record.consent),
            refused=record.refused,
            suppressed=bool(record.suppressed),
            scores={score.name: score.value(view) for score in self._scores()},
            runs=sorted(
                Standing(run.recipe, run.entry, run.step, run.due, run.held is not None)
                for run in record.runs
            ),
        )

    def _scores(self) -> Iterator[Score]:
        return (each for each in self.program.memory_keys().values() if isinstance(each, Score))


def _said(each: Message) -> Said:
    return Said(each.at, each.recipe, each.step, each.channel, each.name, each.key, each.outcome, each.reason)


def engine(files: Mapping[str, str]) -> Engine:
    workspace = read_workspace(files, {})
    assert workspace.sound, [problem for problem in workspace.problems if problem.severity == "error"]
    return Engine(compile_program(workspace), Naive(files).workspace.triggers_within)
