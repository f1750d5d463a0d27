"""`add_to_audience`: advertise to the contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name
from autoflow.kinds.hand import Hand


@dataclass(frozen=True)
class AddToAudience(Action):
    """Puts the contact into an ad audience; its first use makes the audience."""

    word: ClassVar[str] = "add_to_audience"
    short: ClassVar[str] = "audience"
    example: ClassVar[str] = "add_to_audience: x200-visitors"

    audience: Annotated[str, Name("audience")]

    def target(self) -> str:
        return self.audience

    def tells(self) -> str:
        return f'put the contact into the audience "{self.audience}"'

    def do(self, hand: Hand) -> None:
        hand.join_audience(self.audience)
