"""Bringing contacts to definitions that are new: memory built from the log, in contact order, a slice at a time.

A release takes effect for everybody at its place in the log. Whoever has an item or a timer before his turn is
brought up first, so that how far this has come changes nothing that is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from autoflow.core.adopt import adopt
from autoflow.model.clock import MICROS, Clock
from autoflow.model.contact import Record, pack, unpack
from autoflow.model.effects import Effects
from autoflow.store import set_aside
from autoflow.store.batches import Batch, Loaded, each
from autoflow.store.database import Database, is_trouble
from autoflow.store.definitions import Applied
from autoflow.store.gathering import Gathering
from autoflow.store.lease import verify
from autoflow.store.past import histories
from autoflow.store.standing import BUILT, Standing, built, standing

_NOTHING = Effects()
_CONTACTS, _ROWS = (100, 1_000), (2_000, 50_000)  # the least and the most in a slice: less is all overhead
_IDLE_SLICE = MICROS // 10  # so long a new event waits at most where there was nothing else to do
_MOST_CREDIT = MICROS
_RETAIL = 2  # what somebody costs who is brought up by himself, to one of a slice: his rows are looked up one by one


class Builder:
    """Brings everybody to the definitions in force in slices, between ticks that keep most of the time."""

    def __init__(
        self, database: Database, clock: Clock, fence: int, told: Callable[[int, int], None] | None = None
    ) -> None:
        """`told` hears after each slice how many of how many contacts are there."""
        self._database = database
        self._clock = clock
        self._fence = fence
        self._told = told
        self._credit = 0
        self._gathers = Pace(*_ROWS)
        self._builds = Pace(*_CONTACTS)
        self._work: Building | None = None

    @property
    def open(self) -> bool:
        """Whether there is anything to do."""
        return self._work is not None

    def begin(self, applied: Applied) -> None:
        """Go on with this release."""
        at = standing(self._database)
        self._work = Building(self._database, applied, self._fence) if at.built_to < BUILT else None

    def go_on(self, busy: int | None, brought_up: int = 0) -> None:
        """Build a little: a third of the time that a tick was `busy`, or, where it had nothing to do (None), a
        slice at full speed. What the tick did for those whom it brought up itself counts as building.
        """
        if busy is None:
            self._credit = 0
            self._slice(_IDLE_SLICE)
            return
        own = min(self._builds.time_for(brought_up * _RETAIL), max(0, busy))
        self._credit = min(self._credit + (max(0, busy) - own) // 3 - own, _MOST_CREDIT)
        took: int | None = 1
        while took and self._credit >= 0:  # on a clock that stands still everything would fit in
            took = self._slice(self._credit, least=False)
            self._credit -= took or 0

    def _slice(self, micros: int, *, least: bool = True) -> int | None:
        """Build for about so long; returns how long it took, None where that is too short for a slice."""
        if self._work is None:
            return None
        pace, step = (
            (self._builds, self._work.build) if self._work.gathered else (self._gathers, self._work.gather)
        )
        most = pace.fits(micros)
        if most is None and not least:
            return None
        begun = self._clock.now()
        done = step(most or pace.least)
        took = max(0, self._clock.now() - begun)
        pace.learn(done, took)
        if step == self._work.build:
            if not done:
                self._work = None
            if self._told is not None:
                self._told(*built(self._database))
        return took


class Pace:
    """How many of a sort fit into a slice of time, as they took lately."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most
        self._each = 0.0

    def fits(self, micros: int) -> int | None:
        """How many fit, at the most; None where it is too few to begin with."""
        fitting = int(min(self.most, micros / self._each)) if self._each else self.most
        return fitting if fitting >= self.least else None

    def time_for(self, count: int) -> int:
        """How long so many take."""
        return int(count * self._each)

    def learn(self, done: int, took: int) -> None:
        """So many took so many microseconds."""
        if done:
            each = took / done
            self._each = (self._each + each) / 2 if self._each else each


