"""`exit`: end the run here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.hand import Hand, Leave
from autoflow.model.effects import EXITED


@dataclass(frozen=True)
class Exit(Action):
    """Ends the run; it counts as exited. `reason` says why, in reports."""

    word: ClassVar[str] = "exit"
    short: ClassVar[str] = "reason"
    example: ClassVar[str] = "exit: not a fit"
    ends: ClassVar[bool] = True

    reason: str = ""

    def target(self) -> str:
        return self.reason

    def tells(self) -> str:
        return f"end it here: {self.reason}" if self.reason else "end it here"

    def brief(self) -> str:
        return f"leave: {self.reason}" if self.reason else "leave"

    def beside(self) -> tuple[str, ...]:
        return ("He counts as having left without success.",)

    def do(self, hand: Hand) -> Leave:
        return Leave(EXITED, self.reason)
