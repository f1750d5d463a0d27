"""Attributes that autoflow works out itself: brought up to date where something touched them, or time changes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autoflow.core.program import ComputedAttribute
from autoflow.kinds.base import ATTRIBUTE, MEMORY, Signal, Topic
from autoflow.model.values import same

if TYPE_CHECKING:
    from autoflow.core.walk import Walk

ATTRIBUTE_CHANGED = "attribute_changed"


def update(
    walk: Walk, touched: set[Topic], *, everything: bool = False, due: Iterable[str] = ()
) -> list[Signal]:
    """Work out anew what `touched` can change; adds the attributes that changed to `touched`.

    `due` names timers of attributes to look at besides.
    """
    program = walk.program
    if not (touched or due or everything):
        return []
    if everything:
        found: Iterable[ComputedAttribute] = program.computed
    else:
        index = program.computed_by
        keys = {*(topic[1] for topic in touched if topic[0] == MEMORY), *due}
        places = {place for key in keys for place in index.get(key, ())}
        found = [program.computed[place] for place in sorted(places)]
    signals = []
    known = walk.record.computed
    for each in found:
        value, change = each.computed.judge(walk.view)
        before = known.get(each.name)
        if not same(value, before):
            if value is None:
                del known[each.name]
            else:
                known[each.name] = value
            touched.add((ATTRIBUTE, each.name))
            before = each.computed.begins if before is None else before
            if not same(value, before):
                signals.append(changed(each.name, before, value, walk.view.now))
        if change is not None:
            walk.record.timers[each.timer] = change
        else:
            walk.record.timers.pop(each.timer, None)
    return signals


def changed(name: str, before: object, value: object, now: int) -> Signal:
    """What triggers hear of an attribute that has another value."""
    return Signal((ATTRIBUTE_CHANGED, name), {"attribute": name, "from": before, "to": value}, now)
