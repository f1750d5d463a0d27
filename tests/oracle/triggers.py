"""What starts recipes: which signal a trigger hears, and when a silence is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.oracle import timing
from tests.oracle.conditions import Event, Look, where
from tests.oracle.runs import Signal
from tests.oracle.workspace import listed

NOT_OWN_DOING = {"email_sent", "email_skipped", "email_delivered", "email_bounced"}


def hears(word: str, argument: Any, signal: Signal, name: str, look: Look) -> bool:
    """Whether the trigger is hit; `name` is that of an inactivity trigger itself."""
    if word == "inactivity":
        return (signal.kind, signal.name) == (word, name)
    if word in {"segment_entered", "segment_left"}:
        segment = argument["segment"] if isinstance(argument, Mapping) else argument
        return (signal.kind, signal.name) == (word, segment)
    if word == "event":
        wanted = argument if isinstance(argument, Mapping) else {"name": argument}
        event, tests = wanted["name"], wanted.get("where")
    elif word == "page_visited":
        globs = argument if isinstance(argument, Mapping) else {"path": argument} if argument else {}
        event, tests = "page_visited", {field: {"matches": glob} for field, glob in globs.items()}
    else:
        raise ValueError(f"no such trigger: {word}")
    return (signal.kind, signal.name) == ("event", event) and where(tests, event, signal.properties, look)


def silent_until(inactivity: Mapping[str, Any], look: Look) -> int:
    """When the silence is over, counted from the last event that breaks it, else from the first item."""
    breaking = listed(inactivity.get("of"))
    times = [event.occurred_at for event in look.history.events if _breaks(event, breaking)]
    since = max(times) if times else min(occurred_at for _, occurred_at in look.history.seen)
    return timing.span(inactivity["for"]).window_from(since, look.zones[0])


def _breaks(event: Event, of: list[str]) -> bool:
    return event.name in of if of else event.name not in NOT_OWN_DOING
