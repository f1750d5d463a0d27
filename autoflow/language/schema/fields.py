"""JSON Schemas of the fields of kinds that take the same in every project: a table from marks and types."""

from __future__ import annotations

from typing import Any, get_args

from autoflow.kinds.base import Condition
from autoflow.kinds.fields import (
    Cases,
    Clock,
    ClockOrMoment,
    ClockSpan,
    Days,
    Glob,
    Length,
    Moment,
    Number,
    Offset,
    OneOrMore,
    Parts,
    Payload,
    Properties,
    Rate,
    Steps,
    Times,
)
from autoflow.kinds.text import Text
from autoflow.kinds.where import Where
from autoflow.language.field_specs import Spec
from autoflow.language.schema import values
from autoflow.language.schema.values import Schema, keys, listed, one_or_more, told
from autoflow.model.durations import Duration

STEPS = listed({"$ref": "#/definitions/action"}, least=1, empty=False)
CONDITIONS = listed({"$ref": "#/definitions/condition"}, least=1, empty=False)
_CASES: Schema = {
    "type": ["array", "object"],
    "minItems": 1,
    "items": (
        case := keys(
            {
                "if": told("Conditions, all of which must hold.", CONDITIONS),
                "actions": told("What is done where they hold.", STEPS),
                "otherwise": told("What is done where no case holds; it stands last.", STEPS),
            },
            minProperties=1,
            dependencies={"if": ["actions"], "actions": ["if"]},
        )
    ),
    "if": {"type": "object"},
    "then": case,
}
_PARTS: Schema = {
    "type": "array",
    "minItems": 2,
    "items": keys(
        {
            "name": told("The name of the part.", values.TEXT),
            "percent": told("How many of a hundred fall into it.", values.PERCENT),
            "actions": told("What is done for them.", STEPS),
            "holdout": told("Whether they get neither mail nor notices, for comparison.", values.YES_NO),
        },
        required=["percent"],
    ),
}
_BY_MARK: dict[type, Schema] = {
    Glob: values.TEXT,
    Payload: {"type": "object", "additionalProperties": {"type": [*values.SINGLE, "null"]}},
    Steps: STEPS,
    Clock: values.CLOCK,
    ClockSpan: values.CLOCK_SPAN,
    Offset: values.OFFSET,
    Rate: values.RATE,
    Moment: values.TEXT,
    Number: values.NUMBER,
    Cases: _CASES,
    Parts: _PARTS,
    OneOrMore: one_or_more(values.FILLED),
    Length: values.LENGTH,
    ClockOrMoment: values.CLOCK_OR_MOMENT,
    Properties: {"type": "object"},  # which ones, the event says
}
_BY_TYPE: dict[Any, Schema] = {
    Duration: values.DURATION,
    Text: values.FILLED,
    Where: {"type": "object", "minProperties": 1},  # which ones, the event says
    str: values.TEXT,
    bool: values.YES_NO,
    int: {"type": "integer"},
}


def plain_field(spec: Spec) -> Schema:
    """A field that takes the same in every project."""
    match spec.mark:
        case Times(share=share):
            return values.TIMES_OR_SHARE if share else values.TIMES
        case Days(months=months):
            forms = [values.DAY, {"type": "array", "items": values.DAY, "minItems": 1}]
            return {"anyOf": [*forms, {"const": "month"}] if months else forms}
    found = _BY_MARK.get(type(spec.mark))
    if found is not None:
        return found
    return CONDITIONS if get_args(spec.base)[:1] == (Condition,) else _BY_TYPE[spec.base]
