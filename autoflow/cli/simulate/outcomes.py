"""What came of a recipe in a simulation, in the words and figures that its sentences and its page share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

from autoflow.core.admission import REENTRY, WHILE_RUNNING
from autoflow.lab.simulation.tally import RecipeTally
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
    SENT,
    SKIPPED,
    TASKS,
    WEBHOOKS,
)

_Key = TypeVar("_Key")
_CAP = "cap"
_RESTARTED = "restarted"  # no ending of its own, but those among the exited who began anew
_ENDS = {
    GOAL: ("reached the goal",),
    FINISHED: ("went through to the end",),
    EXITED: ("left by an exit",),
    _RESTARTED: ("began anew",),
    NO_LONGER_MATCHES: ("no longer matched",),
    FAILED: ("failed",),
    MERGED: ("was merged into another contact", "were merged into another contact"),
    ERASED: ("was erased", "were erased"),
    RUNNING: ("is still under way", "are still under way"),
}
_THINGS = {
    EMAIL: ("mail", "mails"),
    SALES: ("notice to sales", "notices to sales"),
    AUDIENCES: ("change of an audience", "changes of audiences"),
    TASKS: ("task", "tasks"),
    WEBHOOKS: ("call", "calls"),
}
_HELD = {"quiet_hours": "for quiet hours to end", _CAP: "for a cap"}
_REFUSED = {
    WHILE_RUNNING: ("was in it already", "were in it already"),
    REENTRY: ("had been in it too recently",),
}


def mails(tally: RecipeTally) -> int:
    """How many mails went out."""
    return tally.count(EMAIL, SENT)


def mails_not_sent(tally: RecipeTally) -> int:
    """How many the gate let not go out."""
    return tally.count(EMAIL, SKIPPED)


def caps_hit(tally: RecipeTally) -> int:
    """How often a mail had to wait for a cap, or did not go out because of one."""
    return tally.holds[_CAP] + tally.count(EMAIL, SKIPPED, _CAP)


def goals(tally: RecipeTally) -> int:
    """How many runs reached the goal."""
    return tally.ended[GOAL]


def entered(tally: RecipeTally) -> int:
    """How often somebody entered."""
    return tally.entered


FIGURES: tuple[tuple[str, Callable[[RecipeTally], int]], ...] = (
    ("entered", entered),
    ("mails", mails),
    ("mails not sent", mails_not_sent),
    ("caps hit", caps_hit),
    ("goals", goals),
)
"""What one set of files is held against another by."""


def ends(tally: RecipeTally) -> list[tuple[str, int]]:
    """How its runs ended, or that they are under way, each with how many."""
    found = {**tally.ended, RUNNING: tally.running, _RESTARTED: tally.restarts}
    found[EXITED] = tally.ended[EXITED] - tally.restarts
    return [(_said(words, found[state]), found[state]) for state, words in _ENDS.items() if found.get(state)]


def gone_out(tally: RecipeTally) -> list[tuple[str, int]]:
    """What went out, by what it is: mails, notices, changes of audiences, tasks, calls."""
    numbers = [(channel, tally.count(channel, SENT)) for channel in _THINGS]
    return [(thing(channel, number), number) for channel, number in numbers if number]


def not_made(tally: RecipeTally) -> dict[str, Counter[str]]:
    """By channel, how much did not go out, by reason."""
    found: dict[str, Counter[str]] = {}
    for channel in _THINGS:
        reasons = {
            reason: number
            for (each, decided, reason), number in tally.messages.items()
            if (each, decided) == (channel, SKIPPED)
        }
        if reasons:
            found[channel] = Counter(reasons)
    return found


def thing(channel: str, number: int) -> str:
    """What goes out over a channel."""
    return _said(_THINGS[channel], number)


def why_held(reason: str) -> str:
    """What a mail had to wait for."""
    return _HELD.get(reason, reason)


def why_refused(reason: str, number: int) -> str:
    """Why so many were turned away: a word of the engine's, or the condition that did not hold."""
    return _said(_REFUSED[reason], number) if reason in _REFUSED else f"did not meet “{reason}”"


def most(numbers: Mapping[_Key, int]) -> list[tuple[_Key, int]]:
    """The largest number first; equal ones by name."""
    return sorted(numbers.items(), key=lambda pair: (-pair[1], str(pair[0])))


def _said(words: tuple[str, ...], number: int) -> str:
    return words[0] if number == 1 else words[-1]
