"""What steps bring about, as lines of the journal and as the events that conditions remember.

A line of the journal holds all that is needed to make the event again, so that a memory built later from the log
is the one that a tick would have kept. One home for both directions: the core writes, history reads back.
"""

from __future__ import annotations

from typing import Any

EMAIL_SENT, EMAIL_SKIPPED, EMAIL_HELD = "email_sent", "email_skipped", "email_held"
ENTERED, RECORDED, SCORE_ADJUSTED, SALES_NOTIFIED = "entered", "recorded", "score_adjusted", "sales_notified"
CONSENT_GIVEN, CONSENT_WITHDRAWN = "consent_given", "consent_withdrawn"
TAG_ADDED, TAG_REMOVED, ATTRIBUTE_SET = "tag_added", "tag_removed", "attribute_set"
AUDIENCE_JOINED, AUDIENCE_LEFT, STAGE_SET = "audience_joined", "audience_left", "stage_set"

REMEMBERED = (
    *(EMAIL_SENT, EMAIL_SKIPPED, ENTERED, RECORDED, SCORE_ADJUSTED, SALES_NOTIFIED),
    *(CONSENT_GIVEN, CONSENT_WITHDRAWN),
)
"""Kinds of lines that conditions may remember, as the events that `as_event` makes of them."""

CHANGES = (TAG_ADDED, TAG_REMOVED, ATTRIBUTE_SET, ENTERED, AUDIENCE_JOINED, AUDIENCE_LEFT, STAGE_SET)
"""Kinds of lines that change a record by themselves: a replay takes them as items called `$` and the kind."""

RECIPE_ENTERED = "$recipe_entered"
TAKEN_OVER = "$taken_over"
ADJUSTED = "$score_adjusted"
NOTIFIED = "$sales_notified"


def as_event(
    kind: str, subject: str, recipe: str, detail: dict[str, Any] | None
) -> tuple[str, dict[str, Any]]:
    """The name and the properties of the event that a line of one of the `REMEMBERED` kinds stands for."""
    detail = detail or {}
    match kind:
        case "recorded":
            return subject, detail.get("properties", {})
        case "entered":
            # A run that came with a visitor who turned out to be the contact was counted for the visitor.
            return (TAKEN_OVER if "merged" in detail else RECIPE_ENTERED), {"recipe": subject}
        case "score_adjusted":
            return ADJUSTED, {"score": subject, "points": detail["points"]}
        case "sales_notified":
            return NOTIFIED, {"channel": subject}
        case "consent_given" | "consent_withdrawn":
            return kind, {"topic": subject}
    return kind, {"template": subject, "recipe": recipe, **detail}
