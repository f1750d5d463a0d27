"""People played a batch at a time and counted: in this process, or in several, with the same result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from autoflow.core.program import Program
from autoflow.lab.simulation.collecting import no_collecting
from autoflow.lab.simulation.counting import Counting, Making
from autoflow.lab.simulation.making import Maker
from autoflow.lab.simulation.processes import Progress, summed
from autoflow.lab.simulation.recording import spool
from autoflow.lab.simulation.replay import Answers, Life, Person, Span, people
from autoflow.lab.simulation.tally import Tally
from autoflow.model.effects import EMAIL, SENT, Message
from autoflow.store.database import Database
from autoflow.store.recorded import Recorded
from autoflow.store.set_aside import in_words

_LEAST, _MOST_BATCHES = 200, 500  # contacts in a batch; batches, each of which may be a file open at once
_EXAMPLES = 10


class Way(NamedTuple):
    """How people are played: the span, what they are assumed to do, and how mails are tried.

    `every` tries every mail and not one of each shape; `keep` keeps every message, and `spooled` is a folder into
    which each batch's are written.
    """

    span: Span
    answers: Answers | None = None
    every: bool = False
    keep: bool = False
    spooled: Path | None = None


class Workshop(NamedTuple):
    """What makes a player in another process; each part can be sent there."""

    open: Callable[[], Database]
    programs: Callable[[Database], Sequence[Program]]
    make: Maker | None = None


class Changed(NamedTuple):
    """Somebody who gets another number of mails by the second program than by the first."""

    rank: str
    contact: str
    before: int
    after: int


@dataclass
class Compared:
    """How many people get more or fewer mails by the second program, with some of either."""

    more: int = 0
    fewer: int = 0
    examples: dict[str, list[Changed]] = field(default_factory=lambda: {"more": [], "fewer": []})

    def count(self, contact: str, before: int, after: int) -> None:
        """One person."""
        if before == after:
            return
        rank = blake2b(contact.encode(), digest_size=8).hexdigest()
        word = "more" if after > before else "fewer"
        self.more += after > before
        self.fewer += after < before
        self._keep(word, [Changed(rank, contact, before, after)])

    def add(self, other: Compared) -> None:
        """Count these people as well."""
        self.more += other.more
        self.fewer += other.fewer
        for word, found in other.examples.items():
            self._keep(word, found)

    def _keep(self, word: str, found: list[Changed]) -> None:
        self.examples[word] = sorted([*self.examples[word], *found])[:_EXAMPLES]


@dataclass
class Played:
    """What came of a batch, or of many: a tally for each program, and between the first two the difference."""

    tallies: list[Tally]
    compared: Compared = field(default_factory=Compared)
    messages: list[list[tuple[Message, str]]] = field(default_factory=list)

    def add(self, other: Played) -> None:
        """Count these people as well."""
        for ours, theirs in zip(self.tallies, other.tallies, strict=True):
            ours.add(theirs)
        for mine, more in zip(self.messages, other.messages, strict=True):
            mine.extend(more)
        self.compared.add(other.compared)


class Player:
    """Plays everybody among some contacts by one program or several; the last one's mails are tried."""

    def __init__(
        self,
        database: Database,
        programs: Sequence[Program],
        recorded: Recorded,
        way: Way,
        make: Maker | None = None,
    ) -> None:
        self._database = database
        self.programs = programs
        self._recorded = recorded
        self._way = way
        self._make = make

    def nothing(self) -> Played:
        """Nobody played yet."""
        return Played([Tally.of(each) for each in self.programs], messages=[[] for _ in self.programs])

    def work(self, contacts: range) -> Played:
        """Whoever is recorded among these contacts."""
        played, way = self.nothing(), self._way
        rebuilt = self._recorded.first < way.span.start and not way.span.under_way
        before = way.span.start if rebuilt else None
        makings: list[Making | None] = [None] * len(self.programs)
        if self._make is not None:  # which knows the files alone: the last program
            makings[-1] = Making(self._make, every=way.every)
        said: list[tuple[Message, str]] = []
        with no_collecting():
            for person in people(self._database, self._recorded, contacts, before):
                counted = [
                    self._count(person, program, tally, making)
                    for program, tally, making in zip(self.programs, played.tallies, makings, strict=True)
                ]
                if len(counted) > 1:
                    played.compared.count(person.name, _mails(counted[0]), _mails(counted[1]))
                if way.keep:
                    for kept, found in zip(played.messages, counted, strict=True):
                        kept.extend(found)
                if way.spooled is not None:
                    said += counted[-1]
        if way.spooled is not None:
            spool(way.spooled / f"{contacts.start:012d}", said)
        return played

    def _count(
        self, person: Person, program: Program, tally: Tally, making: Making | None
    ) -> list[tuple[Message, str]]:
        try:
            lived = list(Life(program, person, self._way.span, self._way.answers).play())
        except Exception as error:  # noqa: BLE001 - as in a tick, he fails alone
            tally.aside.append((person.name, in_words(error)))
            return []
        counting = Counting(tally, making)
        counting.count(lived)
        return counting.messages


def _mails(messages: Sequence[tuple[Message, str]]) -> int:
    return sum((message.channel, message.outcome) == (EMAIL, SENT) for message, _ in messages)


def batches(recorded: Recorded) -> list[range]:
    """All contacts, so many at a time: how many does not depend on who plays them, or on how many do."""
    size = max(_LEAST, recorded.contacts // _MOST_BATCHES)
    return [
        range(first, min(first + size, recorded.contacts + 1))
        for first in range(1, recorded.contacts + 1, size)
    ]


def make_player(workshop: Workshop, recorded: Recorded, way: Way) -> Player:
    """A player with a connection of its own, wherever this is called."""
    database = workshop.open()
    return Player(database, workshop.programs(database), recorded, way, workshop.make)


def play_all(
    player: Player,
    recorded: Recorded,
    make: Callable[[], Player] | None = None,
    *,
    processes: int = 1,
    progress: Progress | None = None,
) -> Played:
    """Everybody, by this player; or, with `make`, in several processes by one that each of them makes."""
    made = make if make is not None else lambda: player
    number = processes if make is not None else 1
    return summed(player.nothing(), made, batches(recorded), processes=number, progress=progress)
