"""`local_time`: what the contact's clock shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from autoflow.kinds.base import ZONE, Condition, Finding, Lack, Topic
from autoflow.kinds.fields import ClockSpan, Days
from autoflow.kinds.view import View
from autoflow.model.clock_times import EVERY_DAY, ClockWindow
from autoflow.model.instants import to_wall
from autoflow.model.values import Value


@dataclass(frozen=True)
class LocalTime(Condition):
    """Holds while the contact's clock shows a time between the two, on the days.

    `["22:00", "06:00"]` runs over midnight, and belongs to the day on which it begins. Without `between`, the days
    hold from midnight to midnight.
    """

    word: ClassVar[str] = "local_time"
    example: ClassVar[str] = '{local_time: {between: ["09:00", "17:00"], days: weekdays}}'
    subject: ClassVar[str] = ""

    between: Annotated[tuple[int, int], ClockSpan()] = (0, 0)
    days: Annotated[frozenset[int], Days()] = EVERY_DAY

    @cached_property
    def _window(self) -> ClockWindow:
        return ClockWindow(*self.between, self.days)

    def topics(self) -> frozenset[Topic]:
        return frozenset({ZONE})

    def judge(self, view: View) -> tuple[bool, int | None]:
        window, zone = self._window, view.zone
        return window.covers(view.now, zone) is not None, window.next_edge(view.now, zone)

    def seen(self, view: View) -> Value:
        return f"{to_wall(view.now, view.zone):%A %H:%M}"

    def findings(self) -> Iterator[Finding]:
        if self.between == (0, 0) and self.days == EVERY_DAY:
            message = "This asks neither for a time nor for a day."
            yield Finding("local_time", "missing-key", message, f"For example {self.example}")

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        other = "" if wanted else "another time than "
        return Lack(f"it would have to be {other}{self._window.says()} where the contact is")

    def says(self) -> str:
        return f"it is {self._window.says()} where the contact is"

    def denied(self) -> str:
        return f"it is not {self._window.says()} where the contact is"
