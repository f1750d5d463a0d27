"""`stage`: where the contact stands on his way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import STAGE, Condition, Lack, Topic
from autoflow.kinds.fields import Name
from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(frozen=True)
class InStage(Condition):
    """Holds while the contact stands at the stage, or at one of several."""

    word: ClassVar[str] = "stage"
    example: ClassVar[str] = "{stage: [first-time buyer, repeat buyer]}"

    stage: Annotated[tuple[str, ...], Name("stage")]

    def topics(self) -> frozenset[Topic]:
        return frozenset({(STAGE, "")})

    def holds(self, view: View) -> bool:
        return view.record.stage in self.stage

    def seen(self, view: View) -> Value:
        return view.record.stage or None

    def misses(self, view: View) -> bool:
        return not view.record.stage

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        there = " or ".join(self.stage)
        return Lack(f"would have to stand at {'' if wanted else 'another stage than '}{there}")

    def says(self) -> str:
        return f"stands at the stage {' or '.join(self.stage)}"

    def lacking(self, *, holds: bool) -> str:
        return "" if holds else "stands at no stage"
