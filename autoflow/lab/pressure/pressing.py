"""The pressure of mail, from a replay of what is recorded, or from what the engine really decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from autoflow.core.program import Program
from autoflow.kinds.view import View
from autoflow.lab.pressure.pressure import Caps, Pressing, Pressure, Weeks
from autoflow.lab.simulation.collecting import no_collecting
from autoflow.lab.simulation.playing import Workshop, batches
from autoflow.lab.simulation.processes import Progress, summed
from autoflow.lab.simulation.replay import Life, Person, Span, people
from autoflow.lab.simulation.simulate import WORTH_PROCESSES
from autoflow.model.effects import Happening
from autoflow.model.inside import EMAIL_SENT
from autoflow.store import mails
from autoflow.store.database import Database
from autoflow.store.populations import last_contact, merged_contacts
from autoflow.store.recorded import Recorded, survey
from autoflow.store.set_aside import in_words

_BATCH = 5_000
_MARKETING = "marketing"


class Found(NamedTuple):
    """The pressure from one instant to another, and the caps by which it was told whose mails filled them."""

    start: int
    end: int
    caps: Caps
    pressure: Pressure


def replayed(
    database: Database,
    workshop: Workshop,
    start: int | None = None,
    end: int | None = None,
    *,
    under_way: bool = False,
    processes: int = 1,
    progress: Progress | None = None,
) -> Found | None:
    """Play everybody by a workshop's program over what is recorded; None where nothing is.

    Nobody is under way at `start`, unless that is asked for (`lab.replay`).
    """
    recorded = survey(database, end)
    if recorded is None:
        return None
    span = Span(recorded.first if start is None else start, recorded.last if end is None else end, under_way)
    [program] = workshop.programs(database)
    make: Callable[[], _Replayer] = partial(_Replayer.of, workshop, recorded, span)
    if processes <= 1 or recorded.rows < WORTH_PROCESSES:
        make, processes = partial(_Replayer, database, program, recorded, span), 1
    total = summed(Pressure(), make, batches(recorded), processes=processes, progress=progress)
    return Found(span.start, span.end, Caps.of(program), total)


class _Replayer:
    """Plays people and counts what becomes of their mails."""

    def __init__(self, database: Database, program: Program, recorded: Recorded, span: Span) -> None:
        self._database, self._program, self._recorded, self._span = database, program, recorded, span
        self._caps, self._weeks = Caps.of(program), Weeks(span.start, span.end, program.zone)

    @classmethod
    def of(cls, workshop: Workshop, recorded: Recorded, span: Span) -> _Replayer:
        """One with a connection of its own."""
        database = workshop.open()
        [program] = workshop.programs(database)
        return cls(database, program, recorded, span)

    def work(self, contacts: range) -> Pressure:
        """Whoever is recorded among these contacts."""
        total, span = Pressure(), self._span
        rebuilt = self._recorded.first < span.start and not span.under_way
        with no_collecting():
            for person in people(self._database, self._recorded, contacts, span.start if rebuilt else None):
                total.add(self._pressed(person))
        return total

    def _pressed(self, person: Person) -> Pressure:
        total = Pressure()
        pressing = Pressing(total, self._caps, self._weeks)
        for contact, item in person.inside:
            if item.name == EMAIL_SENT and item.properties.get("class") == _MARKETING:
                pressing.was_sent(person.keys[contact][0], item.at, str(item.properties.get("recipe", "")))
        name = person.name
        try:
            for record, effects, counts, *_ in Life(self._program, person, self._span).play():
                name = record.name
                zone = View(record, 0, self._program.zone).zone
                for line in effects.journal:
                    pressing.take(record.key, zone, line, counts=counts)
        except Exception as error:  # noqa: BLE001 - as in a tick, he fails alone
            return Pressure(aside=[(person.name, in_words(error))])
        pressing.close(name)
        return total


def decided(
    database: Database,
    program: Program,
    start: int | None = None,
    end: int | None = None,
    *,
    progress: Progress | None = None,
) -> Found | None:
    """What the engine decided about everybody's mails; None where it never decided about any.

    Whose mails filled a cap is told by the caps of `program`, whatever they were then. People who were erased are
    missing.
    """
    with database.read():
        known = mails.decided_between(database)
        if known is None:
            return None
        first, last = known[0] if start is None else start, known[1] if end is None else end
        reader = _Reader(database, program, first, last)
        contacts = last_contact(database)
        ranges = [range(low, min(low + _BATCH, contacts + 1)) for low in range(1, contacts + 1, _BATCH)]
        total = summed(Pressure(), lambda: reader, ranges, progress=progress)
        return Found(first, last, Caps.of(program), total)


class _Reader:
    """Reads what was decided and counts it. Who turned out to be one is one all along."""

    def __init__(self, database: Database, program: Program, start: int, end: int) -> None:
        self._database, self._program, self._start, self._end = database, program, start, end
        self._caps, self._weeks = Caps.of(program), Weeks(start, end, program.zone)
        self._zone = program.zone
        self._elders = mails.elders(database)
        self._keys = {contact: key for key, contact in merged_contacts(database).items()}
        self._younger: dict[int, list[int]] = {}
        for contact, elder in self._elders.items():
            self._younger.setdefault(elder, []).append(contact)

    def work(self, contacts: range) -> Pressure:
        """Whoever is among these contacts, with everybody who turned out to be him."""
        total, database = Pressure(), self._database
        elders = [contact for contact in contacts if contact not in self._elders]
        beyond = [each for elder in elders for each in self._younger.get(elder, ()) if each not in contacts]
        names, lines = mails.known(database, contacts), dict[int, list[Happening]]()
        for some in (contacts, beyond) if beyond else (contacts,):
            for contact, line in mails.decided(database, some, self._end):
                lines.setdefault(contact, []).append(line)
        for elder in elders:
            if elder in names:
                self._press(Pressing(total, self._caps, self._weeks), elder, names[elder], lines)
        return total

    def _press(
        self, pressing: Pressing, elder: int, names: tuple[str, str], lines: Mapping[int, Sequence[Happening]]
    ) -> None:
        """Those who turned out to be him first: they were younger, and all of theirs lies before that."""
        key, name = names
        for contact in sorted([elder, *self._younger.get(elder, ())], reverse=True):
            its = key if contact == elder else self._keys[contact]
            for line in lines.get(contact, ()):
                pressing.take(its, self._zone, line, counts=line.at >= self._start)
        pressing.close(name)
