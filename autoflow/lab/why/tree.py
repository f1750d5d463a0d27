"""A condition laid out as a tree, each part with its answer, what was seen and when, and what it lacks.

Nothing is judged here: every answer is that of the condition itself (P2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from autoflow.core.program import Program
from autoflow.kinds.base import SEGMENT, Condition, Lack
from autoflow.kinds.groups import Group
from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(eq=False)
class Asked:
    """A condition as it was asked. It is as it should be where it `holds` as `wanted` says.

    `seen_at` is when what it looks at was last seen; where the number that was seen is not `whole`, it is the least
    that it can be. `lacks` is what would have to be otherwise (None where nothing has to), `turns_at` when the answer
    turns without new activity, as far ahead as was looked. `parts` are those of a group; of a membership, the
    conditions of `segment`.
    """

    condition: Condition
    wanted: bool
    holds: bool
    seen: Value
    seen_at: int | None
    lacks: Lack | None
    whole: bool = True
    turns_at: int | None = None
    parts: list[Asked] = field(default_factory=list)
    segment: str = ""

    @property
    def fine(self) -> bool:
        """Whether it is as it should be."""
        return self.holds is self.wanted

    @property
    def grouped(self) -> bool:
        """Whether it groups others, and is no question of its own."""
        return bool(self.parts) and not self.segment

    def walk(self) -> Iterator[Asked]:
        """It and everything below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def missing(self) -> list[Asked]:
        """What is not as it should be: the least parts, but of alternatives the whole.

        Of a membership the conditions of its segment, where they tell more.
        """
        if self.fine:
            return []
        if not self.parts or self._alternatives():
            return [self]
        return [each for part in self.parts for each in part.missing()] or [self]

    def _alternatives(self) -> bool:
        """Whether one of several parts would be enough."""
        group = self.parts[0].condition if self.segment else self.condition
        parts = self.parts[0].parts if self.segment else self.parts
        wanted = self.parts[0].wanted if self.segment else self.wanted
        return isinstance(group, Group) and len(parts) > 1 and wanted is group.decided


def lay_out(
    condition: Condition, view: View, program: Program, *, wanted: bool = True, inside: bool = True
) -> Asked:
    """The condition and its parts; with `inside`, memberships with the conditions of their segments."""
    holds = condition.holds(view)
    asked = Asked(
        condition,
        wanted,
        holds,
        condition.seen(view),
        condition.seen_at(view),
        None if holds is wanted else condition.lacks(view, wanted=wanted),
        condition.seen_whole(view),
    )
    if isinstance(condition, Group):
        # In `none` a part is to be what the group is not.
        below = wanted is (condition.decided is condition.decisive)
        asked.parts = [
            lay_out(part, view, program, wanted=below, inside=inside) for part in condition.conditions
        ]
    elif inside:
        _look_into(asked, view, program)
    return asked


def _look_into(asked: Asked, view: View, program: Program) -> None:
    """The conditions of the one segment that a membership asks about."""
    topics = [topic for topic in asked.condition.topics() if topic[0] == SEGMENT]
    segment = program.segment(topics[0][1]) if len(topics) == 1 else None
    if segment is not None:
        outside = View(view.record, view.now, view.project_zone)
        asked.segment = segment.id
        asked.parts = [lay_out(segment.condition, outside, program, wanted=asked.wanted, inside=False)]
