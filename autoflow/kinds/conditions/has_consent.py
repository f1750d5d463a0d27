"""`has_consent`: whether the contact agreed to be written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import CONSENT, Condition, Lack, Topic
from autoflow.kinds.fields import Name
from autoflow.kinds.view import View
from autoflow.model.values import Value

EVERYTHING = "*"
ANY = "any"


@dataclass(frozen=True)
class HasConsent(Condition):
    """Holds while the contact has agreed to the topic, or to everything, and has not taken it back.

    `has_consent: any` asks for consent to anything at all. What `sending.consent` lets through without a word of
    the contact's is no consent.
    """

    word: ClassVar[str] = "has_consent"
    example: ClassVar[str] = "{has_consent: news}"

    has_consent: Annotated[str, Name("topic")]

    def topics(self) -> frozenset[Topic]:
        return frozenset({(CONSENT, EVERYTHING)})

    def holds(self, view: View) -> bool:
        given, refused, topic = view.record.consent, view.record.refused, self.has_consent
        if EVERYTHING in refused:
            return False
        if topic == ANY:
            return bool(given)
        return topic not in refused and (topic in given or EVERYTHING in given)

    def seen(self, view: View) -> Value:
        return {"given": sorted(view.record.consent), "refused": sorted(view.record.refused)}

    def seen_at(self, view: View) -> int | None:
        record = view.record
        if self.holds(view):
            given = record.consent
            topics = given if self.has_consent == ANY else (self.has_consent, EVERYTHING)
        else:
            given, topics = record.refused, (self.has_consent, EVERYTHING)
        return max((given[topic] for topic in topics if topic in given), default=None)

    def lacks(self, view: View, *, wanted: bool = True) -> Lack:
        what = "anything" if self.has_consent == ANY else f'"{self.has_consent}"'
        return Lack(f"consent to {what} would have to be {'given' if wanted else 'taken back'}")

    def says(self) -> str:
        return "has agreed to anything" if self.has_consent == ANY else f'has agreed to "{self.has_consent}"'
