"""The reasons that the engine gives, in plain words: one home for every page, table and sentence that shows one."""

from __future__ import annotations

_SHORT = {
    "suppressed": "the address is dead, or its owner complained",
    "no_email": "there is no address",
    "deny": "in a segment that denies mail",
    "unsubscribed": "unsubscribed",
    "no_consent": "no consent",
    "holdout": "held out",
    "quiet_hours": "quiet hours",
    "cap": "had enough mail already",
    "at_most": "had enough notices already",
    "erased": "erased",
    "late": "late",
    "while_running": "was in it already",
    "reentry": "had been in it too recently",
    "released": "released by hand",
    "restarted": "entered anew",
}
_CLAUSES = {
    "suppressed": "the address is dead, or its owner complained",
    "no_email": "the contact has no email address",
    "deny": "the contact is in a segment of kind deny",
    "unsubscribed": "the contact has unsubscribed",
    "no_consent": "the contact has not consented (see sending.consent in autoflow.yaml)",
    "holdout": "the contact is in a part that is held out",
    "quiet_hours": "these are quiet hours where the contact is",
    "cap": "the contact has had as much mail as at_most allows",
    "at_most": "sales has had as many notices as at_most allows",
    "while_running": "the contact is in it already",
    "reentry": "`reentry` does not let the contact in again yet",
}


_ENDINGS = {
    "goal": "reached the goal",
    "finished": "went through to the end",
    "exited": "left by an exit",
    "no_longer_matches": "no longer matched",
    "failed": "failed",
    "merged": "was merged into another contact",
    "erased": "was erased",
}


def in_short(reason: str) -> str:
    """A few words for a table or behind a colon: `no consent`. What is no word of the engine's is left as it is.

    Of several, one after the other as the ledger writes them (`released; cap`), each.
    """
    return "; ".join(_SHORT.get(part, part) for part in reason.split("; "))


def in_a_clause(reason: str) -> str:
    """The same with a subject: `the contact has unsubscribed`. What is no word of the engine's is left as it is."""
    return _CLAUSES.get(reason, reason)


def why_not_entered(reason: str) -> str:
    """The same of somebody who was not let into a recipe; what is no word of the engine's is a condition."""
    return _CLAUSES.get(reason) or f"this condition did not hold: {reason}"


def ending(state: str) -> str:
    """How a run ended, or that it goes on: `reached the goal`."""
    return _ENDINGS.get(state, state)


def turned_away(reason: str) -> str:
    """Why somebody was not let into a recipe: one of the engine's words, or the condition that did not hold."""
    return _SHORT.get(reason) or f"this did not hold: {reason}"
