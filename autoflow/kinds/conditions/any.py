"""`any`: at least one of a list of conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from autoflow.kinds.groups import Group


@dataclass(frozen=True)
class Any(Group):
    """Holds while at least one condition in the list holds."""

    word: ClassVar[str] = "any"
    short: ClassVar[str] = "conditions"
    example: ClassVar[str] = "any:\n  - {has_tag: vip}\n  - {did: purchased, at_least: 5 times}"
    joined_by: ClassVar[str] = " or "
    decisive: ClassVar[bool] = True
    decided: ClassVar[bool] = True
