"""What `all`, `any` and `none` have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from autoflow.kinds.base import Condition, Lack, Topic
from autoflow.kinds.memory import Memory
from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(frozen=True)
class Group(Condition):
    """A list of conditions that count as one."""

    joined_by: ClassVar[str]
    decisive: ClassVar[bool]
    decided: ClassVar[bool]
    opening: ClassVar[str] = ""

    conditions: tuple[Condition, ...]

    def topics(self) -> frozenset[Topic]:
        return frozenset().union(*(condition.topics() for condition in self.conditions))

    def memories(self) -> tuple[Memory, ...]:
        return tuple(memory for condition in self.conditions for memory in condition.memories())

    def seen(self, view: View) -> Value:
        return [[part.says(), part.holds(view), part.seen(view)] for part in self.conditions]

    def settled_after(self, memory: str) -> int | None:
        counts = [
            part.settled_after(memory)
            for part in self.conditions
            if any(memory == each.key for each in part.memories())
        ]
        return None if None in counts else max((count for count in counts if count is not None), default=None)

    def judge(self, view: View) -> tuple[bool, int | None]:
        """One part that says `decisive` decides, and until it changes nothing else matters."""
        soonest: int | None = None
        for condition in self.conditions:
            holds, change = condition.judge(view)
            if holds is self.decisive:
                return self.decided, change
            if change is not None and (soonest is None or change < soonest):
                soonest = change
        return not self.decided, soonest

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        """Of one part that would decide, or of all that decide otherwise now."""
        one_of = wanted is self.decided
        asked = self.decisive if one_of else not self.decisive
        found = [part.lacks(view, wanted=asked) for part in self.conditions if part.holds(view) is not asked]
        shares = [each.share for each in found if each.share is not None]
        share = max(shares, default=None) if one_of or len(found) == 1 else None
        never = (all if one_of else any)(each.never for each in found)
        return Lack((", or " if one_of else ", and ").join(each.words for each in found), share, never)

    def since_start(self) -> Self:
        return replace(self, conditions=tuple(condition.since_start() for condition in self.conditions))

    def parts(self) -> tuple[Condition, ...]:
        return self.conditions

    def says(self) -> str:
        if len(self.conditions) == 1:
            return self.conditions[0].denied() if self.opening else self.conditions[0].says()
        return f"{self.opening}({self.joined_by.join(condition.says() for condition in self.conditions)})"

    def denied(self) -> str:
        said = self.says()
        if len(self.conditions) == 1:
            return self.conditions[0].says() if self.opening else self.conditions[0].denied()
        return said.removeprefix(self.opening) if self.opening else f"not {said}"

    def clause(self, *, holds: bool = True) -> str:
        wanted = holds is not bool(self.opening)
        if len(self.conditions) == 1:
            return self.conditions[0].clause(holds=wanted)
        return f"{'' if wanted else 'not '}({self.joined_by.join(each.clause() for each in self.conditions)})"
