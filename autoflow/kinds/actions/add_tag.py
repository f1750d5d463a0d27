"""`add_tag`: tag the contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name
from autoflow.kinds.hand import Hand


@dataclass(frozen=True)
class AddTag(Action):
    """Puts a tag on the contact."""

    word: ClassVar[str] = "add_tag"
    short: ClassVar[str] = "tag"
    example: ClassVar[str] = "add_tag: interested in x200"

    tag: Annotated[str, Name("tag")]

    def target(self) -> str:
        return self.tag

    def tells(self) -> str:
        return f'put the tag "{self.tag}" on the contact'

    def do(self, hand: Hand) -> None:
        hand.add_tag(self.tag)
