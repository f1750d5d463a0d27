"""The contact's clock changes while he waits (language.md, rule 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoflow.model.instants import from_wall, to_wall

if TYPE_CHECKING:
    from autoflow.core.walk import Walk


def change_zone(walk: Walk, before: str) -> None:
    """The contact lives by another clock than that of `before`: pending local waits move, never into the past.

    What quiet hours or caps hold is decided anew, for they go by his clock.
    """
    now, zone = walk.view.now, walk.view.zone
    for run in walk.record.runs:
        if run.due is not None and run.held is not None:
            run.due = now
        elif run.due is not None and run.local:
            run.due = max(from_wall(to_wall(run.due, before), zone), now)
