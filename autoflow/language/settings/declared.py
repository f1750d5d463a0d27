"""Types that autoflow.yaml declares, and what is declared without being written: the built-in names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autoflow.kinds.operators import OF_TYPE
from autoflow.model.durations import Duration
from autoflow.model.event import PAGE_VISITED

TYPES = tuple(OF_TYPE)
TYPE_WORDS = {
    "text": "text",
    "number": "a number",
    "money": "an amount of money",
    "yes_no": "yes or no",
    "date": "a date",
    "date_time": "a date and time",
    "choice": "a choice",
    "list": "a list",
}
DAY = Duration(0, 0, 24 * 3_600_000_000)


@dataclass(frozen=True, slots=True)
class Declared:
    """The type of an attribute or property, one of `TYPES`; `choices` is empty but for a choice.

    `built_in` where autoflow declares it itself; `computed` where it works the value out, so that nobody sets it.
    """

    type: str
    choices: tuple[str, ...] = ()
    built_in: bool = False
    computed: bool = False

    def says(self) -> str:
        """The type as it is written in autoflow.yaml; of a computed attribute the type that it comes to."""
        said = f"{{choice: [{', '.join(self.choices)}]}}" if self.choices else self.type
        return f"{said} (computed)" if self.computed else said


@dataclass(frozen=True, slots=True)
class EventType:
    """An event with its properties.

    One that occurred longer than `triggers_within` before it was received starts nothing (language.md, rule 5).
    """

    properties: Mapping[str, Declared] = field(default_factory=dict)
    triggers_within: Duration = DAY
    built_in: bool = False


_TEXT = Declared("text", built_in=True)
_MAIL = {"template": _TEXT, "recipe": _TEXT}
_DECIDED = {**_MAIL, "class": _TEXT}
_TEXTS = (
    *("email", "first_name", "last_name", "phone", "company", "country", "region", "city", "postal_code"),
    *("timezone", "language", "owner_email"),
)
_PAGE = (
    *("path", "url", "title", "referrer"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
)

ATTRIBUTES: Mapping[str, Declared] = {
    **dict.fromkeys(_TEXTS, _TEXT),
    "created_at": Declared("date_time", built_in=True),
}
EVENTS: Mapping[str, EventType] = {
    name: EventType(properties, built_in=True)
    for name, properties in {
        PAGE_VISITED: dict.fromkeys(_PAGE, _TEXT),
        "email_sent": _DECIDED,
        "email_skipped": {**_DECIDED, "reason": _TEXT},
        "email_delivered": _MAIL,
        "email_opened": _MAIL,
        "email_clicked": {**_MAIL, "url": _TEXT},
        "email_bounced": {**_MAIL, "reason": _TEXT},
        "email_complained": _MAIL,
        "email_replied": _MAIL,
        "unsubscribed": {**_MAIL, "topic": _TEXT},
        "consent_given": {"topic": _TEXT},
        "consent_withdrawn": {"topic": _TEXT},
    }.items()
}
