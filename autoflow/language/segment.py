"""A segment's file read into a `Segment`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autoflow.kinds.base import Condition
from autoflow.language import scalars
from autoflow.language.definitions import Segment
from autoflow.language.lints.clashing import report_clashes
from autoflow.language.names import Names
from autoflow.language.reader import all_of, read_conditions
from autoflow.language.recipe import meaning_hash
from autoflow.language.scalars import attempt, items
from autoflow.language.scope import Scope
from autoflow.language.slips.own_file import check_own_name, in_its_folder
from autoflow.language.source import Report, Source, Span, Unreadable
from autoflow.language.yaml.nodes import Entry, Node, plain_data, read_yaml
from autoflow.model.problems import Problem

SEGMENT_KEYS = ("segment", "description", "owner", "color", "colour", "kind", "conditions")
SEGMENT_KINDS = (
    *("demographic", "geographic", "psychographic", "behavioural", "technographic"),
    *("value", "lifecycle", "deny"),
)
_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(eq=False, repr=False)
class ReadSegment:
    """What reading gave: the segment (None where it could not be read), what is wrong, and places.

    `uses` holds each segment that this one asks for, with the place where it does, `asked` its conditions as they are
    written, with theirs, and `conditions` those at any depth.
    """

    segment: Segment | None
    report: Report
    uses: Mapping[str, Span] = field(default_factory=dict)
    asked: Sequence[tuple[Condition, Span]] = ()
    conditions: Sequence[tuple[Condition, Span]] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The mistakes, in the order in which they stand."""
        return tuple(sorted(self.report.problems))


def read_segment(name: str, text: str, names: Names, file: str = "") -> ReadSegment:
    """Read one segment, also an old version from elsewhere; `names` says what may be named."""
    report = Report(Source(file or f"segments/{name}.yaml", text))
    root = read_yaml(report)
    if root is None or not in_its_folder(root, report, "segment", ("segment",)):
        return ReadSegment(None, report)
    try:
        entries = scalars.section(root, report, "a segment", SEGMENT_KEYS)
        return _read(name, entries, Scope(report, names, "segment"), root)
    except Unreadable:
        return ReadSegment(None, report)


def _read(name: str, entries: Mapping[str, Entry], scope: Scope, root: Node) -> ReadSegment:
    report = scope.report
    check_own_name(entries.get("segment"), name, "segment", report)
    description = scalars.optional_text(entries, "description", report)
    owner = scalars.optional_text(entries, "owner", report)
    color, kind = _color(entries, report), _kind(entries, report)
    entry = entries.get("conditions")
    if entry is not None:
        scalars.refuse_reported(entry.value, report)
    if entry is None or not items(entry.value, report):
        span = entry.key.span if entry else root.span
        fix = "For example conditions: [{did: purchased, at_least: 2 times}]"
        report.fail("missing-key", span, "A segment needs at least one condition.", fix)
    found = read_conditions(entry.value, scope)
    report_clashes(found, scope, any_of=False)
    conditions = all_of(found)
    assert conditions is not None  # an empty list was refused above
    meaning = {"conditions": [plain_data(node) for node in items(entry.value, report)]}
    segment = Segment(name, conditions, description, owner, color, kind, meaning_hash(meaning, scope))
    uses = {
        topic[1]: _named(topic[1], span, report)
        for condition, span in reversed(scope.read)
        if not condition.parts()
        for topic in condition.topics()
        if topic[0] == "segment"
    }
    spans = {id(condition): span for condition, span in scope.read}
    asked = [(each, spans[id(each)]) for each in found]
    return ReadSegment(segment, report, uses, asked, scope.read)


def _named(name: str, span: Span, report: Report) -> Span:
    """The name itself, in the line in which its condition begins."""
    source = report.source
    line = source.line_number(span.start)
    ends = source.start_of(line) + len(source.line(line))
    behind = source.text.find(":", span.start, ends)
    return scalars.inside(Span(max(behind, span.start), ends), report, name)


def _color(entries: Mapping[str, Entry], report: Report) -> str:
    entry = entries.get("color") or entries.get("colour")
    if entry is None:
        return ""
    if "color" in entries and "colour" in entries:
        span = entries["colour"].key.span
        report.add("duplicate-key", span, '"color" and "colour" are the same.', "Remove one of the two.")
    found = attempt(lambda: scalars.text(entry.value, report, f'"{entry.key.text}"'), "")
    if found and not _COLOR.fullmatch(found):
        report.add("value", entry.value.span, f'"{found}" is not a color.', 'For example color: "#b4532a"')
        return ""
    return found.lower()


def _kind(entries: Mapping[str, Entry], report: Report) -> str:
    entry = entries.get("kind")
    if entry is None:
        return ""
    return attempt(lambda: scalars.one_of(entry.value, report, '"kind"', SEGMENT_KINDS), "")
