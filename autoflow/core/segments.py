"""Memberships: re-evaluated where something touched them, or at the second at which time could change them."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from typing import TYPE_CHECKING

from autoflow.core.program import TIMER, RankedSegment
from autoflow.kinds.base import MEMORY, SEGMENT, Signal, Topic
from autoflow.model.contact import Times

if TYPE_CHECKING:
    from autoflow.core.walk import Walk

ENTERED, LEFT = "segment_entered", "segment_left"


def update(
    walk: Walk,
    touched: set[Topic],
    *,
    everything: bool = False,
    baseline: bool = False,
    due: Iterable[str] = (),
) -> list[Signal]:
    """Re-evaluate what `touched` can change, used segments first; adds the segments that changed to `touched`.

    `due` names the timers of segments to look at besides. A `baseline` is written nowhere but in the
    memberships: nobody came or went, a file changed.
    """
    if not touched and not due and not everything:
        return []
    if everything:
        return _evaluate(walk, list(walk.program.ranked), touched, baseline=baseline)
    found = set(_named(walk, due)) if due else set()
    program, cells = walk.program, walk.record.memory
    for topic in touched:
        if topic[0] != MEMORY:
            found.update(program.touched_segments.get(topic, ()))
        elif (watching := program.settled.get(topic[1])) is not None:
            cell = cells.get(topic[1])
            count = cell.total if type(cell) is Times else 0
            for segment, settled_after in watching:  # one event more may no longer change the answer
                if settled_after is None or count <= settled_after:
                    found.add(segment)
    if not found:
        return []
    pending = sorted(found, key=_rank) if len(found) > 1 else list(found)
    return _evaluate(walk, pending, touched, baseline=baseline)


def _named(walk: Walk, timers: Iterable[str]) -> Iterable[RankedSegment]:
    found = (walk.program.segment(name.removeprefix(TIMER)) for name in timers if name.startswith(TIMER))
    return (segment for segment in found if segment is not None)


def _evaluate(
    walk: Walk, pending: list[RankedSegment], touched: set[Topic], *, baseline: bool = False
) -> list[Signal]:
    signals: list[Signal] = []
    view, members, timers = walk.view, walk.record.segments, walk.record.timers
    for segment in pending:  # grows at its end and in its middle, never before where we are
        name = segment.id
        holds, change = segment.condition.judge(view)
        if segment.watch is not None:
            signals += _watch(walk, segment, segment.watch, holds=holds)
        elif holds is not (name in members):
            signals.append(_change(walk, name, holds=holds, baseline=baseline))
            touched.add((SEGMENT, name))
            for dependent in walk.program.touched_segments.get((SEGMENT, name), ()):
                if dependent not in pending:
                    insort(pending, dependent, key=_rank)
        if change is not None:
            timers[segment.timer] = change
        elif segment.timer in timers:
            del timers[segment.timer]
    return signals


def _rank(segment: RankedSegment) -> int:
    return segment.rank


def _change(walk: Walk, segment: str, *, holds: bool, baseline: bool) -> Signal:
    record, now = walk.record, walk.view.now
    if holds:
        record.segments[segment] = now
        walk.effects.segments[segment] = now
    else:
        del record.segments[segment]
        walk.effects.segments[segment] = None
    kind = ENTERED if holds else LEFT
    if baseline or not walk.enters:
        record.moved.pop(segment, None)
    else:
        record.moved[segment] = now
    if not baseline:
        walk.happened(kind, segment)
    return Signal((kind, segment), {"segment": segment}, now)


def _watch(walk: Walk, segment: RankedSegment, topic: Topic, *, holds: bool) -> list[Signal]:
    """What a trigger waits to become true: told when it does, and forgotten when it does no more."""
    watches = walk.record.watches
    if holds is (segment.id in watches):
        return []
    if not holds:
        del watches[segment.id]
        return []
    watches[segment.id] = walk.view.now
    return [Signal(topic, {}, walk.view.now)]
