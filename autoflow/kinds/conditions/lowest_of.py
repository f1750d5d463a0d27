"""`lowest_of`: the lowest number that events brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.fields import PropertyPath
from autoflow.kinds.measures import Peak


@dataclass(frozen=True, kw_only=True)
class LowestOf(Peak):
    """Holds while the lowest value of an event's property passes the number operator beside it.

    There is none without events that have the number, and then only complements hold.
    """

    word: ClassVar[str] = "lowest_of"
    example: ClassVar[str] = "{lowest_of: purchased.total, within_last: 90 days, less_than: 10}"
    named: ClassVar[str] = "the lowest"
    highest: ClassVar[bool] = False

    lowest_of: Annotated[str, PropertyPath()]

    @property
    def path(self) -> str:
        return self.lowest_of
