"""The engine's core on a list of messages, in the words by which it is compared with the naive interpreter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autoflow.core.advance import advance
from autoflow.core.compiling import compile_program
from autoflow.core.program import Program
from autoflow.kinds.scores import Score
from autoflow.kinds.view import View
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record, pack, unpack
from autoflow.model.effects import HELD, Happening, Message, RunRow
from autoflow.model.event import IDENTIFY, Event
from tests.oracle.decided import Decided, Entered, Said, Standing, State, in_millionths, witness
from tests.oracle.naive import Naive
from tests.oracle.people import Item, Person, is_silent, people
from tests.oracle.timing import Span

__all__ = ["Engine", "engine", "must_agree", "witness"]


class Life(NamedTuple):
    """Everything that came of one contact: his record as it is stored, and all effects."""

    record: bytes
    journal: list[Happening]
    messages: list[Message]
    runs: dict[tuple[str, int], RunRow]


@dataclass(frozen=True)
class Engine:
    """A compiled workspace. What comes later than its event says in `triggers_within` is handed over as silent."""

    program: Program
    triggers_within: Mapping[str, Span] = field(default_factory=dict)

    def run(self, messages: Iterable[Mapping[str, Any]], end: int) -> Decided:
        """All that happens up to and including `end`, in one call for each contact."""
        return self.decided(self.lives(messages, end), end)

    def lives(
        self, messages: Iterable[Mapping[str, Any]], end: int, looks: Iterable[int] | None = ()
    ) -> dict[str, Life]:
        """Everybody's life up to and including `end`, by key.

        The contacts are looked at at each of the instants `looks`, and what came up to then is handed over in that
        call; None is at each item, which so is handed over in a call of its own.
        """
        return {person.key: self._life(person, end, looks) for person in people(messages)}

    def _life(self, person: Person, end: int, looks: Iterable[int] | None) -> Life:
        items = [item for item in person.items if item.at <= end]
        instants = [item.at for item in items] if looks is None else sorted({at for at in looks if at < end})
        life = Life(pack(Record(person.key, person.key[2:])), [], [], {})
        numbered = list(enumerate(items, 1))
        for instant in [*instants, end]:
            batch = [self._event(number, item) for number, item in numbered if item.at <= instant]
            numbered = numbered[len(batch) :]
            record = unpack(life.record)
            effects = advance(self.program, record, batch, instant, spill=False)
            life.journal.extend(effects.journal)
            life.messages.extend(effects.messages)
            life.runs.update(effects.runs)
            life = life._replace(record=pack(record))  # as the store keeps it between ticks
        return life

    def _event(self, number: int, item: Item) -> Event:
        return Event(
            seq=number,
            at=item.at,
            occurred_at=item.occurred_at,
            name=item.name or IDENTIFY,
            properties=dict(item.properties),
            enters=not is_silent(item, self.triggers_within),
        )

    def decided(self, lives: Mapping[str, Life], end: int) -> Decided:
        """The same in the words that the witness has too."""
        runs = [
            Entered(row.entered_at, row.recipe, key, row.entry, row.state, row.ended_at or 0)
            for key, life in lives.items()
            for row in life.runs.values()
        ]
        sent = [(each.at, key, each) for key, life in lives.items() for each in life.messages]
        sent.sort(key=lambda found: found[:2])
        refused = [line.recipe for life in lives.values() for line in life.journal if line.kind == "refused"]
        return Decided(
            sorted(runs),
            [_said(message) for _, _, message in sent if message.outcome != HELD],
            Counter(refused),
            {key: self.state(unpack(life.record), end) for key, life in lives.items()},
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


def must_agree(
    files: Mapping[str, str], messages: list[dict[str, Any]], end: int, looks: Iterable[int] | None = ()
) -> None:
    """The engine decides what the witness decides, and how its input is cut into calls changes nothing."""
    decides = engine(files)
    whole = decides.lives(messages, end)
    assert decides.decided(whole, end) == witness(files, messages, end)
    assert decides.lives(messages, end, looks) == whole
