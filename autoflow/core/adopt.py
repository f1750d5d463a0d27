"""How a contact takes on new definitions: memory built from the log, memberships as a baseline, nobody enters.

language.md, rules 6 and 11: the state at the apply is the baseline, so a changed file mails nobody by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from autoflow.core.existing import kept as put_forward
from autoflow.core.moving import move
from autoflow.core.program import Program
from autoflow.core.remember import recall
from autoflow.core.runs import PAUSED, foresee
from autoflow.core.walk import Walk
from autoflow.model.contact import Record
from autoflow.model.effects import Effects
from autoflow.model.event import Event


def adopt(
    program: Program,
    record: Record,
    history: Iterable[Event],
    at: int,
    epoch: int,
    fresh: frozenset[str],
    *,
    spill: bool = True,
) -> Effects:
    """Bring a record to `program` as of the instant `at`, changing it in place.

    `history` holds the contact's events before `at` (those that the memories named in `fresh` need, in order).
    Runs under way stay on their version, unless the release moves them; those that a pause held go on from `at` where
    their recipe is no longer paused. `spill` is as in `advance`.
    """
    walk = Walk(program, record, spill=spill)
    walk.view.now = at
    known = program.memory_keys()
    for key in [key for key in record.memory if key not in known or key in fresh]:
        del record.memory[key]
    for event in history:
        walk.view.now = event.at
        recall(walk, event, fresh)
    walk.view.now = at
    _memberships(walk)
    walk.set_timers(program.timed)
    for run in record.runs:
        move(walk, run, at)
        # Whoever a pause held goes on; what the gate held is decided anew, by the rules as they are now.
        if (run.due is None and program.in_force(run).status != PAUSED) or run.held is not None:
            run.due = at
        foresee(walk, run)
    record.alarm = record.next_due()
    record.epoch = epoch
    return walk.effects


def _memberships(walk: Walk) -> None:
    record, effects = walk.record, walk.effects
    names = {segment.id for segment in walk.program.segments}
    for name in [name for name in record.segments if name not in names]:
        del record.segments[name]
        effects.segments[name] = None
    watched, timed = {each.id for each in walk.program.ranked}, walk.program.timed
    for kept, known in ((record.moved, names), (record.watches, watched), (record.fired, timed)):
        for name in [name for name in kept if name not in known]:
            del kept[name]
    computed = {each.name for each in walk.program.computed}
    for name in [name for name in record.computed if name not in computed]:
        del record.computed[name]
    record.timers = put_forward(record.timers)
    if record.first_known:
        walk.reassess(set(), everything=True, baseline=True)
