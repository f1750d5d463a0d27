"""`record_event`: an event of our own making."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name, Properties
from autoflow.kinds.hand import Hand
from autoflow.kinds.text import Text


@dataclass(frozen=True)
class RecordEvent(Action):
    """Records an event as if the contact had done it; recipes and segments take notice, but it breaks no silence."""

    word: ClassVar[str] = "record_event"
    short: ClassVar[str] = "name"
    example: ClassVar[str] = 'record_event: {name: purchased, with: {order_id: "{{ event.order_id }}"}}'

    name: Annotated[str, Name("event")]
    with_: Annotated[tuple[tuple[str, Text], ...], Properties("name")] = ()

    def target(self) -> str:
        return self.name

    def tells(self) -> str:
        beside = ", ".join(f"{name}: {value.says()}" for name, value in self.with_)
        return f"record {self.name}{f' ({beside})' if beside else ''}, as if the contact had done it"

    def brief(self) -> str:
        return f"record {self.name}"

    def do(self, hand: Hand) -> None:
        scope = hand.view.scope()
        hand.record_event(self.name, {key: value.value(scope) for key, value in self.with_})
