"""`send_email`: mail the contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action, Hand
from autoflow.kinds.fields import Name


@dataclass(frozen=True)
class SendEmail(Action):
    """Sends a template to the contact, if the gate lets it pass; the mail is skipped otherwise."""

    word: ClassVar[str] = "send_email"
    short: ClassVar[str] = "template"
    example: ClassVar[str] = "send_email: product-x200-intro"

    template: Annotated[str, Name("template")]

    def target(self) -> str:
        return self.template

    def do(self, hand: Hand) -> None:
        hand.send_email(self.template)
