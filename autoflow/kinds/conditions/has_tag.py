"""`has_tag`: whether the contact carries a tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import TAG, Condition, Lack, Topic
from autoflow.kinds.fields import Name
from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(frozen=True)
class HasTag(Condition):
    """Holds while the contact carries the tag."""

    word: ClassVar[str] = "has_tag"
    example: ClassVar[str] = "{has_tag: vip}"

    has_tag: Annotated[str, Name("tag")]

    def topics(self) -> frozenset[Topic]:
        return frozenset({(TAG, self.has_tag)})

    def holds(self, view: View) -> bool:
        return self.has_tag in view.record.tags

    def seen(self, view: View) -> Value:
        return self.holds(view)

    def seen_at(self, view: View) -> int | None:
        return view.record.tags.get(self.has_tag)

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        return Lack(f'the tag "{self.has_tag}" would have to be {"put on" if wanted else "taken off"}')

    def says(self) -> str:
        return f'has the tag "{self.has_tag}"'

    def denied(self) -> str:
        return f'does not have the tag "{self.has_tag}"'
