"""The JSON Schema of autoflow.yaml for editors.

What the file declares itself it may name at once: events are offered, and not insisted on.
"""

from __future__ import annotations

from autoflow.language.schema import values
from autoflow.language.schema.files import MAIL_LIMIT, QUIET_HOURS, document
from autoflow.language.schema.names import Known
from autoflow.language.schema.values import Schema, keys, offered, one_of, told
from autoflow.language.settings.computed import COMPUTED
from autoflow.language.settings.declarations import CHOICE
from autoflow.language.settings.declared import TYPES

_TEXT = values.TEXT
_OPTIONAL = values.OPTIONAL_TEXT
_WORDS = one_of(word for word in TYPES if word != CHOICE)
_CHOICE = keys({CHOICE: {"type": "array", "items": values.NOT_EMPTY, "minItems": 1}}, required=[CHOICE])
_TYPE: Schema = told(f"A type: {', '.join(TYPES)}.", {"anyOf": [_WORDS, _CHOICE]})
_TESTS: Schema = {"type": "object", "minProperties": 1}
_BESIDE: dict[str, Schema] = {
    "where": told("Only events with such properties.", _TESTS),
    "within_last": told("Only what happened so lately.", values.DURATION),
    "needs": told("How many events it takes.", values.TIMES),
}


def settings_schema(known: Known) -> Schema:
    """The schema of autoflow.yaml."""
    events = offered(known.events)
    found = {
        "name": told("The name of the project.", _OPTIONAL),
        "timezone": told("Where days begin, such as Europe/London.", _maybe(_TEXT)),
        "language": told("The language of mails, such as en.", _maybe(_TEXT)),
        "currency": told(
            "How amounts are shown, such as GBP.",
            _maybe(values.pattern("[A-Z]{3}", "Write a code such as GBP.")),
        ),
        "store": told("Where everything is kept: sqlite:///.autoflow/store.db.", _maybe(_TEXT)),
        "sender": told("From whom mail comes.", _maybe(_SENDER)),
        "channels": told("Where mail, notices, audiences and calls go.", _maybe(_CHANNELS)),
        "attributes": told("What is known of contacts: names with types.", _maybe(_attributes(events))),
        "events": told("What contacts do: names, each with its properties and their types.", _maybe(_EVENTS)),
        "scores": told("Points for what contacts do.", _maybe(_scores(events))),
        "stages": told(
            "Where contacts may stand, in their order.", _maybe({"type": "array", "items": _TEXT})
        ),
        "audiences": told("Audiences that always equal a segment.", _maybe(_mirrors(known))),
        "sending": told("Who may get marketing mail, when, and how much.", _maybe(_SENDING)),
        "unsubscribe": told("The page with which unsubscribe links begin.", _maybe(keys({"url": _TEXT}))),
        "traces": told("How long refusals and held mails are told.", _maybe(_TRACES)),
    }
    return document("The settings of an autoflow project", keys(found), {})


def _maybe(schema: Schema) -> Schema:
    """The same, or nothing: a section may be empty."""
    return {
        **schema,
        "type": [*([schema["type"]] if isinstance(schema["type"], str) else schema["type"]), "null"],
    }


