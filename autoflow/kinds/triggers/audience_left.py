"""`audience_left`: the contact was taken out of an audience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Condition, Topic, Trigger
from autoflow.kinds.conditions.in_audience import InAudience
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.fields import Name


@dataclass(frozen=True)
class AudienceLeft(Trigger):
    """Starts when the contact goes out of the audience."""

    word: ClassVar[str] = "audience_left"
    short: ClassVar[str] = "audience"
    example: ClassVar[str] = "audience_left: x200-visitors"

    audience: Annotated[str, Name("audience")]

    def says(self) -> str:
        return f'the contact leaves the audience "{self.audience}"'

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self.audience)})

    def surely(self) -> Condition:
        return NoneOf((InAudience(self.audience),))
