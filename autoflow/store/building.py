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
from autoflow.store.batches import Batch, Loaded, load
from autoflow.store.database import Database, is_trouble
from autoflow.store.definitions import Applied
from autoflow.store.lease import verify
from autoflow.store.past import histories, rows_of
from autoflow.store.standing import BUILT, Standing, built, standing

ROWS = 100_000  # of the log, held in memory at a time
_NOTHING = Effects()
_LEAST, _MOST = 100, 2_000  # contacts a slice
_IDLE_SLICE = MICROS // 10  # so long a new event waits at most where there was nothing else to do
_MOST_CREDIT = MICROS


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
        self._each = 0  # microseconds a contact takes, as measured
        self._credit = 0
        self.open = False

    def begin(self, applied: Applied) -> None:
        """Go on with this release; `open` says whether there is anything to do."""
        self._applied = applied
        self.open = standing(self._database).built_to < BUILT

    def go_on(self, busy: int | None) -> None:
        """Build a little: two thirds of the time that ticks were `busy`, or, where they had nothing to do (None), a
        slice at full speed.
        """
        if not self.open:
            return
        if busy is None:
            self._credit = 0
            self._slice(_IDLE_SLICE)
            return
        self._credit = min(self._credit + max(0, busy) * 2 // 3, _MOST_CREDIT)
        more = True
        while more and self._credit >= _LEAST * self._each:
            took = self._slice(self._credit)
            self._credit -= took
            more = took > 0 and self.open  # on a clock that stands still everything would fit in

    def _slice(self, micros: int) -> int:
        """Build for about so long; returns how long it took."""
        begun = self._clock.now()
        most = min(_MOST, max(_LEAST, micros // self._each)) if self._each else _MOST
        done = build(self._database, self._applied, self._fence, most)
        took = max(0, self._clock.now() - begun)
        if done:
            self._each = (self._each + took // done) // 2 if self._each else took // done
        self.open = done > 0
        if self._told is not None:
            self._told(*built(self._database))
        return took


def bring_up(
    database: Database, applied: Applied, at: Standing, contacts: Iterable[Loaded], batch: Batch
) -> None:
    """Bring those who are not yet there to the definitions in force, from the log before their place."""
    stale = [each for each in contacts if each.id > at.built_to and each.record.epoch < at.epoch]
    known = [each.id for each in stale if each.record.first_known]
    past = histories(
        database, known, applied.fresh_events, at.applied_at, properties=applied.reads_properties
    )
    for contact in stale:
        record = contact.record
        if record.first_known:
            history = past.get(contact.id, ())
            effects = adopt(applied.program, record, history, at.applied_at, at.epoch, applied.fresh)
            batch.add(contact, effects)
        else:
            record.epoch = at.epoch


def build(database: Database, applied: Applied, fence: int, most: int) -> int:
    """Bring the next contacts to the definitions in force, up to `most`, in one transaction; returns how many.

    Fewer where they have so many events that memory would not stay flat; 0 where everybody is there. Killed
    anywhere, it goes on where it was.
    """
    try:
        return _build_next(database, applied, fence, most)
    except Exception as error:
        if is_trouble(error):
            raise
    return _build_next(database, applied, fence, most, one_by_one=True)


def _build_next(
    database: Database, applied: Applied, fence: int, most: int, *, one_by_one: bool = False
) -> int:
    with database.write():
        verify(database, fence)
        at = standing(database)
        row = database.one("SELECT coalesce(max(id), 0) FROM contact")
        assert row is not None
        if at.built_to >= row[0]:
            database.do("UPDATE state SET built_to = ?", BUILT)
            return 0
        some = _slice(database, applied, range(at.built_to + 1, min(at.built_to + most, row[0]) + 1))
        if one_by_one:

            def work(contacts: Collection[int], journal_rows: int) -> int:
                return _build(database, applied, at._replace(journal_rows=journal_rows), contacts)

            alone = (range(contact, contact + 1) for contact in some)
            rows, _ = set_aside.unless_done(database, at, alone, work, max(at.horizon, at.applied_at))
        else:
            rows = _build(database, applied, at, some)
        database.do("UPDATE state SET built_to = ?, journal_rows = ?", some.stop - 1, rows)
    return len(some)


def _slice(database: Database, applied: Applied, contacts: range) -> range:
    """The first of these contacts, so many that what is held of the log stays within bounds."""
    while len(contacts) > 1 and applied.fresh_events and (rows := rows_of(database, contacts)) > ROWS:
        contacts = contacts[: max(1, len(contacts) * ROWS // (rows + 1))]
    return contacts


def _build(database: Database, applied: Applied, at: Standing, contacts: Collection[int]) -> int:
    waiting = set_aside.contacts(database)
    here = [contact for contact in contacts if contact not in waiting] if waiting else contacts
    loaded = load(database, here, applied.program, at.applied_at)
    names, properties = applied.fresh_events, applied.reads_properties
    past = histories(database, contacts, names, at.applied_at, properties=properties)
    batch = Batch()
    for contact in loaded.values():
        record, before = contact.record, contact.record.epoch
        if before >= at.epoch or not record.first_known:
            continue
        history = past.pop(contact.id, ())
        effects = adopt(applied.program, record, history, at.applied_at, at.epoch, applied.fresh)
        # He stands below `built_to` from here on, so that his record need not say that he is there.
        record.epoch = before
        if effects != _NOTHING or not _same(contact.stored, record):
            record.epoch = at.epoch
            batch.add(contact, effects)
    return batch.save(database, at.journal_rows)


def _same(stored: bytes | None, record: Record) -> bool:
    now = pack(record)
    if stored is None or len(stored) != len(now):
        return False
    return stored == now or unpack(stored) == record  # what stands in another order may have changed nothing
