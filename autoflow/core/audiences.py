"""Audiences that mirror a segment, and who must be in none: whoever is denied or suppressed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autoflow.kinds.base import AUDIENCE, Signal, Topic
from autoflow.model.contact import Entries, Record
from autoflow.model.effects import AUDIENCES, SENT, Message, effect_key
from autoflow.model.inside import AUDIENCE_JOINED, AUDIENCE_LEFT
from autoflow.model.values import Value

if TYPE_CHECKING:
    from autoflow.core.walk import Walk

_FIELDS = ("email", "phone", "first_name", "last_name", "country", "city", "postal_code")


def change_values(record: Record, change: str) -> dict[str, Value]:
    """What a platform is told of somebody who comes (`add`) or goes (`remove`)."""
    known = {name: record.attributes[name] for name in _FIELDS if name in record.attributes}
    return {"change": change, "contact": record.key[2:], **known}


def barred(walk: Walk) -> bool:
    """Whether the contact may be in no audience."""
    return bool(walk.record.suppressed) or not walk.program.deny.isdisjoint(walk.record.segments)


def follow(walk: Walk, segment: str, touched: set[Topic]) -> list[Signal]:
    """What a change of one membership brings about; adds the audiences that changed to `touched`."""
    if segment in walk.program.deny:
        return settle(walk, touched)
    return _sync(walk, walk.program.mirrors_of.get(segment, ()), touched)


def settle(walk: Walk, touched: set[Topic]) -> list[Signal]:
    """Bring every audience to what it must be."""
    program, record = walk.program, walk.record
    if not record.audiences and not program.mirrors:
        return []
    if barred(walk):
        return [_leave(walk, audience, touched) for audience in sorted(record.audiences)]
    return _sync(walk, sorted(program.mirrors), touched)


def leave_all(walk: Walk) -> None:
    """Leave every audience, whatever follows."""
    for audience in sorted(walk.record.audiences):
        _leave(walk, audience, set())


def _sync(walk: Walk, audiences: Iterable[str], touched: set[Topic]) -> list[Signal]:
    signals = []
    for audience in audiences:
        wanted = walk.program.mirrors[audience] in walk.record.segments and not barred(walk)
        if wanted is not (audience in walk.record.audiences):
            signals.append((_join if wanted else _leave)(walk, audience, touched))
    return signals


def _join(walk: Walk, audience: str, touched: set[Topic]) -> Signal:
    walk.record.audiences[audience] = walk.view.now
    return _tell(walk, audience, "join", touched)


def _leave(walk: Walk, audience: str, touched: set[Topic]) -> Signal:
    del walk.record.audiences[audience]
    return _tell(walk, audience, "leave", touched)


def _tell(walk: Walk, audience: str, step: str, touched: set[Topic]) -> Signal:
    record, now = walk.record, walk.view.now
    recipe = own_name(audience)
    entries = record.entries.setdefault(recipe, Entries(0, {}))
    entries.count += 1
    joins = step == "join"
    kind = AUDIENCE_JOINED if joins else AUDIENCE_LEFT
    walk.effects.messages.append(
        Message(
            key=effect_key(recipe, entries.count, step, 1, record.key),
            at=now,
            n=record.n,
            recipe=recipe,
            version=0,
            entry=entries.count,
            step=step,
            channel=AUDIENCES,
            name=audience,
            outcome=SENT,
            values=change_values(record, "add" if joins else "remove"),
        )
    )
    walk.happened(kind, audience, mirror=True)
    touched.add((AUDIENCE, audience))
    return Signal((kind, audience), {"audience": audience}, now)


def own_name(audience: str) -> str:
    """What stands for a recipe in the keys of changes that no recipe made; no recipe can be called so."""
    return f"audience:{audience}"
