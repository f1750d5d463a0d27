"""How a run goes on: its goal and exit, its waits and held mails, step by step to where it stands still or ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle import sending
from tests.oracle.asking import where
from tests.oracle.conditions import true, true_of_any
from tests.oracle.runs import RUNNING, Run, Signal
from tests.oracle.steps import do
from tests.oracle.waits import conditions_hold

if TYPE_CHECKING:
    from tests.oracle.walking import Walk


def look_at(run: Run, walk: Walk) -> None:
    """Goal, then exit."""
    look = walk.look(run, since_start=True)
    if true_of_any(run.recipe.goal, look):
        walk.end(run, "goal")
    elif true_of_any(run.recipe.exit, look):
        walk.end(run, "exited")


def may_go_on(run: Run, walk: Walk) -> bool:
    """What is looked at before each step, and when a held mail is released."""
    look_at(run, walk)
    if run.state == RUNNING and not true(run.recipe.keep_while, walk.look(run)):
        walk.end(run, "no_longer_matches")
    return run.state == RUNNING


def step_on(run: Run, walk: Walk) -> None:
    """From where the run stands to where it stands still or ends."""
    run.go_on()
    while run.due is None and may_go_on(run, walk):
        step = run.next_step()
        if step is not None:
            do(step, run, walk)
        _finish(run, walk)


def _finish(run: Run, walk: Walk) -> None:
    if run.due is None and run.is_through():
        walk.end(run, "finished")


def resume(run: Run, walk: Walk) -> None:
    """A run that is due, or whose wait for conditions is over."""
    if run.held is not None:
        if may_go_on(run, walk):
            sending.decide(run.held.step, run, walk)
            _finish(run, walk)
            if run.state == RUNNING and run.due is None:
                step_on(run, walk)
        return
    if run.waiting is not None:
        met = conditions_hold(run, walk)
        run.branch(run.waiting.step.argument.get("then" if met else "otherwise", []))
    run.branch(run.then)
    run.then = []
    step_on(run, walk)


def hear(run: Run, signals: list[Signal], walk: Walk) -> None:
    """A run that waits hears the signals in order, and goes on at the first that is what it waits for."""
    assert run.waiting is not None
    heard = next((signal for signal in signals if _is_awaited(run, signal, walk)), None)
    if heard is not None and heard.own_at is not None:
        run.heard_at = heard.own_at
    if heard is not None or conditions_hold(run, walk):
        run.branch(run.waiting.step.argument.get("then", []))
        step_on(run, walk)


def _is_awaited(run: Run, signal: Signal, walk: Walk) -> bool:
    assert run.waiting is not None
    awaited = run.waiting.step.argument
    return (
        signal.kind == "event"
        and signal.name == awaited.get("event")
        and signal.order >= run.waiting.after
        and signal.occurred_at >= run.start.at
        and where(awaited.get("where"), signal.name, signal.properties, walk.look(run))
    )
