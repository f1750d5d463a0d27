"""JSON Schemas of recipes and segments for editors, with the project's own names as completions."""

from __future__ import annotations

from autoflow.language.schema import values
from autoflow.language.schema.fields import CONDITIONS, STEPS
from autoflow.language.schema.kinds import WordSchemas
from autoflow.language.schema.names import Known
from autoflow.language.schema.values import Schema, keys, listed, offered, one_of, told
from autoflow.language.segment import SEGMENT_KINDS

DRAFT = "http://json-schema.org/draft-07/schema#"
_CLOCK = values.CLOCK
QUIET_HOURS = told(
    "Between these times of the contact's clock no marketing mail goes out.",
    keys(
        {"from": told("When they begin.", _CLOCK), "to": told("When they end.", _CLOCK)},
        required=["from", "to"],
    ),
)
MAIL_LIMIT = told(
    "At most so much marketing mail for one contact, in any stretch of that length.",
    keys(
        {
            "emails": told("How many.", {"type": "integer", "minimum": 1, "maximum": 100}),
            "per": told("In which time, such as 7 days.", values.DURATION),
        },
        required=["emails", "per"],
    ),
)
_MAYBE_CONDITIONS = listed({"$ref": "#/definitions/condition"})
_SENDING = keys(
    {
        "quiet_hours": QUIET_HOURS,
        "if_quiet": told(
            "Whether a mail waits for the end of the quiet hours, or is skipped.", one_of(["wait", "skip"])
        ),
        "at_most": MAIL_LIMIT,
        "if_over": told(
            "Whether a mail waits until the cap is free, or is skipped.", one_of(["wait", "skip"])
        ),
        "hold_up_to": told("For how long a mail is held at most.", values.DURATION),
    }
)
_REENTRY = values.pattern(
    rf"never|always|after {values.DURATION['pattern'][2:-2]}", "Write never, always, or after 30 days."
)
_PER = values.pattern(r"event\.[^.]+", "Name a property of the event that starts the recipe: event.order_id.")
_PRIORITY: Schema = {"type": "integer", "minimum": -1000, "maximum": 1000}


def document(description: str, shape: Schema, definitions: dict[str, Schema]) -> Schema:
    """A whole schema, as it is written into a file. It has no title: editors offer that as a completion."""
    return {"$schema": DRAFT, "description": description, **shape, "definitions": definitions}


def recipe_schema(known: Known) -> Schema:
    """The schema of `recipes/*.yaml`."""
    triggers: Schema = {
        "anyOf": [{"$ref": "#/definitions/trigger"}, _several({"$ref": "#/definitions/trigger"})]
    }
    found = {
        "recipe": told("The recipe's name: that of its file.", values.TEXT),
        "description": told("What it is for, for people.", values.OPTIONAL_TEXT),
        "owner": told("Who answers for it.", values.OPTIONAL_TEXT),
        "status": told(
            "live unless said; a draft is checked and never run; paused holds everybody where he is.",
            one_of(["draft", "live", "paused"]),
        ),
        "priority": told(
            "Of several recipes that one event starts, the higher one goes first. 0 unless said.", _PRIORITY
        ),
        "trigger": told("What starts it; of several any one.", triggers),
        "conditions": told("Who may enter: all of them must hold at that moment.", _MAYBE_CONDITIONS),
        "keep_while": told("Whoever ceases to meet them leaves.", _MAYBE_CONDITIONS),
        "per": told(
            "A run for each value of a property of the event, such as event.order_id.",
            offered((f"event.{name}" for name in known.properties), _PER),
        ),
        "reentry": told("Whether one may enter again: never, always, or after 30 days.", _REENTRY),
        "while_running": told(
            "What an event does that comes while somebody is under way.",
            one_of(["ignore", "restart", "parallel"]),
        ),
        "goal": told(
            "What it is to bring about: any one of them ends the run as a success.", _MAYBE_CONDITIONS
        ),
        "exit": told("What makes one leave: any one of them.", _MAYBE_CONDITIONS),
        "sending": told("When its mail may go, and how much of it.", _SENDING),
        "actions": told("What is done, step by step.", STEPS),
    }
    return document(
        "A recipe of autoflow", keys(found, required=["trigger", "actions"]), WordSchemas(known).definitions()
    )


def segment_schema(known: Known) -> Schema:
    """The schema of `segments/*.yaml`."""
    color = values.pattern("#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", 'Write a color in quotes: "#b4532a".')
    found = {
        "segment": told("The segment's name: that of its file.", values.TEXT),
        "description": told("Who is in it, for people.", values.OPTIONAL_TEXT),
        "owner": told("Who answers for it.", values.OPTIONAL_TEXT),
        "color": told('A color for reports, in quotes: "#b4532a".', color),
        "colour": told('A colour for reports, in quotes: "#b4532a".', color),
        "kind": told(
            "What it goes by; members of a deny segment get no marketing mail.", one_of(SEGMENT_KINDS)
        ),
        "conditions": told("Who is in it: all of them must hold.", CONDITIONS),
    }
    words = WordSchemas(known).definitions(actions=False)
    return document("A segment of autoflow", keys(found, required=["conditions"]), words)


def _several(schema: Schema) -> Schema:
    return {"type": "array", "items": schema, "minItems": 1}
