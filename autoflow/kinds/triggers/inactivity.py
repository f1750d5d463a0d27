"""`inactivity`: the contact has been silent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from autoflow.kinds.base import ANY_OWN_DOING, MEMORY, ZONE, Condition, Topic, Trigger
from autoflow.kinds.conditions.all import All
from autoflow.kinds.conditions.did_not import DidNot
from autoflow.kinds.fields import Name
from autoflow.kinds.memory import LastTimes, Memory
from autoflow.kinds.view import View
from autoflow.model.contact import Times
from autoflow.model.durations import Duration
from autoflow.model.values import Value


@dataclass(frozen=True)
class Inactivity(Trigger):
    """Starts when none of the events has occurred for the whole time, once for each silence.

    Without `of`, anything of the contact's own doing breaks the silence: visits, purchases, opens, clicks; not
    what we send and not bounces. Who never did it counts from when he was first known.
    """

    word: ClassVar[str] = "inactivity"
    example: ClassVar[str] = "inactivity: {for: 30 days, of: [page_visited, purchased]}"

    for_: Duration
    of: Annotated[tuple[str, ...], Name("event")] = ()

    def says(self) -> str:
        what = f"done none of {', '.join(self.of)}" if self.of else "done nothing"
        if len(self.of) == 1:
            what = f"not done {self.of[0]}"
        return f"the contact has {what} for {self.for_}"

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self._heard)})

    def memories(self) -> tuple[Memory, ...]:
        return (self._memory,)

    def topics(self) -> frozenset[Topic]:
        own = (MEMORY, self._memory.key)
        return frozenset({own, ZONE}) if self.for_.months else frozenset({own})

    @cached_property
    def _memory(self) -> LastTimes:
        return LastTimes(self.of or (ANY_OWN_DOING,))

    def fires_at(self, view: View, after: int) -> int | None:
        since = self._silent_since(view)
        due = self.for_.window_end(since, view.zone)
        return due if due > after and view.record.fired.get(f"{self.word}:{self._heard}") != since else None

    def mark(self, view: View) -> Value:
        return self._silent_since(view)

    def family(self) -> str:
        return f"{self.word}:{self._memory.key} "

    @cached_property
    def _heard(self) -> str:
        return f"{self._memory.key} {self.for_}"

    def _silent_since(self, view: View) -> int:
        cell = view.cell(self._memory.key)
        return cell.times[-1] if isinstance(cell, Times) and cell.times else view.record.first_known

    def surely(self) -> Condition | None:
        silent = tuple(DidNot(did_not=event, within_last=self.for_) for event in self.of)
        return All(silent) if silent else None

    def beside(self) -> tuple[str, ...]:
        doing = "" if self.of else "Whatever he does himself breaks it; what he is sent does not."
        since = "Once for each silence. Whoever never did it counts from when he was first known."
        return (doing, since) if doing else (since,)
