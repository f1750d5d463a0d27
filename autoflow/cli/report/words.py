"""What the page calls things: the words of the terminal, one figure a line."""

from __future__ import annotations

from autoflow.model.effects import (
    AUDIENCES,
    EMAIL,
    ERASED,
    EXITED,
    FAILED,
    FINISHED,
    GOAL,
    MERGED,
    NO_LONGER_MATCHES,
    RUNNING,
    SALES,
    TASKS,
    WEBHOOKS,
)

RESTARTED = "restarted"
"""No ending of its own, but those among the exited who began anew."""
ENDS = {
    GOAL: "reached the goal",
    FINISHED: "went through to the end",
    EXITED: "left by an exit",
    RESTARTED: "began anew",
    NO_LONGER_MATCHES: "no longer matched",
    FAILED: "failed",
    MERGED: "were merged into another contact",
    ERASED: "were erased",
    RUNNING: "still under way",
}
THINGS = {
    EMAIL: ("mail", "mails"),
    SALES: ("notice to sales", "notices to sales"),
    AUDIENCES: ("change of an audience", "changes of audiences"),
    TASKS: ("task", "tasks"),
    WEBHOOKS: ("call", "calls"),
}
_HELD = {"quiet_hours": "for quiet hours to end", "cap": "for a cap"}
_REFUSED = {"while_running": "were in it already", "reentry": "had been in it too recently"}


def thing(channel: str, number: int) -> str:
    """What goes out over a channel."""
    one, many = THINGS.get(channel, (channel, channel))
    return one if number == 1 else many


def why_held(reason: str) -> str:
    """What a mail had to wait for."""
    return _HELD.get(reason, reason)


def why_refused(reason: str) -> str:
    """Why somebody was turned away."""
    return _REFUSED.get(reason, f"did not meet “{reason}”")
