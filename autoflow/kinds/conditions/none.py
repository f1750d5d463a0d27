"""`none`: not one of a list of conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.groups import Group


@dataclass(frozen=True)
class NoneOf(Group):
    """Holds while no condition in the list holds: the exact complement of `any`."""

    word: ClassVar[str] = "none"
    short: ClassVar[str] = "conditions"
    example: ClassVar[str] = "none:\n  - {has_tag: do not contact}"
    joined_by: ClassVar[str] = " or "
    opening: ClassVar[str] = "not "
    decisive: ClassVar[bool] = True
    decided: ClassVar[bool] = False
