"""Scores, folded anew from everything that ever counted, and the instants at which decay moves them past a bound."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import lru_cache

from tests.oracle.asking import where
from tests.oracle.look import Event, Look, Score, ScoreRule

_MICRO = Decimal("0.000001")
ZERO = Decimal(0)


@lru_cache(maxsize=100_000)
def decay(value: Decimal, elapsed: int, half_life: int | None) -> Decimal:
    if half_life is None:
        return value
    with localcontext(prec=60):
        halvings = Decimal(elapsed) / Decimal(half_life)
        return (value * Decimal(2) ** -halvings).quantize(_MICRO, ROUND_HALF_EVEN)


def floored(value: Decimal, score: Score) -> Decimal:
    return value if score.floor is None else max(score.floor, value)


def score_at(name: str, look: Look) -> Decimal:
    """The score as it is shown at the look's instant."""
    score = look.words.scores[name]
    value, last = folded(name, look)
    return floored(decay(value, look.now - last, score.half_life), score)


def folded(name: str, look: Look) -> tuple[Decimal, int]:
    """The value after the last thing that counted, and when that was."""
    score = look.words.scores[name]
    value, last = ZERO, 0
    for at, occurred_at, points in _counted(name, score, look):
        value = decay(value, at - last, score.half_life)
        value = floored(value + decay(points, at - occurred_at, score.half_life), score)
        last = at
    return floored(value, score), last


def _counted(name: str, score: Score, look: Look) -> Iterator[tuple[int, int, Decimal]]:
    """(now, occurred at, points) of all that counts, in order of application."""
    added: dict[int, list[int]] = {number: [] for number in range(len(score.rules))}
    adjustments = [each for each in look.history.adjustments if each.score == name and each.at <= look.now]
    for order, event in enumerate(look.history.events):
        yield from ((each.at, each.at, each.by) for each in adjustments if each.after == order)
        if event.at <= look.now:
            for number, rule in enumerate(score.rules):
                if _adds(rule, event, added[number], look):
                    added[number].append(event.occurred_at)
                    yield event.at, event.occurred_at, rule.add
    yield from ((each.at, each.at, each.by) for each in adjustments if each.after == len(look.history.events))


def _adds(rule: ScoreRule, event: Event, added: list[int], look: Look) -> bool:
    if event.name != rule.event or not where(rule.where, event.name, event.properties, look):
        return False
    if rule.at_most is None:
        return True
    most, window = rule.at_most
    inside = [each for each in added if each <= event.occurred_at < window.window_from(each, look.zones[0])]
    return len(inside) < most


def crossings(name: str, bound: Decimal, look: Look) -> Iterator[int]:
    """The instants ahead at which decay alone brings the score to the bound, and beyond it."""
    score = look.words.scores[name]
    value, last = folded(name, look)
    if score.half_life is not None and value != 0:
        yield from _crossings(value, last, score.half_life, score.floor, bound)


@lru_cache(maxsize=10_000)
def _crossings(value: Decimal, last: int, half_life: int, floor: Decimal | None, bound: Decimal) -> list[int]:
    def side(instant: int) -> int:
        shown = decay(value, instant - last, half_life)
        shown = shown if floor is None else max(floor, shown)
        return (shown > bound) - (shown < bound)

    found, low, high = [], last, last + 64 * half_life
    while side(low) != side(high):
        before, after = low, high
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if side(middle) == side(low) else (before, middle)
        found.append(after)
        low = after
    return found
