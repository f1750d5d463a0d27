"""`consent_given`: the contact has agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.consents import ConsentTrigger


@dataclass(frozen=True)
class ConsentGiven(ConsentTrigger):
    """Starts when the contact agrees to the topic, or to everything; without a topic, to anything."""

    word: ClassVar[str] = "consent_given"
    example: ClassVar[str] = "consent_given: news"
    events: ClassVar[tuple[str, ...]] = ("consent_given",)
