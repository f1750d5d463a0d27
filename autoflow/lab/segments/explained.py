"""What a segment asks, condition by condition: who fulfils each, and what each costs.

Every condition is asked about everybody (`Condition.judge`, as the engine does), and the answers are put together by
the groups themselves, once for all those whose answers are alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from autoflow.kinds.base import Condition
from autoflow.kinds.groups import Group
from autoflow.kinds.view import View
from autoflow.lab.simulation.collecting import no_collecting
from autoflow.model.contact import Record
from autoflow.store.everybody import Everybody

_MOST_ALIKE = 20_000  # different answers that are kept apart before they are summed up

_NOBODY = View(Record("", ""), 0, "UTC")


@dataclass
class Part:
    """A condition of a segment, or a group of them (`group` is its word, else empty), in plain words.

    `fulfil` counts those for whom it holds by itself, `without` those who would be members if it were left out (of the
    whole: everybody). `no_value` counts those who lack the value that it asks for; of them it `takes_in` those for
    whom that counts as if it were fulfilled, as with `is_not`, or inside `none`.
    """

    words: str
    group: str = ""
    fulfil: int = 0
    without: int = 0
    no_value: int = 0
    takes_in: int = 0
    parts: list[Part] = field(default_factory=list)

    def leaves(self) -> Iterator[Part]:
        """The conditions that are no groups."""
        if not self.group:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass
class Explained:
    """One segment at an instant, asked of so many `contacts`: its conditions as a tree.

    Besides, so many are `left_out`: nobody knows where they stand.
    """

    segment: str
    at: int
    contacts: int
    left_out: int
    whole: Part

    @property
    def members(self) -> int:
        """How many are in it."""
        return self.whole.fulfil


def explain(
    everybody: Everybody, segment: str, progress: Callable[[int, int], None] | None = None
) -> Explained:
    """Ask everybody each condition of a segment that is in force."""
    ranked = everybody.program.segment(segment)
    assert ranked is not None
    asked = _Asked(ranked.condition)
    left_out = 0
    with no_collecting():
        for record in everybody.records(progress):
            try:
                asked.ask(View(record, everybody.at, everybody.program.zone))
            except Exception:  # noqa: BLE001 - as in a tick, he alone is left out
                left_out += 1
    asked.sum_up()
    left_out += everybody.left_out
    return Explained(segment, everybody.at, asked.contacts, left_out, asked.whole)


@dataclass(frozen=True, eq=False)
class _Answer(Condition):
    """Stands for a condition that was asked, and says what it said."""

    said: list[bool]
    missing: list[bool]

    def holds(self, view: View) -> bool:
        """Whether it held for those who are counted just now."""
        return self.said[0]

    def misses(self, view: View) -> bool:
        """Whether they lacked the value."""
        return self.missing[0]


class _Node(NamedTuple):
    """A condition at its place: what stands for it, and the whole without it (None: nothing is asked then).

    `inverted`: it counts where it does not hold, being inside `none`.
    """

    part: Part
    stands: Condition
    without: Condition | None
    inverted: bool


class _Asked:
    """A condition taken apart: its leaves are asked, and the rest follows from their answers."""

    def __init__(self, condition: Condition) -> None:
        self.contacts = 0
        self._leaves: list[tuple[Condition, _Answer]] = []
        self._nodes: list[_Node] = []
        self._alike: Counter[tuple[int, int]] = Counter()
        self._whole = self._mirrored(condition)
        self.whole = self._taken_apart(condition, self._whole, inverted=False)

    def ask(self, view: View) -> None:
        """Ask one contact each condition, and whether he lacks the value."""
        said = missing = 0
        for number, (condition, _) in enumerate(self._leaves):
            if condition.judge(view)[0]:
                said |= 1 << number
            if condition.misses(view):
                missing |= 1 << number
        self.contacts += 1
        self._alike[said, missing] += 1
        if len(self._alike) >= _MOST_ALIKE:
            self.sum_up()

    def sum_up(self) -> None:
        """Count what follows from the answers so far."""
        for (said, missing), contacts in self._alike.items():
            for number, (_, answer) in enumerate(self._leaves):
                answer.said[0] = bool(said >> number & 1)
                answer.missing[0] = bool(missing >> number & 1)
            for part, stands, without, inverted in self._nodes:
                holds = stands.holds(_NOBODY)
                part.fulfil += contacts * holds
                part.without += contacts * (without is None or without.holds(_NOBODY))
                if stands.misses(_NOBODY):
                    part.no_value += contacts
                    part.takes_in += contacts * (holds is not inverted)
        self._alike.clear()

    def _mirrored(self, condition: Condition) -> Condition:
        """The same groups, over answers in the place of conditions."""
        if isinstance(condition, Group):
            return replace(condition, conditions=tuple(map(self._mirrored, condition.conditions)))
        answer = _Answer([False], [False])
        self._leaves.append((condition, answer))
        return answer

    def _taken_apart(self, condition: Condition, stands: Condition, *, inverted: bool) -> Part:
        part = Part(condition.says(), condition.word if condition.parts() else "")
        self._nodes.append(_Node(part, stands, _without(self._whole, stands), inverted))
        inside = inverted is not (
            isinstance(condition, Group) and condition.decided is not condition.decisive
        )
        for each, its in zip(condition.parts(), stands.parts(), strict=True):
            part.parts.append(self._taken_apart(each, its, inverted=inside))
        return part


def _without(condition: Condition, gone: Condition) -> Condition | None:
    """The condition with one of its parts left out; a group of which nothing is left goes as well."""
    if condition is gone:
        return None
    if not isinstance(condition, Group):
        return condition
    kept = [each for part in condition.conditions if (each := _without(part, gone)) is not None]
    return replace(condition, conditions=tuple(kept)) if kept else None