_SENDER = keys(
    {
        "name": told("The name that people see.", _OPTIONAL),
        "email": told("The address that it comes from.", _OPTIONAL),
        "postal_address": told(
            "Where you can be reached by post, as the law asks of marketing mail.", _OPTIONAL
        ),
    }
)
_SMTP = keys(
    {
        "host": told("The mail server.", _TEXT),
        "port": told("587 unless said.", {"type": ["integer", "string"]}),
        "user": told('Who logs in: "${SMTP_USER}" takes it from the environment.', _TEXT),
        "password": told('"${SMTP_PASSWORD}" takes it from the environment.', _TEXT),
        "security": told("starttls unless said.", one_of(["starttls", "tls", "none"])),
    },
    required=["host"],
)
_EMAIL = keys(
    {
        "mailbox": told("A folder that mail is put into; nothing leaves the machine.", _TEXT),
        "smtp": told("A mail server.", _SMTP),
    },
    minProperties=1,
    maxProperties=1,
)
_FILE = keys({"file": told("A notice a line.", _TEXT)}, required=["file"])
_WEBHOOK = keys(
    {
        "url": told("What is called.", _TEXT),
        "secret": told('What calls are signed with: "${CRM_SECRET}".', _TEXT),
        "file": told("A call a line, in place of a url.", _TEXT),
    },
    oneOf=[{"required": ["url", "secret"]}, {"required": ["file"]}],
)
_CHANNELS: Schema = {
    "type": "object",
    "properties": {
        "email": told("Where mail goes: a mailbox or smtp.", _EMAIL),
        "sales": told("Where notices to colleagues go.", _FILE),
        "audiences": told("Where audiences go: a CSV file each.", keys({"folder": _TEXT})),
        "webhooks": told(
            "Endpoints that recipes may call, by name.", {"type": "object", "additionalProperties": _WEBHOOK}
        ),
    },
    "additionalProperties": told("A further channel for notices.", _FILE),
}
_PROPERTIES: Schema = {
    "type": ["object", "null"],
    "properties": {
        "triggers_within": told("What occurred longer ago when it arrives starts nothing.", values.DURATION)
    },
    "additionalProperties": _TYPE,
}
_EVENTS: Schema = {"type": "object", "additionalProperties": _PROPERTIES}
_SENDING = keys(
    {
        "consent": told(
            "required: who gave consent; customers: whoever bought, too; not_refused: whoever did not unsubscribe.",
            one_of(["required", "customers", "not_refused"]),
        ),
        "late_after": told("Mail that is later than this is held for a decision.", values.DURATION),
        "quiet_hours": QUIET_HOURS,
        "at_most": MAIL_LIMIT,
    }
)
_TRACES = keys(
    {
        "keep": values.pattern(
            rf"forever|{values.DURATION['pattern'][2:-2]}",
            "Write a number and a unit, such as 180 days, or forever.",
        )
    },
    required=["keep"],
)


def _attributes(events: Schema) -> Schema:
    """Names with types; or with how autoflow works them out."""
    computed = {
        word: told(
            "Worked out by autoflow, of an event or one of its properties.",
            events if "_of" not in word or word == "count_of" else _TEXT,
        )
        for word in COMPUTED
    }
    inner = keys(
        {**_CHOICE["properties"], **computed, **_BESIDE},
        oneOf=[{"required": [word]} for word in (CHOICE, *COMPUTED)],
    )
    return {"type": "object", "additionalProperties": told(_TYPE["description"], {"anyOf": [_WORDS, inner]})}


def _scores(events: Schema) -> Schema:
    rule = keys(
        {
            "when": told(
                "An event, or an event with what its properties must be.",
                {"anyOf": [events, {"type": "object", "minProperties": 1, "maxProperties": 1}]},
            ),
            "add": told("How many points; fewer than 0 take some off.", {"type": "number"}),
            "at_most": told("How often it counts, such as 1 per day.", values.RATE),
        },
        required=["when", "add"],
    )
    score = keys(
        {
            "floor": told("It never falls below.", {"type": "number"}),
            "halves_every": told("After that long half of it is left.", values.DURATION),
            "rules": told(
                "What adds points.",
                {
                    "type": ["array", "object"],
                    "items": rule,
                    "minItems": 1,
                    "if": {"type": "object"},
                    "then": rule,
                },
            ),
        },
        required=["rules"],
    )
    return {"type": "object", "additionalProperties": score}


def _mirrors(known: Known) -> Schema:
    segment = one_of(sorted(known.names.segments))
    mirror = keys({"segment": told("The segment that it equals.", segment)}, required=["segment"])
    return {"type": "object", "additionalProperties": mirror}
