"""`give_consent`: write down what the contact agrees to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name
from autoflow.kinds.hand import Hand


@dataclass(frozen=True)
class GiveConsent(Action):
    """Writes down that the contact agreed to the topic, or to everything where none is named."""

    word: ClassVar[str] = "give_consent"
    short: ClassVar[str] = "topic"
    example: ClassVar[str] = "give_consent: news"

    topic: Annotated[str, Name("topic")] = "*"

    def target(self) -> str:
        return self.topic

    def tells(self) -> str:
        what = "everything" if self.topic == "*" else f'"{self.topic}"'
        return f"write down that the contact agrees to {what}"

    def brief(self) -> str:
        return f"consent to {'everything' if self.topic == '*' else self.topic}"

    def do(self, hand: Hand) -> None:
        hand.consent(self.topic, given=True)
