"""What the seven days to come may bring each recipe, from the last full weeks that are recorded.

The recipes are played over what is recorded as if they had been in force all along. Of the days to come it is known
what time alone will bring (a silence that lasts ninety days, a wait that is over); what people will do meanwhile is
not, and is taken to add or to take away what it did in the weeks before. So each of those is also played by time
alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from autoflow.core.advance import advance
from autoflow.core.gate import CAP
from autoflow.core.program import Program
from autoflow.lab.periods import begins
from autoflow.lab.plan.weekly import Forecast, Weekly, full_weeks
from autoflow.lab.simulation.collecting import no_collecting
from autoflow.lab.simulation.playing import Workshop, batches
from autoflow.lab.simulation.processes import Progress, summed
from autoflow.lab.simulation.replay import Life, Lived, Person, Span, people
from autoflow.lab.simulation.simulate import WORTH_PROCESSES
from autoflow.model.contact import pack, unpack
from autoflow.model.durations import DAY
from autoflow.model.effects import EMAIL, SENT, Effects
from autoflow.model.event import ENTER
from autoflow.model.inside import EMAIL_HELD, EMAIL_SKIPPED, ENTERED
from autoflow.store.database import Database
from autoflow.store.recorded import Recorded, survey

WEEK = 7 * DAY
WEEKS = 4


def forecast(
    database: Database,
    workshop: Workshop,
    at: int,
    *,
    weeks: int = WEEKS,
    processes: int = 1,
    progress: Progress | None = None,
) -> list[Forecast] | None:
    """For each of a workshop's programs what the seven days from `at` on may bring, from what is recorded before it.

    From up to so many `weeks`, Monday to Sunday in the zone of the last program, the last of which is over and has
    something recorded on or after its Sunday. None where there is no such week.
    """
    recorded = survey(database, at - 1)
    if recorded is None:
        return None
    programs = workshop.programs(database)
    mondays = full_weeks(recorded.first, min(recorded.last, at - 1), programs[-1].zone, weeks)
    if not mondays:
        return None
    zone = programs[-1].zone
    starts = tuple(begins(monday, zone) for monday in (*mondays, mondays[-1] + timedelta(days=7)))
    make: Callable[[], _Worker] = partial(_Worker.of, workshop, recorded, starts, at)
    if processes <= 1 or recorded.rows < WORTH_PROCESSES:
        make, processes = partial(_Worker, database, programs, recorded, starts, at), 1
    total = _Sums([Weekly() for _ in programs])
    summed(total, make, batches(recorded), processes=processes, progress=progress)
    return [
        weekly.forecast(at, mondays, sorted(program.recipes))
        for program, weekly in zip(programs, total.programs, strict=True)
    ]


@dataclass
class _Sums:
    """What came of people, by each program."""

    programs: list[Weekly]

    def add(self, other: _Sums) -> None:
        """Count these people as well."""
        for ours, theirs in zip(self.programs, other.programs, strict=True):
            ours.add(theirs)


class _Worker:
    """Plays people by each program, up to the end of the seven days to come."""

    def __init__(
        self,
        database: Database,
        programs: Sequence[Program],
        recorded: Recorded,
        starts: tuple[int, ...],
        at: int,
    ) -> None:
        self._database, self._programs, self._recorded = database, programs, recorded
        self._starts, self._at = starts, at

    @classmethod
    def of(cls, workshop: Workshop, recorded: Recorded, starts: tuple[int, ...], at: int) -> _Worker:
        """One with a connection of its own."""
        database = workshop.open()
        return cls(database, workshop.programs(database), recorded, starts, at)

    def work(self, contacts: range) -> _Sums:
        """Whoever is recorded among these contacts."""
        total = _Sums([Weekly() for _ in self._programs])
        with no_collecting():
            for person in people(self._database, self._recorded, contacts):
                # Whoever was let in on purpose will not be so again.
                person.rows = [row for row in person.rows if not _was_let_in(row.name, row.properties)]
                for program, weekly in zip(self._programs, total.programs, strict=True):
                    weekly.add(self._weekly(program, person))
        return total

    def _weekly(self, program: Program, person: Person) -> Weekly:
        weekly, capped, starts = Weekly(), set[int](), self._starts
        life = _Forked(program, person, Span(starts[0], self._at + WEEK - 1, under_way=True), starts[:-1])
        try:
            for lived in life.play():
                for recipe, at in _entries(lived.effects):
                    self._put(weekly.entries, weekly.entries_alone, recipe, at)
                for recipe, at in _mails(lived.effects):
                    self._put(weekly.mails, weekly.mails_alone, recipe, at)
                capped.update(self._week(at) for at in _capped(lived.effects))
        except Exception:  # noqa: BLE001 - as in a tick, he fails alone
            return Weekly()
        for week, effects in life.alone:
            weekly.entries_alone.update((recipe, week) for recipe, _ in _entries(effects))
            weekly.mails_alone.update((recipe, week) for recipe, _ in _mails(effects))
        weekly.capped.update(week for week in capped if 0 <= week < len(starts) - 1)
        return weekly

    def _put(
        self, counts: Counter[tuple[str, int]], alone: Counter[tuple[str, int]], recipe: str, at: int
    ) -> None:
        """Into its week; what comes after all that is recorded time alone has brought."""
        if at >= self._at:
            alone[recipe, len(self._starts) - 1] += 1
        else:
            counts[recipe, self._week(at)] += 1

    def _week(self, at: int) -> int:
        """The number of its week: -1 before the first, and one beyond the last for what came after it."""
        return sum(start <= at for start in self._starts) - 1


class _Forked(Life):
    """A life in which time is also let run alone, in a copy, for seven days from the beginning of each week."""

    def __init__(self, program: Program, person: Person, span: Span, starts: Sequence[int]) -> None:
        super().__init__(program, person, span)
        self.alone: list[tuple[int, Effects]] = []
        self._forks = list(enumerate(starts))

    def _until(self, instant: int) -> Iterator[Lived]:
        while self._forks and self._forks[0][1] <= instant + 1:
            week, start = self._forks.pop(0)
            for contact in sorted(self.records):
                yield self._flush(contact, start - 1)
                due = self.records[contact].next_due()
                if due is not None and due < start + WEEK:
                    copy = unpack(pack(self.records[contact]))
                    self.alone.append((week, advance(self._program, copy, (), start + WEEK - 1, spill=False)))


def _was_let_in(name: str, properties: str | None) -> bool:
    return name == ENTER and '"trigger"' in (properties or "")


def _entries(effects: Effects) -> Iterator[tuple[str, int]]:
    """(recipe, when) of each entry, but of runs that came with a visitor who turned out to be the contact."""
    for line in effects.journal:
        if line.kind == ENTERED and "merged" not in (line.detail or {}):
            yield line.recipe, line.at


def _mails(effects: Effects) -> Iterator[tuple[str, int]]:
    for message in effects.messages:
        if (message.channel, message.outcome) == (EMAIL, SENT):
            yield message.recipe, message.at


def _capped(effects: Effects) -> Iterator[int]:
    """When a mail met a cap."""
    for line in effects.journal:
        if line.kind in {EMAIL_HELD, EMAIL_SKIPPED} and (line.detail or {}).get("reason") == CAP:
            yield line.at
