"""What `received` and `entered` have in common: counting what we ourselves brought about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from autoflow.kinds.base import Condition, Lack, Topic
from autoflow.kinds.conditions.did import Did
from autoflow.kinds.fields import Times
from autoflow.kinds.memory import Memory
from autoflow.kinds.view import View
from autoflow.kinds.where import Where
from autoflow.model.durations import Duration
from autoflow.model.values import Value


@dataclass(frozen=True, kw_only=True)
class Counted(Condition):
    """Counts the events called `event` that `narrowed` lets through, as `did` does."""

    event: ClassVar[str]

    at_least: Annotated[int | None, Times()] = None
    within_last: Duration | None = None

    @property
    def narrowed(self) -> Where:
        """Which of the events count."""
        raise NotImplementedError

    def thing(self) -> str:
        """What is counted, in plain words."""
        raise NotImplementedError

    def wanting(self) -> str:
        """What would have to happen, in plain words."""
        raise NotImplementedError

    @cached_property
    def as_deed(self) -> Did:
        """The same as what the contact has done, or had done to him."""
        return Did(did=self.event, where=self.narrowed, at_least=self.at_least, within_last=self.within_last)

    def topics(self) -> frozenset[Topic]:
        return self.as_deed.topics()

    def memories(self) -> tuple[Memory, ...]:
        return self.as_deed.memories()

    def settled_after(self, memory: str) -> int | None:
        return self.as_deed.settled_after(memory)

    def judge(self, view: View) -> tuple[bool, int | None]:
        return self.as_deed.judge(view)

    def seen(self, view: View) -> Value:
        return self.as_deed.seen(view)

    def seen_whole(self, view: View) -> bool:
        return self.as_deed.seen_whole(view)

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        found = self.as_deed.lacks(view, wanted=wanted)
        window = f" within {self.within_last}" if self.within_last else ""
        least = f" at least {self.at_least} times" if self.at_least and self.at_least > 1 else ""
        if wanted:
            return found._replace(words=f"{self.wanting()}{least}{window}")
        words = f"{self.thing()}, and that stays so" if found.never else f"{self.within_last} without that"
        return found._replace(words=words)

    def says(self) -> str:
        times = f" at least {self.at_least} times" if self.at_least is not None else ""
        window = f" within the last {self.within_last}" if self.within_last else ""
        return f"{self.thing()}{times}{window}"
