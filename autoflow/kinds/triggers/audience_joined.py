"""`audience_joined`: the contact was put into an audience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Condition, Topic, Trigger
from autoflow.kinds.conditions.in_audience import InAudience
from autoflow.kinds.fields import Name


@dataclass(frozen=True)
class AudienceJoined(Trigger):
    """Starts when the contact comes into the audience: by a step, or with the segment that it mirrors."""

    word: ClassVar[str] = "audience_joined"
    short: ClassVar[str] = "audience"
    example: ClassVar[str] = "audience_joined: x200-visitors"

    audience: Annotated[str, Name("audience")]

    def says(self) -> str:
        return f'the contact comes into the audience "{self.audience}"'

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self.audience)})

    def surely(self) -> Condition:
        return InAudience(self.audience)