class Building:
    """One release on its way to everybody: what is new in it is gathered from the log, then contacts follow."""

    def __init__(self, database: Database, applied: Applied, fence: int) -> None:
        self._database, self._applied, self._fence = database, applied, fence
        at = standing(database)
        contacts = range(at.built_to + 1, _last(database) + 1)
        with database.aside():
            self._past = Gathering(
                database,
                applied.fresh.events,
                at.applied_at,
                contacts,
                properties=applied.fresh.reads_properties,
            )

    @property
    def gathered(self) -> bool:
        """Whether contacts can follow."""
        return self._past.done

    def gather(self, rows: int) -> int:
        """Pass over the next rows of the log, up to so many; returns how many."""
        with self._database.aside():
            return self._past.go_on(rows)

    def build(self, most: int) -> int:
        """Bring the next contacts to the definitions in force, up to `most`, in one transaction; returns how many.

        0 where everybody is there. Killed anywhere, it goes on where it was. Over whomever the core stumbles is set
        aside alone (`store.set_aside`).
        """
        try:
            return self._next(most)
        except Exception as error:
            if is_trouble(error):
                raise
        return self._next(most, one_by_one=True)

    def _next(self, most: int, *, one_by_one: bool = False) -> int:
        database = self._database
        with database.write():
            verify(database, self._fence)
            at, last = standing(database), _last(database)
            if at.built_to < last:
                some = self._past.whole(range(at.built_to + 1, min(at.built_to + most, last) + 1))
                rows = self._one_by_one(at, some) if one_by_one else self._build(some, at.journal_rows, at)
                database.do("UPDATE state SET built_to = ?, journal_rows = ?", some.stop - 1, rows)
                return len(some)
            database.do("UPDATE state SET built_to = ?", BUILT)
        self._past.close()
        return 0

    def _one_by_one(self, at: Standing, contacts: range) -> int:
        def work(people: Collection[int], journal_rows: int) -> int:
            return self._build(range(min(people), max(people) + 1), journal_rows, at)

        alone = (range(contact, contact + 1) for contact in contacts)
        return set_aside.unless_done(self._database, at, alone, work, max(at.horizon, at.applied_at))[0]

    def _build(self, contacts: range, journal_rows: int, at: Standing) -> int:
        database, applied, batch = self._database, self._applied, Batch()
        waiting = set_aside.contacts(database)
        here = [contact for contact in contacts if contact not in waiting] if waiting else contacts
        past = self._past.of(contacts)
        for contact in each(database, here, applied.program, at.applied_at):
            record, before = contact.record, contact.record.epoch
            if before >= at.epoch or not record.first_known:
                continue
            history = past(contact.id)
            effects = adopt(applied.program, record, history, at.applied_at, at.epoch, applied.fresh)
            # He stands below `built_to` from here on, so that his record need not say that he is there.
            record.epoch = before
            changed = effects != _NOTHING or not applied.fresh.keys.isdisjoint(record.memory)
            if changed or not _same(contact.stored, record):
                record.epoch = at.epoch
                batch.add(contact, effects)
                batch.seal()
        return batch.save(database, journal_rows)


def bring_up(
    database: Database, applied: Applied, at: Standing, contacts: Iterable[Loaded], batch: Batch
) -> int:
    """Bring those who are not yet there to the definitions in force, from the log before their place; returns how
    many of them have a past.
    """
    stale = [each for each in contacts if each.id > at.built_to and each.record.epoch < at.epoch]
    known = [each.id for each in stale if each.record.first_known]
    past = histories(
        database, known, applied.fresh.events, at.applied_at, properties=applied.fresh.reads_properties
    )
    for contact in stale:
        record = contact.record
        if record.first_known:
            history = past.get(contact.id, ())
            effects = adopt(applied.program, record, history, at.applied_at, at.epoch, applied.fresh)
            batch.add(contact, effects)
        else:
            record.epoch = at.epoch
    return len(known)


def _last(database: Database) -> int:
    row = database.one("SELECT coalesce(max(id), 0) FROM contact")
    assert row is not None
    return int(row[0])


def _same(stored: bytes | None, record: Record) -> bool:
    now = pack(record)
    if stored is None or len(stored) != len(now):
        return False
    return stored == now or unpack(stored) == record  # what stands in another order may have changed nothing
