"""Attributes that autoflow works out itself: `{count_of: purchased, within_last: 90 days}`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from autoflow.kinds.computed import Computed
from autoflow.kinds.memory import KEPT
from autoflow.kinds.where import EVERY
from autoflow.language import scalars
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.scope import Scope
from autoflow.language.settings.declared import TYPE_WORDS, Declared
from autoflow.language.settings.event_tests import read_event, read_property, read_tests
from autoflow.language.source import Span, Unreadable
from autoflow.language.yaml.nodes import Entry, Node, Scalar
from autoflow.language.yaml.nodes import Mapping as MappingNode

COMPUTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "usual_gap_between": ("where", "needs"),
        "count_of": ("where", "within_last"),
        "sum_of": ("where", "within_last"),
        "last_of": ("where",),
        "first_of": ("where",),
    }
)
"""The words, with what may stand beside each."""
_FEWEST = 2


def read_computed(
    nodes: Mapping[str, MappingNode], scope: Scope
) -> Mapping[str, tuple[Computed, Declared] | None]:
    """How each attribute comes about and the type it has, in the order given; None for what could not be read."""

    def read(node: MappingNode) -> tuple[Computed, Declared] | None:
        try:
            return _read(node, scope)
        except Unreadable:
            return None

    return {name: read(node) for name, node in nodes.items()}


def _read(node: MappingNode, scope: Scope) -> tuple[Computed, Declared]:
    report = scope.report
    words = [entry for key, entry in node.entries.items() if key in COMPUTED]
    if len(words) > 1:
        message = "An attribute is worked out in one way."
        fix = f'Keep "{words[0].key.text}" or "{words[1].key.text}", and make another attribute of the other.'
        report.fail("value", words[1].key.span, message, fix)
    word = words[0].key.text
    entries = scalars.section(node, report, f'"{word}"', (word, *COMPUTED[word]))
    broken = len(entries) < len(node.entries)
    event, measured, declared = _measured(word, words[0].value, scope)
    where, needs, within = EVERY, 3, None
    if "where" in entries:
        where = read_tests(event, entries["where"].value, scope, "where")
    if "needs" in entries:
        needs = _needs(entries["needs"], scope)
    if "within_last" in entries:
        within = scalars.duration(entries["within_last"].value, report, '"within_last"')
    if broken:
        report.give_up()
    return Computed(word, event, measured, where, within, needs), declared


def _measured(word: str, node: Node, scope: Scope) -> tuple[str, str, Declared]:
    """The event, the property that is looked at if any, and the type that the attribute has by it."""
    if word in {"usual_gap_between", "count_of"}:
        return _bare_event(word, node, scope), "", Declared("number", computed=True)
    event, dot, name = scalars.name(node, scope.report, f'"{word}"').partition(".")
    if not event or (dot and not name) or (word == "sum_of" and not dot):
        names = (
            "an event and a number of it"
            if word == "sum_of"
            else "an event, or an event and a property of it"
        )
        fix = f"For example {word}: purchased.total."
        scope.report.fail("value", node.span, f'"{word}" names {names}.', fix)
    read_event(Scalar(_part(node, event, scope), event, event), scope)
    if not dot:
        return event, "", Declared("date_time", computed=True)
    place = _part(node, f".{name}", scope)
    declared = read_property(event, name, Scalar(Span(place.start + 1, place.end), name, name), scope)
    if declared is None:
        scope.report.give_up()  # what is wrong with the event's declaration is told there
    if word == "sum_of" and declared.type not in {"number", "money"}:
        message = f'"{name}" of "{event}" is {TYPE_WORDS[declared.type]}, and only numbers are summed.'
        fix = f"Numbers are declared as number or money in {SETTINGS_FILE}."
        scope.report.fail("value", Span(place.start + 1, place.end), message, fix)
    return event, name, Declared(declared.type, declared.choices, computed=True)


def _bare_event(word: str, node: Node, scope: Scope) -> str:
    found = scalars.name(node, scope.report, f'"{word}"')
    event, dot, _ = found.partition(".")
    known = scope.names.known("event")
    if dot and (known is None or event in known):
        message = f'"{word}" takes an event, without a property.'
        scope.report.fail("value", node.span, message, f"Write {word}: {event}.")
    return read_event(node, scope)


def _part(node: Node, part: str, scope: Scope) -> Span:
    return scalars.inside(node.span, scope.report, part)


def _needs(entry: Entry, scope: Scope) -> int:
    found = scalars.times(entry.value, scope.report, '"needs"')
    if not _FEWEST <= found <= KEPT:
        message = f'"needs" is not between {_FEWEST} and {KEPT}.'
        fix = "A gap lies between two events, and the last 32 are looked at. For example needs: 3 times."
        scope.report.fail("value", entry.value.span, message, fix)
    return found
