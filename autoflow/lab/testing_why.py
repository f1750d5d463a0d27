"""Why a case may have come out otherwise: who was not let in, which mail was skipped, what broke."""

from __future__ import annotations

from collections.abc import Iterator

from autoflow.core.hand import EMAIL_HELD
from autoflow.lab.story import local_time
from autoflow.lab.testing_expect import ENDED, Seen
from autoflow.model.effects import EMAIL, FAILED, SKIPPED

REFUSED, ENTERED = "refused", "entered"
_MOST = 5

_GATE = {
    "suppressed": "the address is dead, or its owner complained",
    "no_email": "the contact has no email address",
    "deny": "the contact is in a segment of kind deny",
    "unsubscribed": "the contact has unsubscribed",
    "no_consent": "the contact has not consented (see sending.consent in autoflow.yaml)",
    "holdout": "the contact is in a part that is held out",
    "quiet_hours": "these are quiet hours where the contact is",
    "cap": "the contact has had as much mail as at_most allows",
}
_REFUSALS = {
    "reentry": "`reentry` does not let the contact in again yet",
    "while_running": "the contact is in it already",
}


def why(seen: Seen, zone: str) -> list[str]:
    """At most a handful of sentences, in order of happening, without repetition."""
    return list(dict.fromkeys(sentence for _, sentence in sorted(_sentences(seen, zone))))[:_MOST]


def _sentences(seen: Seen, zone: str) -> Iterator[tuple[int, str]]:
    for each in seen.messages:
        if (each.channel, each.outcome) == (EMAIL, SKIPPED):
            reason = _GATE.get(each.reason, each.reason)
            yield each.at, f"{each.name} was skipped at {local_time(each.at, zone)}: {reason}."
    for line in seen.journal:
        if line.recipe != seen.recipe:
            continue
        when = local_time(line.at, zone)
        if line.kind == REFUSED:
            reason = _REFUSALS.get(line.subject) or f"this condition did not hold: {line.subject}"
            yield line.at, f"{line.recipe} was not entered at {when}: {reason}."
        elif line.kind == EMAIL_HELD:
            reason = _GATE[(line.detail or {})["reason"]]
            yield line.at, f"{line.subject} was held at {when}: {reason}."
        elif (line.kind, line.subject) == (ENDED, FAILED):
            yield (
                line.at,
                f"{line.recipe} failed at {when}: {str((line.detail or {}).get('reason', '')).rstrip('.')}.",
            )
