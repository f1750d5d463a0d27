"""`adjust_score`: give or take points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name, Number
from autoflow.kinds.hand import Hand
from autoflow.kinds.memory import Memory
from autoflow.kinds.scores import Score
from autoflow.model.values import from_millionths, plain


@dataclass(frozen=True)
class AdjustScore(Action):
    """Adds points to a score, or takes them away where the number is negative."""

    word: ClassVar[str] = "adjust_score"
    example: ClassVar[str] = "adjust_score: {score: lead, by: 10}"

    score: Annotated[Score, Name("score")]
    by: Annotated[int, Number()]

    def target(self) -> str:
        return self.score.name

    def memories(self) -> tuple[Memory, ...]:
        return (self.score,)

    def tells(self) -> str:
        points = plain(from_millionths(abs(self.by)))
        if self.by < 0:
            return f'take {points} points off the score "{self.score.name}"'
        return f'add {points} points to the score "{self.score.name}"'

    def do(self, hand: Hand) -> None:
        hand.adjust_score(self.score.name, self.by)
