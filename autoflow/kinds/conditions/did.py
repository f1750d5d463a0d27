"""`did`: the contact has done something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.deeds import Deed, EventName


@dataclass(frozen=True, kw_only=True)
class Did(Deed):
    """Holds while the contact has done it: at least once, or as often as the operators ask.

    In `goal` and `exit`, without a window, it means since the run's start.
    """

    word: ClassVar[str] = "did"
    example: ClassVar[str] = "{did: purchased, at_least: 2 times, within_last: 90 days}"

    did: EventName

    @property
    def event(self) -> str:
        return self.did
