"""Memberships: re-evaluated where something touched them, or at the second at which time could change them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autoflow.core.program import RankedSegment
from autoflow.kinds.base import SEGMENT, Signal, Topic

if TYPE_CHECKING:
    from autoflow.core.walk import Walk

ENTERED, LEFT = "segment_entered", "segment_left"
TIMER = "segment:"


def update(
    walk: Walk, touched: set[Topic], *, everything: bool = False, baseline: bool = False
) -> list[Signal]:
    """Re-evaluate what `touched` can change, used segments first; adds the segments that changed to `touched`.

    A `baseline` is written nowhere but in the memberships: nobody came or went, a file changed.
    """
    index = walk.program.touched_segments
    if everything:
        pending = {segment.rank: segment for segment in walk.program.segments}
    else:
        pending = {segment.rank: segment for topic in touched for segment in index.get(topic, ())}
    return _evaluate(walk, pending, touched, baseline=baseline)


def update_due(walk: Walk, timers: Iterable[str]) -> list[Signal]:
    """Re-evaluate the segments whose timers have fallen due."""
    pending = {}
    for timer in timers:
        if timer.startswith(TIMER):
            segment = walk.program.segment(timer.removeprefix(TIMER))
            if segment is not None:
                pending[segment.rank] = segment
    return _evaluate(walk, pending, set())


def topics_of(signals: Iterable[Topic]) -> frozenset[Topic]:
    """What conditions are touched by when those signals were given."""
    return frozenset((SEGMENT, name) for _, name in signals)


def _evaluate(
    walk: Walk, pending: dict[int, RankedSegment], touched: set[Topic], *, baseline: bool = False
) -> list[Signal]:
    signals: list[Signal] = []
    view, record = walk.view, walk.record
    while pending:
        segment = pending.pop(min(pending))
        holds, change = segment.condition.judge(view)
        if holds is not (segment.id in record.segments):
            signals.append(_change(walk, segment.id, holds=holds, baseline=baseline))
            topic = (SEGMENT, segment.id)
            touched.add(topic)
            for dependent in walk.program.touched_segments.get(topic, ()):
                pending[dependent.rank] = dependent
        if change is not None:
            record.timers[TIMER + segment.id] = change
        else:
            record.timers.pop(TIMER + segment.id, None)
    return signals


def _change(walk: Walk, segment: str, *, holds: bool, baseline: bool) -> Signal:
    now = walk.view.now
    if holds:
        walk.record.segments[segment] = now
        walk.effects.segments[segment] = now
    else:
        del walk.record.segments[segment]
        walk.effects.segments[segment] = None
    kind = ENTERED if holds else LEFT
    if not baseline:
        walk.happened(kind, segment)
    return Signal((kind, segment), {"segment": segment}, now)
