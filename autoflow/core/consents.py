"""What a contact has agreed to and refused: what was said last counts, by when it was said."""

from __future__ import annotations

from autoflow.model.contact import Record

EVERY_TOPIC = "*"


def give(record: Record, topic: str, since: int, now: int) -> bool:
    """Consent was given at `since`, as is known now; returns whether that changes anything.

    It lifts what was refused before; where the topic, or everything, was refused then or later, it has no effect.
    """
    lifted = [each for each, at in record.refused.items() if at < since and topic in {EVERY_TOPIC, each}]
    for each in lifted:
        del record.refused[each]
    is_new = topic not in record.consent and not _refused_since(record, topic, since)
    if is_new:
        record.consent[topic] = now
    return is_new or bool(lifted)


def refuse(record: Record, topic: str, since: int) -> None:
    """Consent was refused, or taken back, at `since`."""
    for each in _taken_back(record, topic):
        del record.consent[each]
    record.refused[topic] = max(since, record.refused.get(topic, since))


def is_refused(record: Record, topic: str) -> bool:
    """Whether to refuse it now would change nothing but the instant."""
    return topic in record.refused and not _taken_back(record, topic)


def _taken_back(record: Record, topic: str) -> list[str]:
    return [each for each in record.consent if topic in {EVERY_TOPIC, each}]


def _refused_since(record: Record, topic: str, since: int) -> bool:
    return any(record.refused.get(each, since - 1) >= since for each in (topic, EVERY_TOPIC))
