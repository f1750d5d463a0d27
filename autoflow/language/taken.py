"""What each field of a kind takes, in plain words: for the reference page and for editors."""

from __future__ import annotations

from typing import Literal, get_args, get_origin

from autoflow.kinds.base import Condition
from autoflow.kinds.fields import (
    Assignments,
    Cases,
    Clock,
    ClockOrMoment,
    ClockSpan,
    Days,
    Glob,
    Length,
    Moment,
    Name,
    Number,
    Offset,
    OneOrMore,
    Operators,
    Parts,
    Payload,
    Properties,
    PropertyPath,
    Rate,
    Steps,
    Times,
)
from autoflow.kinds.text import Text
from autoflow.kinds.where import Where
from autoflow.language.field_specs import Spec
from autoflow.model.durations import Duration


def operand_in_words(mark: Operators) -> str:
    """Which operators stand beside a subject."""
    if mark.of == "number":
        more = ", or for `at_least`, `at_most`, `more_than`, `less_than` a share of the time before, `50% of before`"
        return "one of those for numbers" + (more if mark.share else "")
    return f"one that goes with the type of the {mark.subject}"


def taken(spec: Spec) -> str:
    """What is written behind a field's key: `the name of a segment`."""
    match spec.mark:
        case Name(of=of) if spec.several:
            return f"a list of {of}s"
        case Name(of=of):
            return f"the name of {'an' if of[0] in 'aeiou' else 'a'} {of}"
        case Times(share=True):
            return "how often, `2 times`, or with `within_last` a share of the time before, `50% of before`"
        case PropertyPath(any_type=True):
            return "an event and a property of it, `EVENT.PROPERTY`"
        case Properties(event=event):
            return f"properties of the event in `{event}` with their values"
        case Days(months=True):
            return f"{_MARKS[Days]}, or `month`, the first of each"
    return _MARKS.get(type(spec.mark)) or _plain(spec)


_MARKS: dict[type, str] = {
    Glob: "text, in which `*` stands for anything",
    Times: "how often, `2 times`",
    PropertyPath: "an event and a number of it, `EVENT.PROPERTY`",
    Assignments: "attributes with their values",
    Payload: "names with values",
    OneOrMore: "a value, or a list of which any will do",
    Steps: "a list of actions",
    Cases: "a list of `if` with `actions`, and at its end, if need be, an `otherwise`",
    Parts: "a list of parts, each with `percent`, and if need be `name`, `actions` and `holdout: true`",
    Clock: "a time of the day, `09:30`",
    ClockSpan: 'two times of the day, `["09:00", "17:00"]`',
    Days: "`weekdays`, `weekend`, `day`, a day such as `monday`, or a list of days",
    Offset: "a duration, also one before, `-3 days`",
    Rate: "how many in which time, `1 per 7 days`",
    Moment: "with `every` a time of the day, `09:30`; alone a date and time, `2026-11-27 09:00`",
    Number: "a number",
    Length: "a duration, or a placeholder that gives one",
    ClockOrMoment: "a time of the day, or a placeholder that gives a date or a date and time",
}


def _plain(spec: Spec) -> str:
    base = spec.base
    if get_origin(base) is Literal:
        return " or ".join(f"`{word}`" for word in get_args(base))
    if Condition in get_args(base):
        return "a list of conditions"
    told = {
        Duration: "a duration, `2 hours`, `30 days`, `1 month`",
        Where: "only events with such properties",
        Text: "text, which may hold placeholders",
        str: "text",
    }
    return told[base]
