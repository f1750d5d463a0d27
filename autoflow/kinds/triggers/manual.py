"""`manual`: a person lets the contact in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.base import Topic, Trigger


@dataclass(frozen=True)
class Manual(Trigger):
    """Starts when somebody says so: `autoflow enter RECIPE CONTACT`."""

    word: ClassVar[str] = "manual"
    example: ClassVar[str] = "manual"

    def says(self) -> str:
        return "somebody puts the contact in by hand"

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, "")})

    def beside(self) -> tuple[str, ...]:
        return ("`autoflow enter RECIPE WHO` does it.",)
