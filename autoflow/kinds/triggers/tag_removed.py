"""`tag_removed`: the contact was freed of a tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Condition, Topic, Trigger
from autoflow.kinds.conditions.has_tag import HasTag
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.fields import Name


@dataclass(frozen=True)
class TagRemoved(Trigger):
    """Starts when a step takes the tag off the contact."""

    word: ClassVar[str] = "tag_removed"
    short: ClassVar[str] = "tag"
    example: ClassVar[str] = "tag_removed: vip"

    tag: Annotated[str, Name("tag")]

    def says(self) -> str:
        return f'the tag "{self.tag}" is taken off'

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self.tag)})

    def surely(self) -> Condition:
        return NoneOf((HasTag(self.tag),))
