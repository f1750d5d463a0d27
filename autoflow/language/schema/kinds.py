"""JSON Schemas of the words of the language, made from the kinds' own declarations; no word is known here by name.

Each word is one definition (`action.wait`), so that editors show its docstring and example wherever it stands. Which
word stands in a file is asked with `if`, so that an editor tells the one mistake there is and not that of every other
word.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from autoflow.kinds import registry
from autoflow.kinds.base import Condition, Kind
from autoflow.kinds.fields import (
    Assignments,
    Cases,
    Name,
    Operators,
    Properties,
    PropertyPath,
    TypeOf,
)
from autoflow.kinds.where import Where
from autoflow.language.field_specs import Spec, short_field, specs_of
from autoflow.language.schema import values
from autoflow.language.schema.fields import plain_field
from autoflow.language.schema.names import Known
from autoflow.language.schema.values import Schema, keys, offered, one_of, one_or_more, told
from autoflow.language.settings.declared import Declared
from autoflow.language.taken import taken

_ID: Schema = told("A name of its own, by which reports and tests tell it from others.", values.TEXT)


class WordSchemas:
    """The definitions of all words, for one project."""

    def __init__(self, known: Known) -> None:
        self.known = known

    def definitions(self, *, actions: bool = True) -> dict[str, Schema]:
        """Every definition that a file of recipes refers to; without `actions` those of conditions alone."""
        found = {f"where.{event}": values.tests(each) for event, each in self.known.events.items()}
        conditions = registry.conditions()
        found |= {f"condition.{word}": self._condition(word, kind) for word, kind in conditions.items()}
        found["condition"] = _one_condition(conditions)
        if not actions:
            return found
        for family, kinds in (("trigger", registry.triggers()), ("action", registry.actions())):
            found |= {f"{family}.{word}": self._word(kind) for word, kind in kinds.items()}
            found[family] = _one_word(family, kinds)
        found |= {f"with.{event}": _properties(each) for event, each in self.known.events.items()}
        return found

    def _word(self, kind: type[Kind]) -> Schema:
        """What stands behind the word of a trigger or an action: its fields, or the bare value of one."""
        written = [spec for spec in specs_of(kind) if not isinstance(spec.mark, TypeOf)]
        needed = [spec.key for spec in written if spec.required]
        short = short_field(kind)
        properties = {spec.key: self._told(spec) for spec in written}
        long = keys(properties, needed, **self._by_event(kind))
        if short is None:
            return _help(kind, {**long, "type": ["object", "null"]} if not needed else long)
        bare = self._field(short)
        if isinstance(short.mark, Assignments):
            return _help(kind, bare)
        if not needed:
            bare = (
                {**bare, "type": [*bare["type"], "null"]}
                if "type" in bare
                else {"anyOf": [bare, values.EMPTY]}
            )
        # Not anyOf: of two forms an editor tells the mistake of either, and not of the one that was meant.
        asked: Schema = {"type": "object"}
        if isinstance(short.mark, Cases):  # a single case may stand for the list of them
            asked = {**asked, "required": [short.key]}
        return _help(kind, {"if": asked, "then": long, "else": bare, **_offers(bare)})

    def _condition(self, word: str, kind: type[Condition]) -> Schema:
        """A condition: its subject, and what stands beside it."""
        specs = {spec.key: spec for spec in specs_of(kind)}
        short = short_field(kind)
        mark = next((spec.mark for spec in specs.values() if isinstance(spec.mark, Operators)), None)
        written = [spec for spec in specs.values() if not isinstance(spec.mark, (Operators, TypeOf))]
        if short is None:  # what it asks stands behind the word
            inner = keys({spec.key: self._told(spec) for spec in written})
            return keys({word: _help(kind, inner)}, [word])
        properties = {word: _help(kind, self._field(short))}
        properties |= {spec.key: self._told(spec) for spec in written if spec is not short}
        needed = [word, *(spec.key for spec in written if spec.required and spec is not short)]
        if mark is None:
            return keys(properties, needed, **self._by_event(kind))
        if mark.of == "event_property":  # of which event, the trigger says
            properties[word] = _help(kind, offered(self.known.properties))
        if mark.of == "attribute" and self.known.names.declared:
            return self._by_type(word, properties)
        of = Declared("number") if mark.of == "number" else None
        beside = {
            key: each for key, each in values.operators(of, share=mark.share).items() if key not in specs
        }
        one = {"oneOf": [{"required": [each]} for each in beside]}
        return keys({**properties, **beside}, needed, **one, **self._by_event(kind))

    def _by_type(self, word: str, properties: Mapping[str, Schema]) -> Schema:
        """A condition on an attribute: the operators are those of the attribute's declared type."""
        by_type: dict[Declared, list[str]] = {}
        for name, declared in self.known.attributes.items():
            by_type.setdefault(Declared(declared.type, declared.choices), []).append(name)
        cases: list[Schema] = [
            {
                "if": {"properties": {word: one_of(sorted(names))}, "required": [word]},
                "then": keys({word: {}, **values.operators(declared)}),
            }
            for declared, names in by_type.items()
        ]
        return {
            "type": "object",
            "properties": dict(properties),
            "required": [word],
            "minProperties": 2,
            "maxProperties": 2,
            "allOf": cases,
        }

    def _by_event(self, kind: type[Kind]) -> dict[str, Any]:
        """What the event that is named says of `where` and `with`."""
        specs = specs_of(kind)
        under = [
            (spec.key, "with" if isinstance(spec.mark, Properties) else "where")
            for spec in specs
            if isinstance(spec.mark, Properties) or spec.base is Where
        ]
        naming = [spec for spec in specs if _names_event(spec)]
        if not under or not naming:
            return {}
        first = next((spec for spec in naming if spec.required), naming[0])
        others = [spec.key for spec in naming if spec is not first]  # with a second event either may be meant
        cases: list[Schema] = []
        for event in self.known.events:
            named = [event]
            if isinstance(first.mark, PropertyPath):
                named = self.known.paths(event, any_type=first.mark.any_type)
            if not named:
                continue
            asked: Schema = {"properties": {first.key: {"enum": named}}, "required": [first.key]}
            if others:
                asked["not"] = {"anyOf": [{"required": [key]} for key in others]}
            then = {key: {"$ref": f"#/definitions/{what}.{event}"} for key, what in under}
            cases.append({"if": asked, "then": {"properties": then}})
        return {"allOf": cases} if cases else {}

    def _told(self, spec: Spec) -> Schema:
        said = taken(spec)
        return told(f"{said[:1].upper()}{said[1:]}.".replace("`", ""), self._field(spec))

    def _field(self, spec: Spec) -> Schema:
        if get_origin(spec.base) is Literal:
            return one_of(get_args(spec.base))
        match spec.mark:
            case Name():
                name = self.known.name(spec.mark)
                return one_or_more(name) if spec.several else name
            case PropertyPath(any_type=any_type):
                return self._path(any_type=any_type)
            case Assignments():
                return self._assignments()
        return plain_field(spec)

    def _path(self, *, any_type: bool) -> Schema:
        if not self.known.events:
            return values.TEXT
        return one_of(
            path for event in self.known.events for path in self.known.paths(event, any_type=any_type)
        )

    def _assignments(self) -> Schema:
        if not self.known.names.declared:
            return {"type": "object", "minProperties": 1}
        computed = self.known.names.settings.computed
        free = {name: declared for name, declared in self.known.attributes.items() if name not in computed}
        return {**_properties(free), "minProperties": 1}


