"""Waiting: for a while, until a time of day or a date, for something to happen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.oracle import clocks, timing
from tests.oracle.conditions import true
from tests.oracle.look import UnfilledError, fill
from tests.oracle.recipes import Step
from tests.oracle.runs import Run, Waiting

if TYPE_CHECKING:
    from tests.oracle.walking import Walk

_CLOCK = re.compile(r"\d{1,2}:\d\d")
_MAIL_EVENTS = {"email_delivered", "email_opened", "email_clicked", "email_replied"}
_DATE_LENGTH = 10


def wait(step: Step, run: Run, walk: Walk) -> None:
    until = step.argument.get("until")
    if until is None:
        span = readable(fill(step.argument["duration"], walk.look(run)))
        _stand(run, walk, span.waited_from(walk.clock, walk.look().zones[0]), local=span.is_local)
    elif _CLOCK.fullmatch(until):
        zone = walk.look().zones[0]
        earliest = timing.span(step.argument.get("not_before", "0 days")).waited_from(walk.clock, zone)
        due = clocks.next_reading(until, step.argument.get("days"), earliest, zone)
        _stand(run, walk, due, local=True)
    else:
        _until_date(step.argument, run, walk)


def readable(text: Any) -> timing.Span:
    """The duration that the text spells; one that does not fails the run."""
    try:
        return timing.span(str(text))
    except ValueError as error:
        raise UnfilledError(str(error)) from error


def _until_date(written: dict[str, Any], run: Run, walk: Walk) -> None:
    """Where that moment is over by now, what stands behind it for its sake is passed over."""
    value, clock = fill(written["until"], walk.look(run)), written.get("at")
    is_date = isinstance(value, str) and len(value.strip()) == _DATE_LENGTH
    offset = written.get("offset", "0 days")
    due = clocks.moment(value, clock, offset, walk.look().zones, is_date=is_date)
    if due is None:
        raise UnfilledError(f"not a date: {value!r}")
    if due >= walk.clock:
        run.then = written.get("then", [])
        _stand(run, walk, due, local=is_date or clock is not None)


def _stand(run: Run, walk: Walk, until: int, *, local: bool) -> None:
    """What is over by now is not waited for."""
    if until > walk.clock:
        run.stand(until, local=local)
    else:
        run.branch(run.then)
        run.then = []


def wait_for(step: Step, run: Run, walk: Walk) -> None:
    """Stands until it is heard, or until the deadline; not at all where it holds, or can come no more."""
    written = step.argument
    if "skipped" in written and _was_skipped(written, run):
        run.branch(written["skipped"])
        return
    span = readable(fill(written["up_to"], walk.look(run)))
    run.waiting = Waiting(step, len(walk.history.events))
    deadline = span.waited_from(walk.clock, walk.look().zones[0])
    if conditions_hold(run, walk) or deadline <= walk.clock:
        run.branch(written.get("then" if conditions_hold(run, walk) else "otherwise", []))
        run.waiting = None
    else:
        run.stand(deadline, local=span.is_local)


def conditions_hold(run: Run, walk: Walk) -> bool:
    """Whether the run waits for conditions, and all of them hold."""
    conditions = run.waiting.step.argument.get("conditions") if run.waiting is not None else None
    return conditions is not None and true(conditions, walk.look(run, since_start=True))


def _was_skipped(written: dict[str, Any], run: Run) -> bool:
    """Whether it waits for something to become of a mail that never went out."""
    template = (written.get("where") or {}).get("template")
    return (
        written.get("event") in _MAIL_EVENTS and isinstance(template, str) and run.sends.get(template, False)
    )


def move_waits(walk: Walk, before: str) -> None:
    """Who lives by another clock than that of the zone `before` is waited for by his own: what ends at a time of day
    ends at that time there, but never in the past. Held mails are decided anew at once.
    """
    zone = walk.look().zones[0]
    if zone == before:
        return
    for run in walk.running():
        if run.held is not None:
            run.due = walk.clock
        elif run.due is not None and run.local:
            run.due = max(walk.clock, timing.from_wall(timing.wall(run.due, before), zone))
