"""The mapping file: which column of a CSV file is what.

csv:
  event: purchased              # or identify: true, for a list of contacts
  user_id: Customer ID          # the column's name, as it stands in the first line
  message_id: Order             # optional: what makes a row unique; without it, the row as a whole
  timestamp: Date
  format: DD/MM/YYYY HH:mm      # without it, ISO: 2026-03-06 14:00
  zone: Europe/London           # without it, the project's
  properties:                   # with identify: traits
    total: Amount
    items: Pieces
  where: {Status: [paid, sent]} # other rows are left out
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from autoflow.ingest.dates import DateFormat, parse_format
from autoflow.language import scalars
from autoflow.language.names import listed
from autoflow.language.scalars import attempt
from autoflow.language.settings.declared import Declared
from autoflow.language.settings.settings import Settings
from autoflow.language.source import Report, Source, Span
from autoflow.language.yaml.nodes import Entry, Node, read_yaml
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.event import IDENTIFY
from autoflow.model.instants import zone, zone_names
from autoflow.model.problems import AutoflowError, Problem, did_you_mean

KEYS = (
    *("event", "identify", "user_id", "anonymous_id", "message_id", "timestamp", "format", "zone"),
    *("properties", "traits", "where", "delimiter", "encoding", "decimal"),
)
DECIMALS = {"point": ".", "comma": ","}
_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";"}


@dataclass(frozen=True)
class Column:
    """A column by its name in the first line; `dates` is the form of its dates where one is given."""

    name: str
    span: Span
    dates: DateFormat | None = None


@dataclass(frozen=True)
class CsvMapping:
    """What the rows of a CSV file say. `event` is `IDENTIFY` for a list of contacts.

    `values` are properties, or attributes for a list of contacts, each with its declared type. Only rows whose
    cells are among those of `where` (casefolded) count.
    """

    report: Report
    event: str
    zone: str
    user_id: Column | None = None
    anonymous_id: Column | None = None
    message_id: Column | None = None
    timestamp: Column | None = None
    values: tuple[tuple[str, Column, Declared | None], ...] = ()
    where: tuple[tuple[Column, frozenset[str]], ...] = ()
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str = "."

    def columns(self) -> Iterable[Column]:
        """Every column that it names."""
        singles = (self.user_id, self.anonymous_id, self.message_id, self.timestamp)
        yield from (column for column in singles if column is not None)
        yield from (column for _, column, _ in self.values)
        yield from (column for column, _ in self.where)


class MappingUnsoundError(AutoflowError):
    """The mapping file has mistakes, or does not fit the CSV file: `problems`, with the file's text in `sources`."""

    def __init__(self, problems: Iterable[Problem], sources: Mapping[str, str]) -> None:
        super().__init__("The mapping file has mistakes.", "docs/import.md shows how one is written.")
        self.problems = tuple(problems)
        self.sources = sources


def read_mapping(file: str, text: str, settings: Settings) -> tuple[CsvMapping, tuple[Problem, ...]]:
    """Read a mapping file; returns it with its warnings. Raises `MappingUnsoundError` with all mistakes at once."""
    report = Report(Source(file, text))
    root = read_yaml(report)
    found = attempt(lambda: _Reading(root, report, settings).read(), None) if root is not None else None
    problems = tuple(sorted(report.problems))
    if found is None or any(problem.severity == "error" for problem in problems):
        raise MappingUnsoundError(problems, {file: text})
    return found, problems