def _offers(schema: Schema) -> Schema:
    """What completes a value that may have another form: editors look for it here, and not behind an `else`."""
    forms = [schema, *schema.get("anyOf", ())]
    known = next((form["enum"] for form in forms if "enum" in form), None)
    return {"anyOf": [{"enum": known}, {}]} if known else {}


def _names_event(spec: Spec) -> bool:
    return isinstance(spec.mark, PropertyPath) or (isinstance(spec.mark, Name) and spec.mark.of == "event")


def _properties(declared: Mapping[str, Declared]) -> Schema:
    """Names with values of their types, or nothing."""
    empty: Schema = values.EMPTY
    return keys({name: {"anyOf": [values.value(each), empty]} for name, each in declared.items()})


def _one_word(family: str, kinds: Mapping[str, type[Kind]]) -> Schema:
    """A trigger or an action: the word with what it needs, or bare where it needs nothing, and perhaps an id."""
    bare = [word for word, kind in kinds.items() if not any(spec.required for spec in specs_of(kind))]
    words: dict[str, Schema] = {word: {"$ref": f"#/definitions/{family}.{word}"} for word in kinds}
    whole = {
        **keys({**words, "id": _ID}),
        "if": {"required": ["id"]},
        "then": {"minProperties": 2, "maxProperties": 2},
        "else": {"minProperties": 1, "maxProperties": 1},
    }
    return {"anyOf": [whole, one_of(sorted(bare))]}


def _one_condition(kinds: Mapping[str, type[Condition]]) -> Schema:
    """A condition: the schema of the subject that it has; where it has none, one of the subjects is asked for."""
    # What is not there yet has every key, as JSON Schema sees it: hence the type.
    asked: dict[str, Schema] = {word: {"type": "object", "required": [word]} for word in kinds}
    cases: list[Schema] = [
        {"if": asked[word], "then": {"$ref": f"#/definitions/condition.{word}"}} for word in kinds
    ]
    words = {word: _help(kind, {}) for word, kind in kinds.items()}
    return {
        "type": "object",
        "if": {"anyOf": list(asked.values())},
        "then": {"allOf": cases},
        "else": keys(words, minProperties=1),
    }


def _help(kind: type[Kind], schema: Schema) -> Schema:
    """The same, with what the word does and its example."""
    said = inspect.getdoc(kind) or ""
    paragraphs = "\n\n".join(each.replace("\n", " ") for each in said.split("\n\n"))
    shown = {"markdownDescription": f"{paragraphs}\n\n```yaml\n{kind.example}\n```"}
    return {**told(f"{said}\n\nFor example:\n\n{kind.example}", schema), **shown}
