"""`remove_tag`: take a tag off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name
from autoflow.kinds.hand import Hand


@dataclass(frozen=True)
class RemoveTag(Action):
    """Takes a tag off the contact."""

    word: ClassVar[str] = "remove_tag"
    short: ClassVar[str] = "tag"
    example: ClassVar[str] = "remove_tag: interested in x200"

    tag: Annotated[str, Name("tag")]

    def target(self) -> str:
        return self.tag

    def tells(self) -> str:
        return f'take the tag "{self.tag}" off the contact'

    def do(self, hand: Hand) -> None:
        hand.remove_tag(self.tag)
