"""What the contact has agreed to and refused, from all that was ever said about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.oracle.asking import topic_of
from tests.oracle.look import Event, History


@dataclass
class Consent:
    """`given` topics; `refused` ones with the latest instant at which that was said. `*` is all of them."""

    given: set[str] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=dict)

    def give(self, topic: str, occurred_at: int) -> None:
        """What was refused later, or at that very moment, stays refused, and the consent has no effect."""
        for refused in list(self.refused) if topic == "*" else [topic]:
            if self.refused.get(refused, occurred_at) < occurred_at:
                del self.refused[refused]
        if not any(each in self.refused and self.refused[each] >= occurred_at for each in (topic, "*")):
            self.given.add(topic)

    def withdraw(self, topic: str, occurred_at: int) -> None:
        if topic == "*":
            self.given.clear()
        self.given.discard(topic)
        self.refused[topic] = max(occurred_at, self.refused.get(topic, occurred_at))

    def refuses(self, topic: str) -> bool:
        return topic in self.refused or "*" in self.refused

    def has(self, topic: str) -> bool:
        """`any`: to some topic. A topic that is no topic, the empty one, only `*` concerns."""
        if topic == "any":
            return any(not self.refuses(each) for each in self.given)
        return bool({topic, "*"} & self.given) and not self.refuses(topic)


def consent_at(history: History, now: int) -> Consent:
    consent = Consent()
    for event in history.events:
        if event.at <= now:
            _hear(consent, event)
    return consent


def _hear(consent: Consent, event: Event) -> None:
    if event.name == "consent_given":
        consent.give(topic_of(event.properties), event.occurred_at)
    elif event.name in {"consent_withdrawn", "unsubscribed"}:
        consent.withdraw(topic_of(event.properties), event.occurred_at)
