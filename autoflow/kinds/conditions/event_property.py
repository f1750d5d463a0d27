"""`event_property`: what the event that started the run brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import ZONE, Condition, Lack, Topic
from autoflow.kinds.fields import Operators
from autoflow.kinds.lacking import of_value
from autoflow.kinds.operators import WINDOWS, Test
from autoflow.kinds.said import denied
from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(frozen=True)
class EventProperty(Condition):
    """Holds while a property of the event that started the run passes the operator beside it.

    Where no event started it, the property is missing.
    """

    word: ClassVar[str] = "event_property"
    example: ClassVar[str] = "{event_property: total, at_least: 80}"
    subject: ClassVar[str] = ""
    of_run: ClassVar[bool] = True

    event_property: str
    test: Annotated[Test, Operators("event_property", subject="event_property")]

    def topics(self) -> frozenset[Topic]:
        return frozenset({ZONE}) if self.test.word in WINDOWS else frozenset()

    def judge(self, view: View) -> tuple[bool, int | None]:
        value = self.seen(view)
        return self.test.holds(value, view), self.test.next_change(value, view)

    def seen(self, view: View) -> Value:
        return (view.event or {}).get(self.event_property)

    def misses(self, view: View) -> bool:
        return self.test.misses(self.seen(view), view)

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        subject = f"{self.event_property} of the event"
        return of_value(subject, self.test, self.seen(view), view, wanted=wanted)

    def says(self) -> str:
        return f"{self.event_property} of the event {self.test.says()}"

    def denied(self) -> str:
        return f"{self.event_property} of the event {denied(self.test.says())}"
