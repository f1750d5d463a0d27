"""`all`: every one of a list of conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.groups import Group


@dataclass(frozen=True)
class All(Group):
    """Holds while every condition in the list holds."""

    word: ClassVar[str] = "all"
    short: ClassVar[str] = "conditions"
    example: ClassVar[str] = "all:\n  - {has_tag: vip}\n  - {attribute: country, is: Germany}"
    joined_by: ClassVar[str] = " and "
    decisive: ClassVar[bool] = False
    decided: ClassVar[bool] = False
