"""`notify_sales`: tell a person at our own house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action, Hand
from autoflow.kinds.fields import Name
from autoflow.kinds.text import Text


@dataclass(frozen=True)
class NotifySales(Action):
    """Tells sales about the contact, over a channel of autoflow.yaml (`sales` where none is named)."""

    word: ClassVar[str] = "notify_sales"
    short: ClassVar[str] = "message"
    example: ClassVar[str] = (
        'notify_sales: {to: "{{ contact.owner_email }}", message: "{{ contact.email }} wants a call."}'
    )

    message: Text
    to: Text = Text("")
    channel: Annotated[str, Name("sales channel")] = "sales"

    def target(self) -> str:
        return self.channel

    def do(self, hand: Hand) -> None:
        scope = hand.view.scope()
        hand.notify_sales(self.channel, self.to.text(scope), self.message.text(scope))
