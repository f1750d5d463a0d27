"""`event`: something the contact did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import EVENT, Condition, Signal, Topic, Trigger
from autoflow.kinds.conditions.did import Did
from autoflow.kinds.fields import Name
from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY, Discriminant, Where


@dataclass(frozen=True)
class EventTrigger(Trigger):
    """Starts when an event arrives, such as a purchase; `where` narrows it down by the event's properties."""

    word: ClassVar[str] = "event"
    short: ClassVar[str] = "name"
    example: ClassVar[str] = "event: {name: purchased, where: {total: {at_least: 80}}}"

    name: Annotated[str, Name("event")]
    where: Where = EVERY

    def says(self) -> str:
        return f"{self.name} comes in{self.where.says()}"

    def hears(self) -> frozenset[Topic]:
        return frozenset({(EVENT, self.name)})

    def discriminant(self) -> Discriminant | None:
        return self.where.discriminant

    def accepts(self, signal: Signal, view: View) -> bool:
        return self.where.matches(signal.properties, view)

    def surely(self) -> Condition:
        return Did(did=self.name, where=self.where)
