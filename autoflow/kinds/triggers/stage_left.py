"""`stage_left`: the contact has left a stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Condition, Topic, Trigger
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.conditions.stage import InStage
from autoflow.kinds.fields import Name


@dataclass(frozen=True)
class StageLeft(Trigger):
    """Starts when the contact is moved from the stage to another."""

    word: ClassVar[str] = "stage_left"
    short: ClassVar[str] = "stage"
    example: ClassVar[str] = "stage_left: prospect"

    stage: Annotated[str, Name("stage")]

    def says(self) -> str:
        return f"the contact leaves the stage {self.stage}"

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self.stage)})

    def surely(self) -> Condition:
        return NoneOf((InStage((self.stage,)),))
