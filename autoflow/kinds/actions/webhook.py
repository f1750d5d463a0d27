"""`webhook`: call out to another system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name, Payload
from autoflow.kinds.hand import Hand
from autoflow.kinds.text import Text


@dataclass(frozen=True)
class Webhook(Action):
    """Calls an endpoint that autoflow.yaml names under channels, webhooks, with what `send` gives as JSON."""

    word: ClassVar[str] = "webhook"
    short: ClassVar[str] = "to"
    example: ClassVar[str] = 'webhook: {to: crm, send: {email: "{{ contact.email }}"}}'

    to: Annotated[str, Name("webhook")]
    send: Annotated[tuple[tuple[str, Text], ...], Payload()] = ()

    def target(self) -> str:
        return self.to

    def tells(self) -> str:
        what = ", ".join(f"{name} ({value.says()})" for name, value in self.send)
        return f'call the endpoint "{self.to}"{f" with {what}" if what else ""}'

    def brief(self) -> str:
        return f'call the endpoint "{self.to}"'

    def do(self, hand: Hand) -> None:
        scope = hand.view.scope()
        hand.call_webhook(self.to, {key: value.value(scope) for key, value in self.send})
