"""The JSON Schema of mapping files for editors."""

from __future__ import annotations

from collections.abc import Mapping

from autoflow.ingest.mapping import DECIMALS
from autoflow.language.schema import values
from autoflow.language.schema.files import document
from autoflow.language.schema.names import Known
from autoflow.language.schema.values import SINGLE, Schema, keys, offered, one_of, told
from autoflow.language.settings.declared import Declared

_FORM = told("How its dates are written, such as DD/MM/YYYY HH:mm.", values.TEXT)
_NAMED = keys(
    {"column": told("The column's name in the first line.", values.TEXT), "format": _FORM},
    required=["column"],
)
_COLUMN: Schema = {**_NAMED, **values.TEXT, "type": [*SINGLE, "object"]}
_CELLS: Schema = {"type": [*SINGLE, "array", "null"], "items": {"type": [*SINGLE, "null"]}}


def mapping_schema(known: Known) -> Schema:
    """The schema of the files that say what the columns of a table are (docs/import.md)."""
    events: list[Schema] = [
        {
            "if": {"properties": {"event": {"enum": [event]}}, "required": ["event"]},
            "then": {"properties": {"properties": _columns(properties)}},
        }
        for event, properties in known.events.items()
    ]
    found = {
        "event": told("What each row is: an event.", offered(known.events)),
        "identify": told("Whether each row is a contact.", values.YES_NO),
        "user_id": told("The column of the user id.", _COLUMN),
        "anonymous_id": told("The column of the visitor's id.", _COLUMN),
        "message_id": told("A column that makes a row unique; without it, the whole row does.", _COLUMN),
        "timestamp": told("The column that says when it happened.", _COLUMN),
        "format": told("How the timestamp is written; ISO, as 2026-03-06 14:00, without it.", values.TEXT),
        "zone": told(
            "Whose local time that is, such as Europe/London; the project's without it.", values.TEXT
        ),
        "properties": told("Properties of the event, each with its column.", _columns({})),
        "traits": told("Attributes of the contact, each with its column.", _columns(known.attributes)),
        "where": told(
            "Which rows count: columns, each with a value or several.",
            {"type": "object", "additionalProperties": _CELLS},
        ),
        "decimal": told("What parts the decimals of a number.", one_of(DECIMALS)),
        "delimiter": told("What parts the cells: one sign, tab, comma or semicolon.", values.TEXT),
        "encoding": told("How letters are saved, such as windows-1252.", values.TEXT),
    }
    whose: list[Schema] = [{"required": ["user_id"]}, {"required": ["anonymous_id"]}]
    table = {**keys(found, anyOf=whose), **({"allOf": events} if events else {})}
    outer = keys({"csv": told("A table of events, or of contacts.", table)}, required=["csv"])
    return document("What the columns of a table are", outer, {})


def _columns(names: Mapping[str, Declared]) -> Schema:
    """Names with their columns; others than these are kept all the same."""
    known = {name: told(f"Its column: {declared.says()}.", _COLUMN) for name, declared in names.items()}
    return {"type": "object", "properties": known, "additionalProperties": _COLUMN}