class _Reading:
    """One mapping file on its way from nodes."""

    def __init__(self, root: Node, report: Report, settings: Settings) -> None:
        self.report = report
        self.settings = settings
        outer = scalars.section(root, report, "a mapping file", ("csv",))
        if "csv" not in outer:
            report.fail("missing-key", root.span, 'A mapping file says "csv:".', "Put everything under it.")
        self.place = outer["csv"].key.span
        self.entries = scalars.section(outer["csv"].value, report, '"csv"', KEYS)

    def read(self) -> CsvMapping:
        event = attempt(self._event, "")
        given = self.entries.get("format")
        dates = attempt(lambda: self._dates(given.value), None) if given is not None else None
        if not {"user_id", "anonymous_id"} & self.entries.keys():
            message = "Nothing says whose the rows are."
            self.report.add("missing-key", self.place, message, 'Name the column: "user_id: COLUMN".')
        if event not in {IDENTIFY, ""} and "timestamp" not in self.entries:
            message = "Nothing says when it happened."
            self.report.add("missing-key", self.place, message, 'Name the column: "timestamp: COLUMN".')
        return CsvMapping(
            report=self.report,
            event=event,
            zone=self._one("zone", self._zone) or self.settings.timezone,
            user_id=self._single("user_id"),
            anonymous_id=self._single("anonymous_id"),
            message_id=self._single("message_id"),
            timestamp=self._single("timestamp", dates),
            values=attempt(lambda: self._values(event), ()),
            where=attempt(self._where, ()),
            delimiter=self._one("delimiter", self._delimiter),
            encoding=self._one("encoding", self._encoding),
            decimal=DECIMALS[self._one("decimal", self._decimal) or "point"],
        )

    def _one(self, key: str, read: Callable[[Node], str]) -> str | None:
        entry = self.entries.get(key)
        return attempt(lambda: read(entry.value), None) if entry is not None else None

    def _event(self) -> str:
        event, identify = self.entries.get("event"), self.entries.get("identify")
        says = identify is not None and scalars.yes_no(identify.value, self.report, '"identify"')
        if (event is not None) == says:
            message = (
                "Either the rows are events, or each is a contact." if says else "Nothing says what a row is."
            )
            self.report.fail("missing-key", self.place, message, 'Write "event: NAME" or "identify: true".')
        if event is None:
            return IDENTIFY
        name = scalars.name(event.value, self.report, "an event's name")
        if name.startswith("$"):
            message = f'"{name}" cannot be an event.'
            self.report.fail("reserved-name", event.value.span, message, "Names with $ are autoflow's own.")
        self._warn_undeclared(name, event.value.span, self.settings.events, "event")
        return name

    def _values(self, event: str) -> tuple[tuple[str, Column, Declared | None], ...]:
        key, other = ("traits", "properties") if event == IDENTIFY else ("properties", "traits")
        if other in self.entries and event:
            message = f'"{other}" does not go with {"a list of contacts" if event == IDENTIFY else "events"}.'
            self.report.add("unknown-key", self.entries[other].key.span, message, f'Write "{key}".')
        entry = self.entries.get(key)
        if entry is None:
            return ()
        if event == IDENTIFY:
            types: Mapping[str, Declared] = self.settings.attributes
        else:
            types = self.settings.events[event].properties if event in self.settings.events else {}
        found = []
        for name, inner in self._mapping(entry).items():
            if types:
                what = "attribute" if event == IDENTIFY else f'property of "{event}"'
                self._warn_undeclared(name, inner.key.span, types, what)
            column = attempt(lambda: self._column(inner.value), None)  # noqa: B023 - called at once
            if column is not None:
                found.append((name, column, types.get(name)))
        return tuple(found)

    def _where(self) -> tuple[tuple[Column, frozenset[str]], ...]:
        entry = self.entries.get("where")
        if entry is None:
            return ()
        return tuple(
            (
                Column(name, inner.key.span),
                frozenset(
                    scalars.text(item, self.report, f'"{name}"', empty=True).casefold()
                    for item in scalars.items(inner.value, self.report)
                ),
            )
            for name, inner in self._mapping(entry).items()
        )

    def _mapping(self, entry: Entry) -> Mapping[str, Entry]:
        scalars.refuse_reported(entry.value, self.report)
        if not isinstance(entry.value, MappingNode):
            message = f'"{entry.key.text}" is written as names with columns.'
            self.report.fail("value", entry.value.span, message, "For example {total: Amount}.")
        return entry.value.entries

    def _single(self, key: str, dates: DateFormat | None = None) -> Column | None:
        entry = self.entries.get(key)
        return attempt(lambda: self._column(entry.value, dates), None) if entry is not None else None

    def _column(self, node: Node, dates: DateFormat | None = None) -> Column:
        if not isinstance(node, MappingNode):
            return Column(scalars.text(node, self.report, "a column"), node.span, dates)
        inner = scalars.section(node, self.report, "a column", ("column", "format"))
        if "column" not in inner:
            self.report.fail("missing-key", node.span, "The column is not named.", "Write {column: NAME}.")
        if "format" in inner:
            dates = self._dates(inner["format"].value)
        name = inner["column"].value
        return Column(scalars.text(name, self.report, "a column"), name.span, dates)

    def _dates(self, node: Node) -> DateFormat:
        written = scalars.text(node, self.report, '"format"')
        try:
            return parse_format(written)
        except ValueError as error:
            self.report.fail("value", node.span, str(error), "For example DD/MM/YYYY HH:mm.")

    def _zone(self, node: Node) -> str:
        name = scalars.text(node, self.report, '"zone"')
        try:
            zone(name)
        except LookupError as error:
            near = did_you_mean(name, zone_names())
            self.report.fail("value", node.span, str(error), f'Did you mean "{near}"?' if near else "")
        return name

    def _decimal(self, node: Node) -> str:
        return scalars.one_of(node, self.report, '"decimal"', DECIMALS)

    def _delimiter(self, node: Node) -> str:
        written = scalars.text(node, self.report, '"delimiter"')
        sign = _DELIMITERS.get(written, written)
        if len(sign) != 1 or sign.isalnum() or sign in "\"'\r\n":
            self.report.fail("value", node.span, "A delimiter is one sign.", 'For example ";" or tab.')
        return sign

    def _encoding(self, node: Node) -> str:
        written = scalars.text(node, self.report, '"encoding"')
        try:
            codecs.lookup(written)
            "".encode(written)
        except LookupError:
            message = f'There is no encoding called "{written}".'
            self.report.fail("value", node.span, message, "For example utf-8, utf-16 or windows-1252.")
        return written

    def _warn_undeclared(self, name: str, span: Span, known: Iterable[str], what: str) -> None:
        names = list(known)
        if name in names:
            return
        near = did_you_mean(name, names)
        fix = (
            f'Did you mean "{near}"?' if near else f"It is kept all the same. Declared: {listed(names, 20)}."
        )
        self.report.warn("unknown-name", span, f'autoflow.yaml declares no {what} called "{name}".', fix)


def check_columns(mapping: CsvMapping, header: list[str], file: str) -> None:
    """Refuse a mapping that names columns which the CSV file has not, or has twice."""
    for column in mapping.columns():
        times = header.count(column.name)
        if times == 1:
            continue
        near = did_you_mean(column.name, header)
        has = f"It has {listed([name for name in header if name], 30)}."
        fix = "Give one of them another name." if times else f'Did you mean "{near}"?' if near else has
        what = "two columns" if times else "no column"
        mapping.report.add("unknown-name", column.span, f'{file} has {what} called "{column.name}".', fix)
    errors = [problem for problem in mapping.report.problems if problem.severity == "error"]
    if errors:
        source = mapping.report.source
        raise MappingUnsoundError(sorted(errors), {source.file: source.text})
