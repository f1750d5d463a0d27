"""`remove_from_audience`: advertise to the contact no longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name
from autoflow.kinds.hand import Hand


@dataclass(frozen=True)
class RemoveFromAudience(Action):
    """Takes the contact out of an ad audience."""

    word: ClassVar[str] = "remove_from_audience"
    short: ClassVar[str] = "audience"
    example: ClassVar[str] = "remove_from_audience: x200-visitors"

    audience: Annotated[str, Name("audience")]

    def target(self) -> str:
        return self.audience

    def tells(self) -> str:
        return f'take the contact out of the audience "{self.audience}"'

    def do(self, hand: Hand) -> None:
        hand.leave_audience(self.audience)
