"""What autoflow.yaml says of events: which one, a property of it, and `where`."""

from __future__ import annotations

from autoflow.kinds.operators import Test
from autoflow.kinds.where import Where
from autoflow.language import scalars
from autoflow.language.names import Names
from autoflow.language.operands import bare_test
from autoflow.language.placeholders import holds_placeholder
from autoflow.language.scope import Scope
from autoflow.language.settings.declared import Declared
from autoflow.language.settings.settings import Settings
from autoflow.language.source import Report
from autoflow.language.yaml.nodes import Entry, Mapping, Node, Sequence


def scope_of(settings: Settings, report: Report, *, declared: bool) -> Scope:
    """What parts of autoflow.yaml may refer to: the attributes and events that have been read.

    Where not all of them could be, `declared` is False and none is missed.
    """
    return Scope(report, Names(settings, declared=declared), "segment")


def read_event(node: Node, scope: Scope) -> str:
    """The name of an event that is declared or built in."""
    found = scalars.name(node, scope.report, "the name of an event")
    known = scope.names.known("event")
    if known is not None and found not in known:
        scope.report.fail("unknown-name", node.span, *scope.names.missing("event", found))
    return found


def read_property(event: str, name: str, node: Node, scope: Scope) -> Declared | None:
    """The type of an event's property that is written as `EVENT.PROPERTY`; None where nobody knows it."""
    declared = scope.property(event, name)
    if declared is None and scope.names.properties(event) is not None:
        place = scalars.inside(node.span, scope.report, name) if name else node.span
        scope.report.fail("unknown-name", place, *scope.names.missing_property(event, name))
    return declared


def read_tests(event: str, node: Node, scope: Scope, under: str) -> Where:
    """Tests on properties of the event, all of which must hold: a value, a list of them, or operators each.

    `under` is the key that they stand under.
    """
    report = scope.report
    scalars.refuse_reported(node, report)
    if not isinstance(node, Mapping) or not node.entries:
        first = next(iter(scope.names.properties(event) or ()), "category")
        message = f'"{under}" names properties and what they must be.'
        report.fail("value", node.span, message, f"For example {under}: {{{first}: …}}.")
    refuse_placeholders(node, report)
    found = scalars.each(node.entries.values(), lambda entry: _tests(event, entry, scope), report)
    return sorted_tests(*found)


def sorted_tests(*found: list[tuple[str, Test]]) -> Where:
    """Tests in an order that does not depend on how they are written."""
    return Where(tuple(sorted((test for tests in found for test in tests), key=lambda test: test[0])))


def _tests(event: str, entry: Entry, scope: Scope) -> list[tuple[str, Test]]:
    name = entry.key.text
    declared = read_property(event, name, entry.key, scope)
    return [(name, test) for test in bare_test(entry, declared, scope)]


def refuse_placeholders(node: Node, report: Report) -> None:
    """Give up where a value holds a placeholder."""
    if holds_placeholder(node):
        message = "A placeholder cannot stand in autoflow.yaml, which means the same for everybody."
        report.fail("placeholder-here", node.span, message, "Write the value itself.")
    if isinstance(node, Mapping):
        for entry in node.entries.values():
            refuse_placeholders(entry.value, report)
    elif isinstance(node, Sequence):
        for item in node.items:
            refuse_placeholders(item, report)
