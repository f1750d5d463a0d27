"""One contact's items in order: the whole of what an event, or time, brings about.

`advance` is the engine. Daemon, simulation and tests call it with the same arguments and get the same effects;
how the items were cut into calls changes nothing (P4). It takes ownership of the record and changes it in place.
"""

from __future__ import annotations

from collections.abc import Sequence

from autoflow.core.program import Program
from autoflow.core.walk import Walk
from autoflow.model.contact import Record
from autoflow.model.effects import Effects
from autoflow.model.event import Event


def advance(
    program: Program,
    record: Record,
    items: Sequence[Event],
    horizon: int,
    *,
    spill: bool = True,
    silent_before: int = 0,
) -> Effects:
    """Apply `items` (ascending `at`) and every timer due up to and at `horizon`.

    At one instant received items come before timers. With `spill`, entries of windows that outgrow the record
    are handed out in the effects; without, the record keeps them. Before `silent_before` nothing is entered:
    memory and memberships alone move (how a replay rebuilds the state at its start).
    """
    walk = Walk(program, record, spill=spill, silent_before=silent_before)
    for item in items:
        walk.until(item.at - 1)
        walk.take(item)
    walk.until(horizon)
    return walk.effects
