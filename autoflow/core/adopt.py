"""How a contact takes on new definitions: memory built from the log, memberships as a baseline, nobody enters.

language.md, rules 6 and 11: the state at the apply is the baseline, so a changed file mails nobody by itself.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from autoflow.core.existing import kept as put_forward
from autoflow.core.existing import name_anew
from autoflow.core.fresh import Fresh
from autoflow.core.moving import move
from autoflow.core.program import Program, Timed
from autoflow.core.remember import recall
from autoflow.core.runs import PAUSED, foresee
from autoflow.core.walk import Walk
from autoflow.core.zone import change_zone
from autoflow.kinds.view import View
from autoflow.model.contact import Record
from autoflow.model.effects import Effects
from autoflow.model.event import Event


def adopt(
    program: Program,
    record: Record,
    history: Iterable[Event],
    at: int,
    epoch: int,
    fresh: Fresh,
    *,
    spill: bool = True,
) -> Effects:
    """Bring a record to `program` as of the instant `at`, changing it in place.

    The record is at rest just before `at`, under definitions to which `fresh` says what is new. `history` holds the
    contact's events before `at` that its memories need, in order. Runs under way stay on their version, unless the
    release moves them; those that a pause held go on from `at` where their recipe is no longer paused. `spill` is as
    in `advance`.
    """
    walk = Walk(program, record, spill=spill)
    walk.view.now = at
    known = program.memory_keys()
    for key in [key for key in record.memory if key not in known or key in fresh.keys]:
        del record.memory[key]
    for event in history:
        walk.view.now = event.at
        recall(walk, event, fresh.memories)
    walk.view.now = at
    _memberships(walk, fresh, at)
    name_anew(walk)
    walk.set_timers(program.timed)
    zone = View(record, at, program.zone_before).zone if program.zone_before else walk.view.zone
    if zone != walk.view.zone:
        change_zone(walk, before=zone)
    for run in record.runs:
        move(walk, run, at)
        # Whoever a pause held goes on; what the gate held is decided anew, by the rules as they are now.
        if (run.due is None and program.in_force(run).status != PAUSED) or run.held is not None:
            run.due = at
        foresee(walk, run)
    record.alarm = record.next_due()
    record.epoch = epoch
    return walk.effects


def _memberships(walk: Walk, fresh: Fresh, at: int) -> None:
    """Look at what is new, and at what changes at this very instant."""
    if fresh.forgets:
        _forget(walk)
    if walk.record.first_known:
        due = [name for name, instant in walk.record.timers.items() if instant <= at]
        walk.reassess(set(), baseline=True, due=[*fresh.answers, *due])


def _forget(walk: Walk) -> None:
    """Let go of what is asked no more."""
    record, effects, program = walk.record, walk.effects, walk.program
    for name in [name for name in record.segments if name not in program.segment_names]:
        del record.segments[name]
        effects.segments[name] = None
    _keep(record.moved, program.segment_names)
    _keep(record.watches, program.ranked_names)
    _fired_by_another_name(record, program.timed)
    _keep(record.fired, program.timed)
    _keep(record.computed, program.computed_names)
    waiting = put_forward(record.timers)
    _keep(record.timers, program.clocks)
    record.timers.update(waiting)


def _keep(values: dict[str, Any], names: Container[str]) -> None:
    for name in [name for name in values if name not in names]:
        del values[name]


def _fired_by_another_name(record: Record, timed: Mapping[str, Timed]) -> None:
    """A trigger whose moment was edited does not fire again for what it had fired for."""
    gone = [name for name in sorted(record.fired) if name not in timed]
    for name, each in timed.items() if gone else ():
        family = each.trigger.family()
        if family and name not in record.fired and name not in record.timers:  # it is new here
            record.fired.update((name, record.fired[was]) for was in gone if was.startswith(family))
