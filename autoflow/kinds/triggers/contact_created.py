"""`contact_created`: somebody new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.base import Topic, Trigger


@dataclass(frozen=True)
class ContactCreated(Trigger):
    """Starts when the contact is first heard of. Whoever is imported as history starts nothing."""

    word: ClassVar[str] = "contact_created"
    example: ClassVar[str] = "contact_created"
    default_reentry: ClassVar[str] = "never"

    def says(self) -> str:
        return "the contact is first heard of"

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, "")})

    def beside(self) -> tuple[str, ...]:
        return ("Whoever is imported as history is no news, and does not enter.",)
