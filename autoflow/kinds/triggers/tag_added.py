"""`tag_added`: the contact was given a tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Condition, Topic, Trigger
from autoflow.kinds.conditions.has_tag import HasTag
from autoflow.kinds.fields import Name


@dataclass(frozen=True)
class TagAdded(Trigger):
    """Starts when a step puts the tag on the contact who does not carry it yet."""

    word: ClassVar[str] = "tag_added"
    short: ClassVar[str] = "tag"
    example: ClassVar[str] = "tag_added: vip"

    tag: Annotated[str, Name("tag")]

    def says(self) -> str:
        return f'the tag "{self.tag}" is put on'

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self.tag)})

    def surely(self) -> Condition:
        return HasTag(self.tag)
