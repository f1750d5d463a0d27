"""`did_not`: the contact has not done something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.deeds import Deed, EventName


@dataclass(frozen=True, kw_only=True)
class DidNot(Deed):
    """The exact complement of `did` with the same words beside it."""

    word: ClassVar[str] = "did_not"
    example: ClassVar[str] = "{did_not: purchased, within_last: 90 days}"
    negated: ClassVar[bool] = True

    did_not: EventName

    @property
    def event(self) -> str:
        return self.did_not
