"""`different_values_of`: how many different values events brought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Finding
from autoflow.kinds.fields import PropertyPath
from autoflow.kinds.measures import Measure, Measured
from autoflow.kinds.memory import Memory
from autoflow.kinds.values_kept import MOST_DIFFERENT, DistinctValues
from autoflow.kinds.view import View
from autoflow.model.contact import Distinct
from autoflow.model.durations import Duration
from autoflow.model.values import MILLION


@dataclass(frozen=True, kw_only=True)
class DifferentValuesOf(Measure):
    """Holds while the number of different values of an event's property passes the number operator beside it.

    Text counts once however it is capitalised. At most 1,000 are told apart.
    """

    word: ClassVar[str] = "different_values_of"
    example: ClassVar[str] = "{different_values_of: page_visited.path, within_last: 7 days, at_least: 3}"
    named: ClassVar[str] = "the number of different values of"
    adds_up: ClassVar[bool] = True

    different_values_of: Annotated[str, PropertyPath(any_type=True)]

    @property
    def path(self) -> str:
        return self.different_values_of

    def memory(self, window: Duration | None) -> Memory:
        by_calendar = window is not None and window.fixed is None
        return DistinctValues((self.event,), self.where, self.measured, self._depth(), by_calendar)

    def _depth(self) -> int:
        """One more than the largest number asked about tells everything there is to tell."""
        asked = self.test.asked()
        return min(MOST_DIFFERENT + 1, max(asked) // MILLION + 2) if asked else MOST_DIFFERENT + 1

    def measure(self, memory: Memory, view: View) -> Measured:
        cell = view.cell(memory.key)
        if not isinstance(cell, Distinct):
            return 0, None
        window = self.within_last
        if window is None:
            return len(cell.last) * MILLION, None
        ends = [max(window.window_end(at, view.zone) for at in seen) for seen in cell.last.values()]
        ahead = [end for end in ends if end > view.now]
        return len(ahead) * MILLION, min(ahead, default=None)

    def so_much(self, more: str) -> str:
        return f"{more} different value{'' if more.startswith('1 ') else 's'} of {self.path}"

    def findings(self) -> Iterator[Finding]:  # type: ignore[override]
        if any(asked > MOST_DIFFERENT * MILLION for asked in self.test.asked()):
            message = f"At most {MOST_DIFFERENT:,} different values are told apart."
            yield Finding(self.test.word, "value", message, "Ask for fewer.")
