"""`consent_withdrawn`: the contact does not agree any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.consents import ConsentTrigger


@dataclass(frozen=True)
class ConsentWithdrawn(ConsentTrigger):
    """Starts when the contact takes back his consent to the topic, or unsubscribes; without a topic, from anything."""

    word: ClassVar[str] = "consent_withdrawn"
    example: ClassVar[str] = "consent_withdrawn: news"
    events: ClassVar[tuple[str, ...]] = ("consent_withdrawn", "unsubscribed")
