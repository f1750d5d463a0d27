"""A person who is to be forgotten: everything of his ends here, and nothing follows from it (reliability.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoflow.core import audiences
from autoflow.model.contact import Entries, Record
from autoflow.model.effects import ERASED, RunRow
from autoflow.model.event import Event

if TYPE_CHECKING:
    from autoflow.core.walk import Walk


def erase(walk: Walk, item: Event) -> None:
    """End the contact's runs, leave his audiences, and empty his record but for what is counted.

    No trigger hears of it. The item's `as` is what he is called from now on; what was decided before him in this
    walk is for the store to blank (`store.erasing`).
    """
    record, now, effects = walk.record, walk.view.now, walk.effects
    for run in record.runs:
        walk.happened("ended", ERASED, run)
        effects.runs[run.recipe, run.entry] = RunRow(
            run.recipe, run.entry, run.version, ERASED, run.step, run.entered_at, now, ""
        )
    audiences.leave_all(walk)
    effects.tags.update(dict.fromkeys([*effects.tags, *record.tags]))
    effects.segments.update(dict.fromkeys([*effects.segments, *record.segments]))
    walk.happened(ERASED, "")
    name = str(item.properties["as"])
    entries = {recipe: Entries(each.count, {}) for recipe, each in record.entries.items()}
    empty = Record(name, name, epoch=record.epoch, n=record.n, entries=entries, suppressed=ERASED)
    for each in Record.__struct_fields__:
        setattr(record, each, getattr(empty, each))
