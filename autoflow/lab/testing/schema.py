"""The JSON Schema of recipe tests for editors."""

from __future__ import annotations

from collections.abc import Mapping

from autoflow.lab.testing.expect import EXPECT, OF_RUN
from autoflow.language.schema import values
from autoflow.language.schema.files import document
from autoflow.language.schema.names import Known
from autoflow.language.schema.values import Schema, keys, offered, one_of, told
from autoflow.language.settings.declared import Declared
from autoflow.model.effects import ENDINGS
from autoflow.model.event import PAGE_VISITED

_TEXT = values.TEXT
_NONE = "none"


def tests_schema(known: Known) -> Schema:
    """The schema of `tests/**/*.yaml`: stories, what is given, and what is expected of them."""
    recipe = one_of(sorted(known.names.recipes))
    shapes = _Shapes(known)
    case = keys(
        {
            "name": told("What the case shows, in a sentence.", _TEXT),
            "given": told("What is known of the contact before the story.", shapes.given()),
            "story": told("What happens, step by step.", _list(shapes.moment(), least=1)),
        },
        required=["name", "story"],
    )
    found = {
        "tests": told("The recipe that is tested.", recipe),
        "also": told("Recipes that are live beside it.", _list(recipe)),
        "cases": told("The cases, each a story of its own.", _list(case, least=1)),
    }
    return document(
        "Tests of a recipe of autoflow", keys(found, required=["tests", "cases"]), shapes.definitions()
    )


class _Shapes:
    """The parts of a case, with the names of a project."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.attributes = _values(known.attributes) if known.names.declared else _ANY

    def definitions(self) -> dict[str, Schema]:
        """What the properties of each event must be."""
        return {f"with.{event}": _values(each) for event, each in self.known.events.items()}

    def given(self) -> Schema:
        """What is known of the contact before."""
        contact: Schema = self.attributes
        if "properties" in contact:
            who = told("The user id, where he has one.", _TEXT)
            contact = {**contact, "properties": {"id": who, **contact["properties"]}}
        past = self.happening({"at": told("When it was, in the project's zone.", values.DATE_TIME)})
        return keys(
            {
                "contact": told("His attributes, and id for the user id.", contact),
                "tags": told("His tags.", _list(offered(self.known.used.get("tag", ())))),
                "audiences": told(
                    "The audiences he is in.", _list(offered(self.known.used.get("audience", ())))
                ),
                "consent": told("The topics he agreed to.", _list(offered(self.known.used.get("topic", ())))),
                "stage": told("Where he stands.", self.names("stage")),
                "scores": told("What his scores stand at.", self.scores()),
                "parts": told(
                    "A split's step and the part into which he falls.", {"type": ["object", "null"]}
                ),
                "events": told("What he did before the story.", _list({**past, "required": ["at"]})),
            }
        )

    def moment(self) -> Schema:
        """A step of a story."""
        return self.happening(
            {
                "at": told("When it is, in the project's zone.", values.DATE_TIME),
                "after": told("How long after the step before, such as 2 days.", values.DURATION),
                "occurred": told("When it happened, where it is received only now.", values.DATE_TIME),
                "set": told("Attributes that are set.", self.attributes),
                "enter": told("Somebody lets the contact in by hand.", values.YES_NO),
                "expect": told("What must be so right then.", keys(self.expected(), minProperties=1)),
            },
            not_both=("at", "after"),
        )

    def happening(self, more: Mapping[str, Schema], not_both: tuple[str, ...] = ()) -> Schema:
        """An event with its properties, or a visit, beside other keys."""
        page: Schema = {"$ref": f"#/definitions/with.{PAGE_VISITED}"} if self.known.events else _ANY
        own: dict[str, Schema] = {
            "event": told("An event that comes in.", self.names("event")),
            "with": told("The properties of the event.", {"type": ["object", "null"]}),
            PAGE_VISITED: told("A page that is visited: its path, or more of it.", {"anyOf": [_TEXT, page]}),
        }
        cases: list[Schema] = [
            {
                "if": {"properties": {"event": {"enum": [event]}}, "required": ["event"]},
                "then": {"properties": {"with": {"$ref": f"#/definitions/with.{event}"}}},
            }
            for event in self.known.events
        ]
        if not_both:
            cases.append({"not": {"required": list(not_both)}})
        found = keys({**more, **own}, dependencies={"with": ["event"]})
        return {**found, "allOf": cases} if cases else found

    def expected(self) -> dict[str, Schema]:
        """What may stand in `expect`."""
        templates = _list(self.names("template"))
        found: dict[str, Schema] = {
            "emails": told("The templates sent since the story began, in order.", templates),
            "skipped_emails": told("The templates that the gate refused.", templates),
            "held_emails": told("The templates of the mails that the gate holds now.", templates),
            "sales_notices": told("The texts of the notices, in order.", _list(_TEXT)),
            "tasks": told("The titles of the tasks, in order.", _list(_TEXT)),
            "webhooks": told("The endpoints called, in order.", _list(self.names("webhook"))),
            "tags": told("Exactly the tags he has.", _list(offered(self.known.used.get("tag", ())))),
            "audiences": told(
                "Exactly the audiences he is in.", _list(offered(self.known.used.get("audience", ())))
            ),
            "segments": told("Exactly the segments he is in.", _list(self.names("segment"))),
            "consent": told("The topics that he agreed to and did not take back.", _list(_TEXT)),
            "stage": told("Where he stands, or none.", self.names("stage", _NONE)),
            "scores": told("Scores as they stand now.", self.scores()),
            "running": told("Whether he is in the recipe.", values.YES_NO),
            "ended": told("How the latest run that is over ended, or none.", one_of([*ENDINGS, _NONE])),
            "step": told("The id of the step on which he stands, or none.", _TEXT),
            "attributes": told(
                "Attributes that are named; one without a value must not be set.", self.attributes
            ),
            "entered": told("When the run was entered.", values.DATE_TIME),
            "per": told("The value by which the run is told from others.", _TEXT),
        }
        of_run = keys({key: found[key] for key in OF_RUN})
        found["runs"] = told(
            "Each run of the recipe, in the order in which they were entered.", _list(of_run)
        )
        return {key: found[key] for key in EXPECT}

    def names(self, of: str, *more: str) -> Schema:
        known = self.known.names.known(of)
        return _TEXT if known is None else one_of([*sorted(known), *more])

    def scores(self) -> Schema:
        known = self.known.names.known("score")
        if known is None:
            return _ANY
        return keys(dict.fromkeys(sorted(known), values.NUMBER), type=["object", "null"])


_ANY: Schema = {"type": ["object", "null"]}


def _values(declared: Mapping[str, Declared]) -> Schema:
    """Names with values of their types, without placeholders: in a test everything is known."""
    each = {name: _or_nothing(values.value(one, filled=False)) for name, one in declared.items()}
    return {**keys(each), "type": ["object", "null"]}


def _or_nothing(schema: Schema) -> Schema:
    return {**schema, "type": [*schema["type"], "null"]}


def _list(schema: Schema, *, least: int = 0) -> Schema:
    """A list, a single one, or (unless some are needed) nothing."""
    forms = [schema, {"type": "array", "items": schema, **({"minItems": least} if least else {})}]
    return {"anyOf": [*forms, *([] if least else [values.EMPTY])]}
