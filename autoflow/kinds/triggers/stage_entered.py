"""`stage_entered`: the contact has come to a stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Condition, Topic, Trigger
from autoflow.kinds.conditions.stage import InStage
from autoflow.kinds.fields import Name


@dataclass(frozen=True)
class StageEntered(Trigger):
    """Starts when the contact is moved to the stage."""

    word: ClassVar[str] = "stage_entered"
    short: ClassVar[str] = "stage"
    example: ClassVar[str] = "stage_entered: repeat buyer"

    stage: Annotated[str, Name("stage")]

    def says(self) -> str:
        return f"the contact comes to the stage {self.stage}"

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self.stage)})

    def surely(self) -> Condition:
        return InStage((self.stage,))
