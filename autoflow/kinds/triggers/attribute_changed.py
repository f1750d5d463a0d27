"""`attribute_changed`: something known of the contact has another value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Condition, Signal, Topic, Trigger
from autoflow.kinds.conditions.attribute import Attribute
from autoflow.kinds.fields import Name, OneOrMore
from autoflow.kinds.operators import Test
from autoflow.kinds.view import View


@dataclass(frozen=True)
class AttributeChanged(Trigger):
    """Starts when an attribute changes its value, by whom it may be; `from` and `to` narrow that down.

    Where nothing was known before there is no value that it changed from, and where it is unset none that it
    changed to.
    """

    word: ClassVar[str] = "attribute_changed"
    short: ClassVar[str] = "attribute"
    example: ClassVar[str] = "attribute_changed: {attribute: account_type, to: business}"

    attribute: Annotated[str, Name("attribute")]
    from_: Annotated[Test | None, OneOrMore("attribute")] = None
    to: Annotated[Test | None, OneOrMore("attribute")] = None

    def says(self) -> str:
        sides = (("from", self.from_), ("to", self.to))
        told = [f"{side} {test.says().removeprefix('is ')}" for side, test in sides if test is not None]
        return " ".join([f"{self.attribute} changes", *told])

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self.attribute)})

    def accepts(self, signal: Signal, view: View) -> bool:
        return all(
            test is None or test.holds(signal.properties.get(side), view)
            for side, test in (("from", self.from_), ("to", self.to))
        )

    def surely(self) -> Condition | None:
        return Attribute(attribute=self.attribute, test=self.to) if self.to is not None else None
