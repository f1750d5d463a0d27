"""`all`: every one of a list of conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.groups import Group
from autoflow.kinds.view import View


@dataclass(frozen=True)
class All(Group):
    """Holds while every condition in the list holds."""

    word: ClassVar[str] = "all"
    short: ClassVar[str] = "conditions"
    example: ClassVar[str] = "all:\n  - {has_tag: vip}\n  - {attribute: country, is: Germany}"
    joined_by: ClassVar[str] = " and "

    def holds(self, view: View) -> bool:
        for condition in self.conditions:  # noqa: SIM110 - a loop is a third faster here than a generator
            if not condition.holds(view):
                return False
        return True
