"""`highest_of`: the highest number that events brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.fields import PropertyPath
from autoflow.kinds.measures import Peak


@dataclass(frozen=True, kw_only=True)
class HighestOf(Peak):
    """Holds while the highest value of an event's property passes the number operator beside it.

    There is none without events that have the number, and then only complements hold.
    """

    word: ClassVar[str] = "highest_of"
    example: ClassVar[str] = "{highest_of: purchased.total, at_least: 200}"
    named: ClassVar[str] = "the highest"
    highest: ClassVar[bool] = True

    highest_of: Annotated[str, PropertyPath()]

    @property
    def path(self) -> str:
        return self.highest_of
