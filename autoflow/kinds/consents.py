"""What the triggers about consent have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import EVENT, Signal, Topic, Trigger
from autoflow.kinds.fields import Name
from autoflow.kinds.view import View

EVERYTHING = "*"


@dataclass(frozen=True)
class ConsentTrigger(Trigger):
    """Hears events about consent; one without a topic, or about everything, concerns every topic."""

    short: ClassVar[str] = "topic"
    events: ClassVar[tuple[str, ...]]

    topic: Annotated[str | None, Name("topic")] = None

    def says(self) -> str:
        what = self.topic or "anything"
        return f"consent to {what} is {'given' if 'consent_given' in self.events else 'taken back'}"

    def hears(self) -> frozenset[Topic]:
        return frozenset((EVENT, name) for name in self.events)

    def accepts(self, signal: Signal, view: View) -> bool:
        topic = str(signal.properties.get("topic") or EVERYTHING)
        return self.topic is None or topic in {self.topic, EVERYTHING}
