"""The story of a case: its steps, and the instants at which they happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autoflow.lab.testing.expect import EXPECT
from autoflow.lab.testing.scope import StoryScope
from autoflow.lab.testing.story import Arrival, Expected, Moment, local_time
from autoflow.language import scalars
from autoflow.language.source import Report, Unreadable
from autoflow.language.yaml.nodes import Entry, Node, Scalar
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.event import ENTER, IDENTIFY, PAGE_VISITED
from autoflow.model.instants import parse_instant, zone
from autoflow.model.values import Value

_KEYS = ("at", "after", "occurred", "event", "with", PAGE_VISITED, "set", "enter", "expect")
_HAPPENINGS = ("event", PAGE_VISITED, "set", "enter")
_MANUAL = "manual"
_EARLIEST, _LATEST = parse_instant("1971-01-01"), parse_instant("2200-01-01")


@dataclass
class Clock:
    """The time of a story as it is read; `now` is that of the step before.

    `at` is local time in the project's zone. `after` counts as a wait does (language.md, rule 8): days and
    longer keep the clock time in the contact's zone, the project's where he has none.
    """

    project: str
    contact: str | None = None
    now: int | None = None

    def at(self, node: Node, report: Report, what: str = '"at"') -> int:
        """The instant of a date and time."""
        found = scalars.scalar(node, report, what)
        try:
            instant = parse_instant(found.text, self.project)
        except (ValueError, OverflowError):
            message = f'"{found.text}" is not a date and time.'
            report.fail("value", found.span, message, "For example 2026-03-06 14:00.")
        return _bounded(instant, found, report)

    def after(self, node: Node, report: Report) -> int:
        """The instant that lies a duration after the step before."""
        length = scalars.duration(node, report, '"after"')
        if self.now is None:
            message = "There is no step before this one."
            report.fail("out-of-place", node.span, message, "Say when it is: at: 2026-03-06 14:00.")
        instant = length.after(self.now, self._zone())
        assert isinstance(node, Scalar)
        return _bounded(instant, node, report)

    def _zone(self) -> str:
        name = self.contact or self.project
        try:
            zone(name)
        except LookupError:
            return self.project
        return name


def read_story(entry: Entry, scope: StoryScope, clock: Clock) -> tuple[Moment, ...]:
    """The steps of a story, ascending.

    A step says when it is: `at`, `after` (counted from the step before it), or neither, for the same instant.
    It says what happens, `event` with its properties under `with`, `page_visited`, `set` (attributes), or `enter: true`
    (somebody lets the contact into the recipe by hand), and what to `expect` right then, of which it may leave out one.
    `occurred` is when an event happened that is
    received only now. What falls due at an instant has been done when it is looked at.
    """
    steps = scalars.items(entry.value, scope.report)
    if not steps:
        fix = "For example - {at: 2026-03-06 14:00, page_visited: /}."
        scope.report.fail("list-empty", entry.key.span, '"story" needs at least one step.', fix)
    moments: list[Moment] = []
    broken = False
    for node in steps:
        try:
            moments.append(_moment(node, scope, clock))
        except Unreadable:
            broken = True
    if broken:
        scope.report.give_up()
    return tuple(moments)


def read_past(node: Node, scope: StoryScope, clock: Clock) -> Arrival:
    """Something that the contact did before the story: `at`, and `event` with its properties or `page_visited`."""
    entries = _entries(node, scope, ("at", "event", "with", PAGE_VISITED))
    if "at" not in entries:
        fix = "For example at: 2026-03-06 14:00."
        scope.report.fail("missing-key", node.span, "What happened before the story needs a time.", fix)
    at = clock.at(entries["at"].value, scope.report)
    arrival = _arrival(entries, scope, at)
    if arrival is None:
        message = "What happened is missing here."
        scope.report.fail("missing-key", node.span, message, f'Write "event" or "{PAGE_VISITED}".')
    return arrival


def _moment(node: Node, scope: StoryScope, clock: Clock) -> Moment:
    entries = _entries(node, scope, _KEYS)
    at = _instant(node, entries, scope, clock)
    clock.now = at
    occurred = (
        clock.at(entries["occurred"].value, scope.report, '"occurred"') if "occurred" in entries else at
    )
    if occurred > at:
        message = "It cannot have occurred later than it is received."
        scope.report.add("out-of-place", entries["occurred"].value.span, message, "Write an earlier time.")
    arrival = _arrival(entries, scope, at, min(occurred, at))
    if "occurred" in entries and (arrival is None or arrival.name == ENTER):
        message = '"occurred" says when an event happened, and there is none.'
        scope.report.add("out-of-place", entries["occurred"].key.span, message, "Remove it.")
    if arrival is None and "expect" not in entries:
        if isinstance(node, MappingNode) and len(entries) < len(node.entries):
            scope.report.give_up()  # what should happen stands under a key that is not known
        message = "Nothing happens in this step, and nothing is expected."
        scope.report.fail(
            "missing-key", node.span, message, "Write event, page_visited, set, enter or expect."
        )
    if arrival is not None and arrival.name == IDENTIFY and "timezone" in arrival.properties:
        clock.contact = arrival.properties["timezone"]
    expected = _expected(entries["expect"], scope) if "expect" in entries else ()
    return Moment(at, scope.report.source.line_number(node.span.start), arrival, expected)


def _entries(node: Node, scope: StoryScope, keys: tuple[str, ...]) -> Mapping[str, Entry]:
    if not isinstance(node, MappingNode):
        return scalars.section(node, scope.report, "a step", keys)
    for key, entry in node.entries.items():
        if key in keys:
            continue
        message = f'There is no "{key}" in a step.'
        if key in scope.names.settings.events:
            scope.report.add("unknown-key", entry.key.span, message, f"Write event: {key}, with: {{…}}.")
        else:
            scalars.unknown_key(scope.report, entry.key, message, keys)
    return {key: entry for key, entry in node.entries.items() if key in keys}


def _instant(node: Node, entries: Mapping[str, Entry], scope: StoryScope, clock: Clock) -> int:
    report = scope.report
    if "at" in entries and "after" in entries:
        report.fail("value", entries["after"].key.span, "A step has one time.", 'Remove "at" or "after".')
    if "after" in entries:
        return clock.after(entries["after"].value, report)
    if "at" not in entries:
        if clock.now is None:
            fix = "For example at: 2026-03-06 14:00."
            report.fail("missing-key", node.span, "The first step needs a time.", fix)
        return clock.now
    at = clock.at(entries["at"].value, report)
    if clock.now is not None and at < clock.now:
        message = (
            f"This step lies before the one above it, which is at {local_time(clock.now, clock.project)}."
        )
        report.fail("out-of-place", entries["at"].value.span, message, "Put the steps in the order of time.")
    return at


def _arrival(
    entries: Mapping[str, Entry], scope: StoryScope, at: int, occurred_at: int | None = None
) -> Arrival | None:
    report = scope.report
    happenings = [entries[key] for key in _HAPPENINGS if key in entries]
    if len(happenings) > 1:
        fix = f'Give "{happenings[1].key.text}" a step of its own.'
        report.fail("value", happenings[1].key.span, "One thing happens in a step.", fix)
    if "with" in entries and "event" not in entries:
        message = '"with" gives the properties of an event, and there is none.'
        report.add("out-of-place", entries["with"].key.span, message, 'Write "event" beside it.')
    if not happenings:
        return None
    name, properties = _what(happenings[0], entries, scope)
    return Arrival(at, at if occurred_at is None else occurred_at, name, properties)


def _what(happening: Entry, entries: Mapping[str, Entry], scope: StoryScope) -> tuple[str, dict[str, Value]]:
    node = happening.value
    if happening.key.text == "set":
        return IDENTIFY, scope.attributes(scope.pairs(node, '"set"', "{plan: pro}"))
    if happening.key.text == "enter":
        return ENTER, {"recipe": _by_hand(happening, scope)}
    if happening.key.text == "event":
        name = scope.known("event", node, "the name of an event")
        return name, scope.properties(name, entries["with"].value) if "with" in entries else {}
    if isinstance(node, Scalar) and node.value is not None:
        return PAGE_VISITED, {"path": scalars.text(node, scope.report, "a path")}
    return PAGE_VISITED, scope.properties(PAGE_VISITED, node)


def _by_hand(happening: Entry, scope: StoryScope) -> str:
    """The recipe that somebody lets the contact into: the one under test."""
    report, recipe = scope.report, scope.recipe
    if not scalars.yes_no(happening.value, report, '"enter"'):
        report.fail("value", happening.value.span, "Nobody enters by this step.", "Remove it, or write true.")
    if recipe is None:
        return ""
    if all(trigger.word != _MANUAL for trigger in recipe.triggers):
        message = f'Nobody is let into the recipe "{recipe.id}" by hand: it has no trigger "{_MANUAL}".'
        report.add("out-of-place", happening.key.span, message, f"Add {_MANUAL} to its triggers.")
    return recipe.id


def _expected(entry: Entry, scope: StoryScope) -> tuple[Expected, ...]:
    report = scope.report
    if isinstance(entry.value, MappingNode) and not entry.value.entries:
        fix = "For example {running: true}."
        report.add("list-empty", entry.key.span, '"expect" needs at least one expectation.', fix)
    found: list[Expected] = []
    for key, inner in scalars.section(entry.value, report, '"expect"', tuple(EXPECT)).items():
        value = scalars.attempt(lambda: EXPECT[key].read(inner.value, scope), None)  # noqa: B023 - called at once
        found.append(Expected(report.source.line_number(inner.key.span.start), key, value))
    return tuple(found)


def _bounded(instant: int, node: Scalar, report: Report) -> int:
    if not _EARLIEST <= instant < _LATEST:
        message = "A story plays between the years 1971 and 2199, and this lies outside."
        report.fail("value", node.span, message, "Write a time between them.")
    return instant
