"""Everybody as the engine has him, a batch at a time, on copies: for questions about all contacts at one instant.

Whoever the engine has not brought to the definitions in force yet is brought there here, as it would
(`store.building`), so that the answer is the one that it will give. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from autoflow.core.advance import advance
from autoflow.core.program import Program
from autoflow.model.contact import Record
from autoflow.store import set_aside
from autoflow.store.batches import Batch, Loaded, load
from autoflow.store.building import bring_up
from autoflow.store.database import Database, is_trouble
from autoflow.store.definitions import Applied
from autoflow.store.populations import last_contact
from autoflow.store.standing import settled, standing

BATCH = 1_000


class Everybody:
    """All contacts of whom something is known, as they stand at `at`: `now`, or how far the engine is.

    To be used within one transaction that reads. `left_out` counts, as it goes on, those who are set aside, or over
    whom the core would stumble: nobody knows where they stand.
    """

    def __init__(self, database: Database, applied: Applied, now: int) -> None:
        self._database, self._applied = database, applied
        self._standing = standing(database)
        self._waiting = set_aside.contacts(database)
        self.at = max(settled(database, now), self._standing.applied_at)
        self.left_out = 0

    @property
    def program(self) -> Program:
        """What is in force."""
        return self._applied.program

    def records(self, progress: Callable[[int, int], None] | None = None) -> Iterator[Record]:
        """Their records, free to be changed."""
        last = last_contact(self._database)
        for first in range(1, last + 1, BATCH):
            if progress is not None:
                progress(first - 1, last)
            yield from self._batch(range(first, min(first + BATCH, last + 1)))

    def _batch(self, contacts: range) -> Iterator[Record]:
        try:
            loaded = self._loaded(contacts)
        except Exception as error:
            if is_trouble(error):
                raise
            loaded = self._one_by_one(contacts)
        for each in loaded:
            if each.id in self._waiting:
                self.left_out += 1
            elif each.record.first_known:
                yield each.record

    def _one_by_one(self, contacts: range) -> list[Loaded]:
        found: list[Loaded] = []
        for contact in contacts:
            try:
                found += self._loaded(range(contact, contact + 1))
            except Exception as error:
                if is_trouble(error):
                    raise
                self.left_out += 1
        return found

    def _loaded(self, contacts: range) -> Collection[Loaded]:
        loaded = load(self._database, contacts, self.program, self.at, copy=True).values()
        at = self._standing
        if contacts.stop - 1 <= at.built_to:
            return loaded
        behind = [
            each
            for each in loaded
            if each.id > at.built_to and each.record.epoch < at.epoch and each.id not in self._waiting
        ]
        bring_up(self._database, self._applied, at, behind, Batch())
        for each in behind:  # what has fallen due since by what is new
            advance(self.program, each.record, (), self.at, spill=False)
        return loaded
