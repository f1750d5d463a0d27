"""`wait`: let time pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.base import Action, Hand, Wait
from autoflow.model.durations import Duration


@dataclass(frozen=True)
class WaitFor(Action):
    """Waits. Hours and minutes are elapsed time; days and longer keep the clock time in the contact's zone.

    Who changes zone meanwhile is waited for by his new clock.
    """

    word: ClassVar[str] = "wait"
    short: ClassVar[str] = "duration"
    example: ClassVar[str] = "wait: 2 days"

    duration: Duration

    def target(self) -> str:
        return str(self.duration)

    def by_local_clock(self) -> bool:
        return bool(self.duration.months or self.duration.days)

    def do(self, hand: Hand) -> Wait:
        return Wait(self.duration.after(hand.view.now, hand.view.zone))
