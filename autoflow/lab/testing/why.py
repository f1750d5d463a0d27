"""Why a case may have come out otherwise: who was not let in, which mail was skipped, what broke."""

from __future__ import annotations

from collections.abc import Iterator

from autoflow.lab.testing.seen import ENDED, Seen
from autoflow.lab.testing.story import local_time
from autoflow.model.effects import EMAIL, FAILED, SKIPPED
from autoflow.model.inside import EMAIL_HELD
from autoflow.model.reasons import in_a_clause, why_not_entered

REFUSED = "refused"
_MOST = 5


def why(seen: Seen, zone: str) -> list[str]:
    """At most a handful of sentences, in order of happening, without repetition."""
    return list(dict.fromkeys(sentence for _, sentence in sorted(_sentences(seen, zone))))[:_MOST]


def _sentences(seen: Seen, zone: str) -> Iterator[tuple[int, str]]:
    for each in seen.messages:
        if (each.channel, each.outcome) == (EMAIL, SKIPPED):
            reason = in_a_clause(each.reason)
            yield each.at, f"{each.name} was skipped at {local_time(each.at, zone)}: {reason}."
    for line in seen.journal:
        if line.recipe != seen.recipe:
            continue
        when = local_time(line.at, zone)
        if line.kind == REFUSED:
            reason = why_not_entered(line.subject)
            yield line.at, f"{line.recipe} was not entered at {when}: {reason}."
        elif line.kind == EMAIL_HELD:
            reason = in_a_clause((line.detail or {})["reason"])
            yield line.at, f"{line.subject} was held at {when}: {reason}."
        elif (line.kind, line.subject) == (ENDED, FAILED):
            yield (
                line.at,
                f"{line.recipe} failed at {when}: {str((line.detail or {}).get('reason', '')).rstrip('.')}.",
            )
