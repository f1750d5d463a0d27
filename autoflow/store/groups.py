"""A batch of contacts through the core: each alone, and those whom a merge joins as one group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from autoflow.core.advance import advance
from autoflow.core.merge import merge
from autoflow.core.program import Program
from autoflow.model.contact import Record
from autoflow.model.effects import Effects
from autoflow.model.event import MERGE, Event
from autoflow.store.batches import Loaded
from autoflow.store.finding import Found, groups_of


class Taker(Protocol):
    """What takes what came of contacts, such as a `Batch` that is to be saved."""

    def add(self, contact: Loaded, effects: Effects) -> None:
        """A contact's record as it is now, and what came of his items; again for the same contact adds on."""


def advance_all(
    program: Program, loaded: Mapping[int, Loaded], found: Found, batch: Taker, *, spill: bool = True
) -> None:
    """Every contact alone; those whom a merge joins as one group, in the order of the log. `spill`: see `advance`."""
    groups = groups_of(found.joined)
    for name, contact in loaded.items():
        if name not in groups:
            items = found.items.get(name, ())
            batch.add(contact, advance(program, contact.record, items, found.horizon, spill=spill))
    for group in {id(group): group for group in groups.values()}.values():
        _advance_group(program, {name: loaded[name] for name in sorted(group)}, found, batch, spill=spill)


def _advance_group(
    program: Program, group: Mapping[int, Loaded], found: Found, batch: Taker, *, spill: bool
) -> None:
    """Those whom merges join: their items in the order of the log."""
    pending: dict[int, list[Event]] = {name: [] for name in group}

    def catch_up(name: int, instant: int) -> None:
        batch.add(group[name], advance(program, group[name].record, pending[name], instant, spill=spill))
        pending[name] = []

    items = [(item, name) for name in group for item in found.items.get(name, ())]
    for item, name in sorted(items, key=lambda pair: pair[0].seq):
        if item.name != MERGE:
            pending[name].append(item)
            continue
        elder, younger = group[name], group[item.properties["other"]]
        catch_up(elder.id, item.at - 1)
        catch_up(younger.id, item.at - 1)
        kept, gone = merge(program, elder.record, younger.record, item)
        batch.add(elder, kept)
        batch.add(younger, gone)
        was = younger.record
        younger.record = Record(was.key, was.name, epoch=was.epoch, n=was.n)
    for name in group:
        catch_up(name, found.horizon)
