"""One contact as he was at an instant, rebuilt from the log: a prefix of it, with nothing entered anew.

What came in is played as a simulation plays it (history at the time it occurred), what steps did comes from the
journal, and who was under way from the runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autoflow.core.program import Program
from autoflow.lab.simulation.replay import Life, Span
from autoflow.lab.simulation.replay import Person as Replayed
from autoflow.model.contact import Record, Run
from autoflow.store.database import Database
from autoflow.store.history import changes_inside, contact_keys, last_row
from autoflow.store.person import Person
from autoflow.store.recorded import Recorded, Row, rows_of

_ENDLESS = 1 << 62


def rebuild(database: Database, program: Program, person: Person, instant: int) -> Record | None:
    """The record as `program` would have it at the instant; None where nothing was known of him.

    Before a visitor said who he is there were two: this is the one who already had the name.
    """
    members = frozenset(person.members)
    replayed = Replayed(members, contact_keys(database, members), list(_rows(database, members, instant)))
    replayed.inside = list(changes_inside(database, members, instant + 1))
    life = Life(program, replayed, Span(instant + 1, instant))
    for _ in life.play():
        pass
    named = f"u:{person.record.name}"
    found = sorted(life.records.items(), key=lambda pair: (pair[1].key != named, pair[0]))
    if not found:
        return None
    record = found[0][1]
    record.runs = [run for run in _under_way(person, instant) if run.recipe in program.recipes]
    return record


def _rows(database: Database, members: frozenset[int], instant: int) -> Iterator[Row]:
    """Each at an instant of its own, up to and at that one."""
    everything = Recorded(0, 0, 0, last_row(database), _ENDLESS, 0, None, {})
    rows = [
        row._replace(instant=row.occurred_at if row.history else row.at)
        for row in rows_of(database, everything, members)
    ]
    last = -1
    for row in sorted(rows, key=lambda row: (row.instant, row.seq)):
        last = max(row.instant, last + 1)
        if last <= instant:
            yield row._replace(instant=last)


def _under_way(person: Person, instant: int) -> Sequence[Run]:
    """Who he was in: no more of a run is known than that it was there, so nothing is due in it."""
    pers = {
        (line.recipe, line.entry): line.detail.get("per") for line in person.journal if line.kind == "entered"
    }
    return [
        Run(
            *(row.recipe, row.version, row.entry, "", row.entered_at, row.entered_at),
            per=pers.get((row.recipe, row.entry)),
        )
        for row in person.runs
        if row.entered_at <= instant and (row.ended_at is None or row.ended_at > instant)
    ]
