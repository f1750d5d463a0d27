"""What follows from memory at once: computed attributes, memberships, mirrored audiences, scores that are reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.oracle import comparing, computed
from tests.oracle.conditions import member
from tests.oracle.look import Look
from tests.oracle.runs import Signal
from tests.oracle.scores import crossings, score_at
from tests.oracle.sending import is_suppressed
from tests.oracle.workspace import Workspace

if TYPE_CHECKING:
    from tests.oracle.walking import Walk

MOST_ROUNDS = 10


def reassess(walk: Walk, *, fires: bool = True) -> list[Signal]:
    """Bring all of it up to now; returns the changes: computed attributes in the order of autoflow.yaml, memberships
    in the order of evaluation, each with the audiences that it moves, then scores.

    `fires`: whether something may start by these moves, at once or after a while.
    """
    signals = _compute(walk)
    for _ in range(MOST_ROUNDS):  # audiences that a membership moves may move other memberships
        moves = _memberships(walk, fires=fires)
        settled = _with_audiences(walk, moves)
        signals += settled
        if len(settled) == len(moves):
            break
    walk.alarms.measure()
    return signals + _scores(walk)


def edges(workspace: Workspace, look: Look) -> Iterator[int]:
    """When time alone may change computed attributes or reach a score."""
    for declared in workspace.words.computed.values():
        yield from computed.edges(declared, look)
    for score, bound in workspace.watches():
        yield from crossings(score, bound, look)


def _compute(walk: Walk) -> list[Signal]:
    changes = []
    for name, declared in walk.workspace.words.computed.items():
        value = computed.computed(declared, walk.look())
        known = [each for _, name_, each in walk.history.attributes if name_ == name]
        was = known[-1] if known else computed.before_anything(declared)
        if not comparing.same(value, was):
            walk.history.attributes.append((walk.clock, name, value))
            changes.append(Signal("attribute_changed", name, was=was, value=value))
        elif not known and value is not None:
            walk.history.attributes.append((walk.clock, name, value))
    return changes


def _memberships(walk: Walk, *, fires: bool) -> list[Signal]:
    changes = []
    for segment in walk.workspace.segments:
        belongs = member(segment, walk.look())
        if belongs != (segment in walk.members):
            (walk.members.add if belongs else walk.members.discard)(segment)
            walk.member_since[segment] = walk.clock
            changes.append(Signal("segment_entered" if belongs else "segment_left", segment))
            walk.moves.pop(segment, None)
            if fires:
                walk.moves[segment] = walk.clock, belongs
    return changes


def _with_audiences(walk: Walk, moves: list[Signal]) -> list[Signal]:
    """Each move followed by the audiences that it moves; what suppression moves comes last."""
    signals = []
    mirrors = walk.workspace.mirrors
    for move in moves:
        signals.append(move)
        every = {*mirrors, *walk.history.audiences_at(walk.clock)}
        denies = move.name in walk.workspace.deny
        signals += _settle(
            walk, every if denies else {name for name, of in mirrors.items() if of == move.name}
        )
    return signals + _settle(walk, {*mirrors, *walk.history.audiences_at(walk.clock)})


def _settle(walk: Walk, names: set[str]) -> list[Signal]:
    """Put him into or out of these audiences as he belongs now, and tell the audience's owner."""
    barred = bool(walk.members.intersection(walk.workspace.deny)) or is_suppressed(walk.history)
    signals = []
    for name in sorted(names):
        inside = name in walk.history.audiences_at(walk.clock)
        belongs = (
            walk.workspace.mirrors.get(name, "") in walk.members if name in walk.workspace.mirrors else inside
        )
        if (belongs and not barred) != inside:
            signals.append(_move(walk, name, joins=not inside))
    return signals


def _move(walk: Walk, name: str, *, joins: bool) -> Signal:
    walk.history.audiences.append((walk.clock, name, joins))
    recipe, step = f"audience:{name}", "join" if joins else "leave"
    number = 1 + sum(message[1] == recipe for message in walk.messages)
    key = f"{recipe}/{number}/{step}/1/{walk.key}"
    walk.messages.append((walk.clock, recipe, step, "audiences", name, key, "sent", ""))
    return Signal("audience_joined" if joins else "audience_left", name)


def _scores(walk: Walk) -> list[Signal]:
    """A bound is reached where the score was below it before; who was not known had none, that is 0."""
    signals = []
    for score, bound in walk.workspace.watches():
        is_above = score_at(score, walk.look()) >= bound
        was_above = (score, bound) in walk.above
        if is_above != was_above:
            (walk.above.add if is_above else walk.above.discard)((score, bound))
        if is_above and not was_above:
            signals.append(Signal("score_reached", f"{score}/{bound}"))
    return signals
