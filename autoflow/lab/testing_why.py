"""Why a case may have come out otherwise: who was not let in, which mail was skipped, what broke."""

from __future__ import annotations

from collections.abc import Iterator

from autoflow.core.hand import EMAIL_HELD
from autoflow.lab.sentences import GATE, REFUSALS
from autoflow.lab.story import local_time
from autoflow.lab.testing_seen import ENDED, Seen
from autoflow.model.effects import EMAIL, FAILED, SKIPPED

REFUSED = "refused"
_MOST = 5


def why(seen: Seen, zone: str) -> list[str]:
    """At most a handful of sentences, in order of happening, without repetition."""
    return list(dict.fromkeys(sentence for _, sentence in sorted(_sentences(seen, zone))))[:_MOST]


def _sentences(seen: Seen, zone: str) -> Iterator[tuple[int, str]]:
    for each in seen.messages:
        if (each.channel, each.outcome) == (EMAIL, SKIPPED):
            reason = GATE.get(each.reason, each.reason)
            yield each.at, f"{each.name} was skipped at {local_time(each.at, zone)}: {reason}."
    for line in seen.journal:
        if line.recipe != seen.recipe:
            continue
        when = local_time(line.at, zone)
        if line.kind == REFUSED:
            reason = REFUSALS.get(line.subject) or f"this condition did not hold: {line.subject}"
            yield line.at, f"{line.recipe} was not entered at {when}: {reason}."
        elif line.kind == EMAIL_HELD:
            reason = GATE[(line.detail or {})["reason"]]
            yield line.at, f"{line.subject} was held at {when}: {reason}."
        elif (line.kind, line.subject) == (ENDED, FAILED):
            yield (
                line.at,
                f"{line.recipe} failed at {when}: {str((line.detail or {}).get('reason', '')).rstrip('.')}.",
            )
