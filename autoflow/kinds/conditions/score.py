"""`score`: how many points the contact has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import MEMORY, Condition, Lack, Topic
from autoflow.kinds.fields import Name, Operators
from autoflow.kinds.lacking import of_number
from autoflow.kinds.memory import Memory
from autoflow.kinds.operators import Test
from autoflow.kinds.said import denied
from autoflow.kinds.scores import Score
from autoflow.kinds.view import View
from autoflow.model.values import Value, from_millionths


@dataclass(frozen=True, kw_only=True)
class ScoreIs(Condition):
    """Holds while a score of autoflow.yaml passes the number operator beside it."""

    word: ClassVar[str] = "score"
    example: ClassVar[str] = "{score: lead, at_least: 50}"
    subject: ClassVar[str] = ""

    score: Annotated[Score, Name("score")]
    test: Annotated[Test, Operators("number")]

    def topics(self) -> frozenset[Topic]:
        return frozenset({(MEMORY, self.score.key)})

    def memories(self) -> tuple[Memory, ...]:
        return (self.score,)

    def judge(self, view: View) -> tuple[bool, int | None]:
        holds = self.test.passes(self.score.value(view), view)
        changes = [
            self.score.next_change(view, lambda value, at=asked: (value > at) - (value < at))  # type: ignore[misc]
            for asked in self.test.thresholds(view)
        ]
        return holds, min((change for change in changes if change is not None), default=None)

    def seen(self, view: View) -> Value:
        return from_millionths(self.score.value(view))

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        def points(more: str) -> str:
            return f'{more} of the score "{self.score.name}"'

        subject, seen = f'the score "{self.score.name}"', self.score.value(view)
        return of_number(points, self.test, seen, view, wanted=wanted, subject=subject)

    def says(self) -> str:
        return f'the score "{self.score.name}" {self.test.says()}'

    def denied(self) -> str:
        return f'the score "{self.score.name}" {denied(self.test.says())}'
