"""Simulation: the recorded log through the same core, in virtual time, with decisions counted and written down.

Touches neither the store nor the network. It invents no reactions, unless some are assumed: an open or a click counts
only where the replay sent the same message that was reacted to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from autoflow.core.program import Program
from autoflow.lab.simulation.assuming import Assumption, Assumptions
from autoflow.lab.simulation.making import Maker
from autoflow.lab.simulation.playing import (
    Compared,
    Played,
    Player,
    Way,
    Workshop,
    make_player,
    play_all,
)
from autoflow.lab.simulation.processes import Progress
from autoflow.lab.simulation.recording import digest, message_row, ndjson
from autoflow.lab.simulation.replay import Span
from autoflow.lab.simulation.tally import RecipeTally, Tally
from autoflow.model.effects import Message
from autoflow.store.database import Database
from autoflow.store.recorded import Recorded, survey

WORTH_PROCESSES = 200_000
"""Rows of the log from which on a second process is worth its start."""


@dataclass
class Simulation:
    """The outcome of a span; instants are UTC microseconds.

    `contacts` and `events` are what is recorded up to its end, `mailed` is how many people got a mail, from whichever
    recipe. `messages` come in order, with the user id of each; there are none where they were not kept. `aside` are
    contacts that the core stumbled over, with the reason: nothing of theirs is counted.
    """

    program: Program
    start: int
    end: int
    seed: str
    recipes: list[RecipeTally]
    segments: dict[str, int]
    contacts: int
    events: int
    digest: str
    mailed: int = 0
    messages: list[tuple[Message, str]] = field(default_factory=list)
    aside: list[tuple[str, str]] = field(default_factory=list)
    assumed: tuple[Assumption, ...] = ()

    def rows(self) -> Iterable[dict[str, Any]]:
        """The messages as `--messages` writes them."""
        return (message_row(message, contact) for message, contact in self.messages)


class Asked(NamedTuple):
    """What is asked of a simulation.

    Without `start` and `end` the span is all that is recorded. `under_way` takes along who is under way at the start:
    the recipes run before it too, uncounted. `keep` keeps every message, `spooled` is a folder that takes them,
    `every` tries every mail and not one of each shape.
    """

    start: int | None = None
    end: int | None = None
    seed: str = "0"
    under_way: bool = False
    assumed: tuple[Assumption, ...] = ()
    keep: bool = True
    every: bool = False
    spooled: Path | None = None


ALL = Asked()


def simulate(
    database: Database,
    program: Program,
    asked: Asked = ALL,
    *,
    make: Maker | None = None,
    progress: Progress | None = None,
) -> Simulation | None:
    """Play the recipes of `program` over what the store has recorded; None where nothing is.

    Before the span the state is rebuilt with no triggers, and nobody is under way, unless that is asked for.
    """
    found = surveyed(database, asked)
    if found is None:
        return None
    recorded, way = found
    player = Player(database, [program], recorded, way, make)
    return _outcomes(player, play_all(player, recorded, progress=progress), recorded, way, asked)[0]


def compare(
    database: Database,
    workshop: Workshop,
    asked: Asked = ALL,
    *,
    processes: int = 1,
    progress: Progress | None = None,
) -> tuple[list[Simulation], Compared] | None:
    """Play everybody by each of a workshop's programs, in one go; None where nothing is recorded.

    With them comes what differs between the first two. Where much is recorded, several `processes` share the work.
    """
    found = surveyed(database, asked)
    if found is None:
        return None
    recorded, way = found
    player = Player(database, workshop.programs(database), recorded, way, workshop.make)
    shared = processes > 1 and recorded.rows >= WORTH_PROCESSES
    make = partial(make_player, workshop, recorded, way) if shared else None
    played = play_all(player, recorded, make, processes=processes, progress=progress)
    return _outcomes(player, played, recorded, way, asked), played.compared


def surveyed(database: Database, asked: Asked) -> tuple[Recorded, Way] | None:
    """What is recorded, and how it is to be played; None where nothing is."""
    recorded = survey(database, asked.end)
    if recorded is None:
        return None
    start = recorded.first if asked.start is None else asked.start
    end = recorded.last if asked.end is None else asked.end
    answers = Assumptions(database, asked.assumed, asked.seed) if asked.assumed else None
    span = Span(start, end, asked.under_way)
    return recorded, Way(span, answers, asked.every, asked.keep, asked.spooled)


def _outcomes(player: Player, played: Played, recorded: Recorded, way: Way, asked: Asked) -> list[Simulation]:
    for messages in played.messages:
        messages.sort(key=lambda pair: (pair[0].at, pair[0].key.split("/", 4)[4], pair[0].n))
    return [
        Simulation(
            program,
            way.span.start,
            way.span.end,
            asked.seed,
            list(tally.recipes.values()),
            dict(sorted(tally.segments.items())),
            tally.contacts + len(tally.aside),
            recorded.rows,
            _digest(tally),
            tally.mailed,
            messages,
            tally.aside,
            asked.assumed,
        )
        for program, tally, messages in zip(player.programs, played.tallies, played.messages, strict=True)
    ]


def _digest(tally: Tally) -> str:
    """Equal where every decision is equal."""
    rows = ndjson(recipe.row() for recipe in tally.recipes.values())
    return digest((tally.digest.to_bytes(16), rows))
