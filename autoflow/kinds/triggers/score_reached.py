"""`score_reached`: the contact has come to so many points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Condition, Topic, Trigger
from autoflow.kinds.conditions.score import ScoreIs
from autoflow.kinds.fields import Name, Number
from autoflow.kinds.memory import Memory
from autoflow.kinds.operators import Test
from autoflow.kinds.scores import Score
from autoflow.model.values import from_millionths


@dataclass(frozen=True)
class ScoreReached(Trigger):
    """Starts when a score comes up to so many points, and again after each fall below them."""

    word: ClassVar[str] = "score_reached"
    example: ClassVar[str] = "score_reached: {score: lead, at_least: 50}"

    score: Annotated[Score, Name("score")]
    at_least: Annotated[int, Number()]

    def says(self) -> str:
        return f'the score "{self.score.name}" comes up to {from_millionths(self.at_least)}'

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, f"{self.score.name} {from_millionths(self.at_least)}")})

    def memories(self) -> tuple[Memory, ...]:
        return (self.score,)

    def watched(self) -> Condition:
        return ScoreIs(score=self.score, test=Test("at_least", from_millionths(self.at_least), "number"))

    def surely(self) -> Condition:
        return self.watched()

    def beside(self) -> tuple[str, ...]:
        return ("Again after each fall below that.",)
