"""`notify_sales`: tell a person at our own house."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name, Rate
from autoflow.kinds.hand import Hand
from autoflow.kinds.limits import Limit, LimitOn
from autoflow.kinds.memory import LastTimes, Memory
from autoflow.kinds.operators import Test
from autoflow.kinds.text import Text
from autoflow.kinds.where import Where
from autoflow.model.inside import NOTIFIED
from autoflow.model.values import plain


@dataclass(frozen=True)
class NotifySales(Action):
    """Tells sales about the contact, over a channel of autoflow.yaml (`sales` where none is named).

    `at_most: 1 per 7 days` counts all notices about the contact on that channel.
    """

    word: ClassVar[str] = "notify_sales"
    short: ClassVar[str] = "message"
    example: ClassVar[str] = (
        'notify_sales: {to: "{{ contact.owner_email }}", message: "{{ contact.email }} wants a call."}'
    )

    message: Text
    to: Text = Text("")
    channel: Annotated[str, Name("sales channel")] = "sales"
    at_most: Annotated[Limit | None, Rate()] = None

    def target(self) -> str:
        return self.channel

    @cached_property
    def _limit(self) -> LimitOn | None:
        if self.at_most is None:
            return None
        where = Where((("channel", Test("is", self.channel, "text")),))
        return LimitOn(self.at_most, LastTimes((NOTIFIED,), where, self.at_most.most))

    def memories(self) -> tuple[Memory, ...]:
        return () if self._limit is None else (self._limit.memory,)

    def tells(self) -> str:
        whom = f"tell {self.to.says()}" if self.to.source else "tell sales"
        over = f' over "{self.channel}"' if self.channel != "sales" else ""
        return f"{whom}{over}: “{plain(self.message.source)}”"

    def brief(self) -> str:
        return f"tell {self.to.says() if self.to.source else 'sales'}"

    def beside(self) -> tuple[str, ...]:
        if self.at_most is None:
            return ()
        most = f"At most {self.at_most.most} in any {self.at_most.per} about the same contact"
        return (f'{most}, all notices over "{self.channel}" counted; one more is left out.',)

    def do(self, hand: Hand) -> None:
        scope = hand.view.scope()
        hand.notify_sales(self.channel, self.to.text(scope), self.message.text(scope), self._limit)
