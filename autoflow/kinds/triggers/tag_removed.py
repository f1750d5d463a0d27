"""`tag_removed`: the contact was freed of a tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Topic, Trigger
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
