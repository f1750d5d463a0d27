"""`set_stage`: move the contact to a stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name
from autoflow.kinds.hand import Hand


@dataclass(frozen=True)
class SetStage(Action):
    """Moves the contact to a stage of autoflow.yaml, forwards or back."""

    word: ClassVar[str] = "set_stage"
    short: ClassVar[str] = "stage"
    example: ClassVar[str] = "set_stage: repeat buyer"

    stage: Annotated[str, Name("stage")]

    def target(self) -> str:
        return self.stage

    def tells(self) -> str:
        return f'move the contact to the stage "{self.stage}"'

    def do(self, hand: Hand) -> None:
        hand.set_stage(self.stage)
