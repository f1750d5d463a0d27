"""The last weeks, lived through: events arrive at their times, the engine does what is due, a clock is moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from autoflow.app import Engine
from autoflow.ingest.segment import read_message
from autoflow.lab.shop.shop import DAY
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from autoflow.store.log import append

Message = dict[str, object]
WEEK = 7 * DAY


def live(
    engine: Engine,
    clock: VirtualClock,
    messages: Iterable[Message],
    end: int,
    told: Callable[[int, int], None],
) -> None:
    """Let `messages`, in time order, arrive at their times, and do everything that falls due before `end`.

    `told` is called at the end of each week with its number, from 1, and the events that arrived in it.
    """
    start, week, arrived = clock.now(), 1, 0
    for message in messages:
        at = parse_instant(str(message["timestamp"]))
        while at >= start + week * WEEK:
            _pass_time(engine, clock, start + week * WEEK - 1)
            told(week, arrived)
            week, arrived = week + 1, 0
        _pass_time(engine, clock, at)
        append(engine.database, [read_message(message)], clock.now())
        engine.settle()
        arrived += 1
    _pass_time(engine, clock, end - 1)
    told(week, arrived)


def _pass_time(engine: Engine, clock: VirtualClock, instant: int) -> None:
    """Do what falls due up to the instant, each thing at its own."""
    while (due := engine.next_due()) is not None and due <= instant:
        clock.jump(due)
        engine.settle()
    clock.jump(instant)
