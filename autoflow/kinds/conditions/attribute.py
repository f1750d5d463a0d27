"""`attribute`: what is known of the contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import ATTRIBUTE, ZONE, Condition, Lack, Topic
from autoflow.kinds.fields import Name, Operators
from autoflow.kinds.lacking import of_value
from autoflow.kinds.operators import WINDOWS, Test
from autoflow.kinds.said import denied
from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(frozen=True)
class Attribute(Condition):
    """Holds while an attribute passes the operator beside it."""

    word: ClassVar[str] = "attribute"
    example: ClassVar[str] = "{attribute: country, in: [Germany, Austria]}"
    subject: ClassVar[str] = ""

    attribute: Annotated[str, Name("attribute")]
    test: Annotated[Test, Operators("attribute", subject="attribute")]

    def topics(self) -> frozenset[Topic]:
        own = (ATTRIBUTE, self.attribute)
        return frozenset({own, ZONE}) if self.test.word in WINDOWS else frozenset({own})

    def judge(self, view: View) -> tuple[bool, int | None]:
        value = view.record.known(self.attribute)
        return self.test.holds(value, view), self.test.next_change(value, view)

    def seen(self, view: View) -> Value:
        value: Value = view.record.known(self.attribute)
        return value

    def misses(self, view: View) -> bool:
        return self.test.misses(self.seen(view), view)

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        return of_value(self.attribute, self.test, self.seen(view), view, wanted=wanted)

    def says(self) -> str:
        return f"{self.attribute} {self.test.says()}"

    def denied(self) -> str:
        return f"{self.attribute} {denied(self.test.says())}"

    def lacking(self, *, holds: bool) -> str:
        return f"has no {self.attribute}" if self.test.passes_nothing(holds=holds) else ""
