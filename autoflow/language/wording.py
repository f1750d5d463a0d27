"""Words of the language read aloud: a trigger, a condition or an action by what its fields declare.

The counterpart of `fields`: that reads what is written, this says what was read. No word is known here by name.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any

from autoflow.kinds.base import Condition, Kind
from autoflow.kinds.calendar import MONTHLY
from autoflow.kinds.fields import (
    Assignments,
    Cases,
    Clock,
    ClockOrMoment,
    ClockSpan,
    Days,
    Number,
    Operators,
    Parts,
    Payload,
    Properties,
    Steps,
    Times,
    TypeOf,
)
from autoflow.kinds.limits import Limit
from autoflow.kinds.operators import Test
from autoflow.kinds.said import operand_says
from autoflow.kinds.scores import Score
from autoflow.kinds.text import Text
from autoflow.kinds.where import Where
from autoflow.language.field_specs import Spec, short_field, specs_of
from autoflow.model.clock_times import clock_says, days_say
from autoflow.model.durations import Duration
from autoflow.model.values import from_millionths, plain

Pieces = dict[str, str]
"""What a kind says, piece by piece: `{"": "purchased", "at least": "3 times"}`; "" is what it is about."""

_LONGEST = 60
_NUMBER = re.compile(r"\d[\d.:%]*")


def pieces(kind: Kind) -> Pieces:
    """Everything that is said of it beyond what holds anyway; steps of its branches are left out."""
    found: Pieces = {}
    short = short_field(type(kind))
    for spec in specs_of(type(kind)):
        value = getattr(kind, spec.name)
        if value == _default(kind, spec) or isinstance(spec.mark, (TypeOf, Steps)):
            continue
        bare = isinstance(spec.mark, Operators) or (short is not None and spec.name == short.name)
        label = "" if bare else _spaced(spec.key)
        found.update((_said(label, words), said) for words, said in _of_field(spec, value))
    return found


def written(kind: Kind) -> str:
    """The whole of it: `wait 14 days`, `segment entered vip, for 7 days`."""
    return said_with(_spaced(kind.word), pieces(kind))


def does(kind: Kind) -> str:
    """What the recipe does by it: `waits`, `sends email`, `notifies sales`."""
    verb, _, rest = kind.word.partition("_")
    if verb.endswith("y"):
        verb = f"{verb[:-1]}ies"
    else:
        verb += "es" if verb.endswith(("s", "sh", "ch", "x")) else "s"
    return f"{verb} {_spaced(rest)}".strip()


def said_with(opening: str, said: Pieces) -> str:
    """An opening, and behind it every piece."""
    rest = [_said(label, value) for label, value in said.items() if label]
    about = said.get("", "") or (rest.pop(0) if rest else "")
    return ", ".join([_said(opening, about), *rest])


def differences(before: Pieces, after: Pieces) -> list[str]:
    """What is said otherwise now: `14 days instead of 12`, `now within last 30 days`, `no longer where total …`."""
    changed = [label for label in after if label in before and after[label] != before[label]]
    gone = [label for label in before if label not in after]
    new = [label for label in after if label not in before]
    found = [_said(label, instead(before[label], after[label])) for label in changed]
    if len(gone) == len(new) == 1:  # one thing in the place of another
        return [*found, f"{_said(new[0], after[new[0]])} instead of {_said(gone[0], before[gone[0]])}"]
    found += [f"now {_said(label, after[label])}" for label in new]
    found += [f"no longer {_said(label, before[label])}" for label in gone]
    return found or (["the same in another order"] if list(before) != list(after) else [])


def instead(before: str, after: str) -> str:
    """One value in the place of another; where only a number differs, what stands around it is said once."""
    old, new = before.split(" "), after.split(" ")
    other = [was for was, now in zip(old, new, strict=False) if was != now]
    if len(old) == len(new) and len(other) == 1 and _NUMBER.fullmatch(other[0]):
        return f"{after} instead of {other[0]}"
    return f"{after} instead of {before}"


def _said(label: str, value: str) -> str:
    return f"{label} {value}".strip()


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _default(kind: Kind, spec: Spec) -> Any:
    field = next(each for each in dataclasses.fields(kind) if each.name == spec.name)  # type: ignore[arg-type]
    return field.default


def _of_field(spec: Spec, value: Any) -> Iterator[tuple[str, str]]:
    """The pieces of one field, each with what stands behind the field's own name."""
    if isinstance(value, Test):
        yield _of_test(value)
    elif isinstance(value, Where):
        for name, test in value.tests:
            word, operand = _of_test(test)
            yield f"{name} {word}", operand
    elif (of_mark := _BY_MARK.get(type(spec.mark))) is not None:
        yield from of_mark(value)
    else:
        yield "", _value(value)


def _of_test(test: Test) -> tuple[str, str]:
    if test.word == "is_set":
        return test.says(), ""
    return _spaced(test.word), operand_says(test.word, test.operand, written=True)


def _value(value: Any) -> str:
    if isinstance(value, Text):
        said = plain(value.source)
        said = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"
        return f"“{said}”" if " " in said else said
    if isinstance(value, Condition):
        return value.says()
    if isinstance(value, Score):
        return value.name
    if isinstance(value, Limit):
        return value.says()
    if isinstance(value, Duration) and value.months + value.days + value.micros < 0:
        return f"-{Duration(-value.months, -value.days, -value.micros)}"
    if isinstance(value, tuple):
        joint = " and " if value and isinstance(value[0], Condition) else ", "
        return joint.join(_value(each) for each in value)
    return plain(value)


def _named(value: Any) -> Iterator[tuple[str, str]]:
    for name, each in value:
        yield name, _value(each)


def _clock(value: Any) -> Iterator[tuple[str, str]]:
    yield "", clock_says(value) if isinstance(value, int) else _value(value)


def _span(value: Any) -> Iterator[tuple[str, str]]:
    yield "", f"{clock_says(value[0])} to {clock_says(value[1])}"


def _days(value: Any) -> Iterator[tuple[str, str]]:
    yield "", "the first of the month" if value == MONTHLY else days_say(value)


def _number(value: Any) -> Iterator[tuple[str, str]]:
    yield "", plain(from_millionths(value))


def _times(value: Any) -> Iterator[tuple[str, str]]:
    yield "", f"{value} time{'' if value == 1 else 's'}" if isinstance(value, int) else str(value)


def _cases(value: Any) -> Iterator[tuple[str, str]]:
    for number, case in enumerate(value, start=1):
        if case.condition is not None:
            yield f"case {number} if", case.condition.says()


def _parts(value: Any) -> Iterator[tuple[str, str]]:
    for part in value:
        yield f"part {part.name}", f"{part.buckets / 100:g}%{', held out' if part.holdout else ''}"


_BY_MARK: dict[type, Callable[[Any], Iterator[tuple[str, str]]]] = {
    Assignments: _named,
    Cases: _cases,
    Clock: _clock,
    ClockOrMoment: _clock,
    ClockSpan: _span,
    Days: _days,
    Number: _number,
    Parts: _parts,
    Payload: _named,
    Properties: _named,
    Times: _times,
}
