"""`set_attribute`: write down something about the contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Assignments
from autoflow.kinds.hand import Hand
from autoflow.kinds.text import Text


@dataclass(frozen=True)
class SetAttribute(Action):
    """Sets one attribute or several; a placeholder may give the value."""

    word: ClassVar[str] = "set_attribute"
    short: ClassVar[str] = "values"
    example: ClassVar[str] = 'set_attribute: {last_order: "{{ event.order_id }}"}'

    values: Annotated[tuple[tuple[str, Text], ...], Assignments()]

    def target(self) -> str:
        return ",".join(name for name, _ in self.values)

    def tells(self) -> str:
        said = [
            f"empty {name}" if value.source is None else f"set {name} to {value.says()}"
            for name, value in self.values
        ]
        return " and ".join(said)

    def do(self, hand: Hand) -> None:
        scope = hand.view.scope()
        filled = [(name, value.value(scope)) for name, value in self.values]
        for name, value in filled:
            hand.set_attribute(name, value)
