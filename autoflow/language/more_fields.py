"""Readers of fields about time, numbers and what steps hand on, one for each mark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from autoflow.kinds.calendar import MONTHLY
from autoflow.kinds.fields import (
    Clock,
    ClockOrMoment,
    ClockSpan,
    Days,
    Length,
    Moment,
    Number,
    Offset,
    OneOrMore,
    Payload,
    Properties,
    Rate,
)
from autoflow.kinds.limits import Limit
from autoflow.kinds.operators import Test
from autoflow.kinds.text import Text
from autoflow.language import scalars
from autoflow.language.around import Around, Reader
from autoflow.language.codes import Code
from autoflow.language.field_specs import Spec
from autoflow.language.operands import read_value
from autoflow.language.placeholder_types import check_length, check_moment
from autoflow.language.placeholders import holds_placeholder, read_text
from autoflow.language.rates import read_rate
from autoflow.language.scope import Scope
from autoflow.language.settings.declared import Declared
from autoflow.language.slips.elsewhere import asked
from autoflow.language.source import Report
from autoflow.language.templates.names import names_of
from autoflow.language.yaml.nodes import Entry, Node, Scalar, Sequence
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.clock_times import parse_clock, parse_day
from autoflow.model.durations import Duration, parse_duration
from autoflow.model.values import millionths

T = TypeVar("T")


def parsed(
    node: Node,
    report: Report,
    what: str,
    parse: Callable[[str], T],
    example: str,
    code: Code = "value",
) -> T:
    """What `parse` makes of a value; its `ValueError` is told at the place."""
    found = scalars.scalar(node, report, what)
    try:
        return parse(found.text)
    except ValueError as error:
        fix = asked(_likely(parse, found.text), f"For example {example}.")
        return report.fail(code, found.span, str(error), fix)


def _likely(parse: Callable[[str], T], written: str) -> str | None:
    """What was likely meant, if what is read is one of the things that others write otherwise."""
    from autoflow.language.slips import likely

    readers: dict[Callable[..., object], likely.Likely] = {
        parse_clock: likely.clock,
        parse_day: likely.day,
        parse_duration: likely.length,
    }
    reader = readers.get(parse)
    return reader(written) if reader else None


def _clock(spec: Spec, node: Node, around: Around) -> int:
    return parsed(node, around.scope.report, around.what(spec), parse_clock, f'{spec.key}: "09:30"')


def _clock_span(spec: Spec, node: Node, around: Around) -> tuple[int, int]:
    report = around.scope.report
    example = f'{spec.key}: ["09:00", "17:00"]'
    if not isinstance(node, Sequence) or len(node.items) != 2:
        report.fail(
            "value", node.span, f'"{spec.key}" takes two times of the day.', f"For example {example}."
        )
    first, last = (parsed(item, report, around.what(spec), parse_clock, example) for item in node.items)
    return first, last


def _days(spec: Spec, node: Node, around: Around) -> frozenset[int]:
    assert isinstance(spec.mark, Days)
    report = around.scope.report
    if spec.mark.months and isinstance(node, Scalar) and node.text == "month":
        return MONTHLY
    found = [
        parsed(item, report, around.what(spec), parse_day, f"{spec.key}: weekdays")
        for item in scalars.items(node, report)
    ]
    if not found:
        report.fail(
            "list-empty",
            node.span,
            f'"{spec.key}" needs at least one day.',
            f"For example {spec.key}: weekdays.",
        )
    return frozenset().union(*found)


def _offset(spec: Spec, node: Node, around: Around) -> Duration:
    example = f"{spec.key}: -3 days"
    return parsed(node, around.scope.report, around.what(spec), parse_duration, example, "duration")


def _length(spec: Spec, node: Node, around: Around) -> Duration | Text:
    if holds_placeholder(node):
        return _placeholder(node, spec, around, check_length)
    return scalars.duration(node, around.scope.report, around.what(spec))


def _clock_or_moment(spec: Spec, node: Node, around: Around) -> int | Text:
    if holds_placeholder(node):
        return _placeholder(node, spec, around, check_moment)
    found = scalars.scalar(node, around.scope.report, around.what(spec))
    try:
        return parse_clock(found.text)
    except ValueError as error:
        return around.scope.report.fail("value", found.span, str(error), _until_fix(spec.key, found.text))


def _until_fix(key: str, written: str) -> str:
    """How to mend what is no time of the day, but perhaps a day, with a time or without, or a date."""
    from autoflow.language.slips import likely

    at = likely.clock(written)
    if at is not None:
        return asked(f'{key}: "{at}"')
    first, _, rest = written.partition(" ")
    day = likely.day(first)
    at = likely.clock(rest.strip()) if rest else "09:00"
    if day is not None and at is not None:
        return asked(f'{key}: "{at}", days: {day}')
    if likely.moment(written) or re.match(r"\d{4}-\d{2}-\d{2}", written):
        return f'A date stands in a placeholder, for example {key}: "{{{{ contact.birthday }}}}".'
    return f'For example {key}: "09:30".'


def _placeholder(
    node: Node, spec: Spec, around: Around, check: Callable[[Scalar, Iterable[str], Scope, str], None]
) -> Text:
    """A text with placeholders, of which `check` sees what they read."""
    scope, what = around.scope, around.what(spec)
    found = read_text(node, scope, what)
    assert isinstance(node, Scalar)
    check(node, dict.fromkeys(read.path for read in names_of(str(found.source), False).reads), scope, what)
    return found


def _rate(spec: Spec, node: Node, around: Around) -> Limit:
    return read_rate(node, around.scope.report, around.what(spec))


def _moment(spec: Spec, node: Node, around: Around) -> str:
    return scalars.text(node, around.scope.report, around.what(spec))


def _number(spec: Spec, node: Node, around: Around) -> int:
    report = around.scope.report
    found = scalars.scalar(node, report, around.what(spec))
    exact = None if isinstance(found.value, bool) else millionths(found.value)
    if exact is None:
        from autoflow.language.slips import likely

        fix = asked(likely.number(found.text), f"For example {spec.key}: 10.")
        report.fail("value", found.span, f'"{found.text}" is not a number.', fix)
    return exact


def _one_or_more(spec: Spec, node: Node, around: Around) -> Test:
    assert isinstance(spec.mark, OneOrMore)
    scope, report = around.scope, around.scope.report
    declared = scope.attribute(str(around.values.get(spec.mark.attribute))) or Declared("text")
    several = [read_value(item, declared, scope, around.what(spec)) for item in scalars.items(node, report)]
    if not several:
        report.fail("value", node.span, f'"{spec.key}" needs a value.', f"For example {spec.key}: business.")
    if declared.type == "list":
        return Test("contains", several[0], declared.type)
    return (
        Test("in", tuple(several), declared.type)
        if len(several) > 1
        else Test("is", several[0], declared.type)
    )


def _properties(spec: Spec, node: Node, around: Around) -> tuple[tuple[str, Text], ...]:
    assert isinstance(spec.mark, Properties)
    scope, event = around.scope, str(around.values.get(spec.mark.event))

    def declared(entry: Entry) -> Declared:
        name = entry.key.text
        found = scope.property(event, name)
        if found is None and scope.names.properties(event) is not None:
            scope.report.add("unknown-name", entry.key.span, *scope.names.missing_property(event, name))
        return found or Declared("text")

    return _pairs(spec, node, around, declared)


def _payload(spec: Spec, node: Node, around: Around) -> tuple[tuple[str, Text], ...]:
    return _pairs(spec, node, around, None)


def _pairs(
    spec: Spec, node: Node, around: Around, declared: Callable[[Entry], Declared] | None
) -> tuple[tuple[str, Text], ...]:
    scope, report = around.scope, around.scope.report
    scalars.refuse_reported(node, report)
    if not isinstance(node, MappingNode):
        report.fail(
            "value",
            node.span,
            f'"{spec.key}" is written as NAME: VALUE.',
            f"For example {around.kind.example}.",
        )

    def read(entry: Entry) -> tuple[str, Text]:
        value = entry.value
        if declared is None and isinstance(value, Scalar) and not holds_placeholder(value):
            return entry.key.text, Text(value.value)
        if declared is None:
            return entry.key.text, read_text(value, scope, f'"{entry.key.text}"')
        found = read_value(value, declared(entry), scope, f'"{entry.key.text}"')
        return entry.key.text, found if isinstance(found, Text) else Text(found)

    return tuple(scalars.each(node.entries.values(), read, report))


BY_MARK: dict[type, Reader] = {
    Clock: _clock,
    ClockSpan: _clock_span,
    Days: _days,
    Offset: _offset,
    Length: _length,
    ClockOrMoment: _clock_or_moment,
    Rate: _rate,
    Moment: _moment,
    Number: _number,
    OneOrMore: _one_or_more,
    Properties: _properties,
    Payload: _payload,
}
