"""`scores` in autoflow.yaml: points for what contacts do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from autoflow.kinds.operators import Test
from autoflow.kinds.scores import Rule, Score, score
from autoflow.kinds.triggers.page_visited import PageVisited
from autoflow.kinds.where import EVERY, Where
from autoflow.language import scalars
from autoflow.language.rates import read_rate
from autoflow.language.scalars import attempt
from autoflow.language.scope import Scope
from autoflow.language.settings.declared import EVENTS
from autoflow.language.settings.event_tests import read_event, read_tests, refuse_placeholders, sorted_tests
from autoflow.language.yaml.nodes import Entry, Node, Scalar
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.event import PAGE_VISITED
from autoflow.model.values import MILLION, millionths

MOST_POINTS = 1_000_000
_EXAMPLE = "lead: {rules: [{when: page_visited, add: 1}]}"
_KEYS = ("floor", "halves_every", "rules")
_RULE = ("when", "add", "at_most")


def read_scores(node: Node, scope: Scope) -> Mapping[str, Score]:
    """The scores that could be read, by name."""
    scalars.refuse_reported(node, scope.report)
    if not isinstance(node, MappingNode):
        message = '"scores" is written as names with rules.'
        scope.report.fail("value", node.span, message, f"For example {_EXAMPLE}.")
    found: dict[str, Score] = {}
    for entry in node.entries.values():
        read = attempt(lambda entry=entry: _score(entry, scope), None)  # type: ignore[misc]
        if read is not None:
            found[read.name] = read
    return MappingProxyType(found)


def _score(entry: Entry, scope: Scope) -> Score:
    report = scope.report
    name = scalars.plain_name(entry.key, report, "a score")
    entries = scalars.section(entry.value, report, f'the score "{name}"', _KEYS)
    floor = half_life = None
    if "floor" in entries:
        floor = attempt(lambda: _number(entries["floor"].value, scope, '"floor"'), None)
    if "halves_every" in entries:
        half_life = attempt(lambda: _half_life(entries["halves_every"].value, scope), None)
    listed = entries["rules"].value if "rules" in entries else None
    if listed is None and scalars.strangers(entry.value, entries):
        report.give_up()
    if listed is None:
        report.fail(
            "missing-key", entry.key.span, f'The score "{name}" needs "rules".', f"For example {_EXAMPLE}."
        )
    rules = scalars.each(scalars.items(listed, report), lambda item: _rule(item, scope), report)
    if not rules:
        report.fail("list-empty", listed.span, '"rules" needs at least one rule.', f"For example {_EXAMPLE}.")
    return score(name, tuple(rules), floor, half_life)


def _half_life(node: Node, scope: Scope) -> int:
    found = scalars.duration(node, scope.report, '"halves_every"')
    if found.fixed is None:
        message = (
            f'"halves_every" needs a length that is always the same, and "{found}" depends on the calendar.'
        )
        days = found.days + (30 * found.months if found.months % 12 else 365 * (found.months // 12))
        scope.report.fail("value", node.span, message, f"Write it in days, for example {days} days.")
    return found.fixed


def _rule(node: Node, scope: Scope) -> Rule:
    report = scope.report
    entries = scalars.section(node, report, "a rule", _RULE)
    if scalars.strangers(node, entries):
        report.give_up()
    for key in ("when", "add"):
        if key not in entries:
            fix = "For example {when: page_visited, add: 1}."
            report.fail("missing-key", node.span, f'This rule needs "{key}".', fix)
    event, where = _when(entries["when"].value, scope)
    points = _number(entries["add"].value, scope, '"add"')
    if points == 0:
        report.fail("value", entries["add"].value.span, '"add" 0 changes nothing.', "Write any other number.")
    limit = read_rate(entries["at_most"].value, report, '"at_most"') if "at_most" in entries else None
    return Rule(event, where, points, limit)


def _when(node: Node, scope: Scope) -> tuple[str, Where]:
    """An event's name, or the name with tests of its properties."""
    report = scope.report
    refuse_placeholders(node, report)
    if not isinstance(node, MappingNode):
        return read_event(node, scope), EVERY
    if len(node.entries) != 1:
        place = list(node.entries.values())[1].key.span if node.entries else node.span
        fix = "Write a rule for each event. For example when: {page_visited: {path: /pricing*}}."
        report.fail("value", place, '"when" names one event.', fix)
    [entry] = node.entries.values()
    event = read_event(entry.key, scope)
    if isinstance(entry.value, Scalar) and entry.value.value is None:
        return event, EVERY
    if event == PAGE_VISITED:
        return event, _pages(entry, scope)
    return event, read_tests(event, entry.value, scope, event)


def _pages(entry: Entry, scope: Scope) -> Where:
    """As in the trigger `page_visited`: `*` stands for anything in what is built in, and a bare text is the path."""
    if isinstance(entry.value, Scalar):
        return sorted_tests([_glob(PageVisited.short, entry.value, scope)])
    if not isinstance(entry.value, MappingNode):
        return read_tests(PAGE_VISITED, entry.value, scope, PAGE_VISITED)
    globs, others = [], MappingNode(entry.value.span)
    for name, inner in entry.value.entries.items():
        if name in EVENTS[PAGE_VISITED].properties:
            globs.append(_glob(name, inner.value, scope))
        else:
            others.entries[name] = inner
    if not others.entries and globs:
        return sorted_tests(globs)
    rest = read_tests(PAGE_VISITED, others, scope, PAGE_VISITED)
    return sorted_tests(globs, list(rest.tests))


def _glob(name: str, node: Node, scope: Scope) -> tuple[str, Test]:
    return name, Test("matches", scalars.text(node, scope.report, f'"{name}"'), "text")


def _number(node: Node, scope: Scope, what: str) -> int:
    """A number, in millionths."""
    found = scalars.scalar(node, scope.report, what)
    exact = millionths(found.value) if isinstance(found.value, (int, float)) else None
    if exact is None or isinstance(found.value, bool):
        message = f'{scalars.capital(what)} is a number, not "{found.text}".'
        scope.report.fail("value", found.span, message, f"For example {what.strip(chr(34))}: 10.")
    if abs(exact) > MOST_POINTS * MILLION:
        message = f"{scalars.capital(what)} is not between -{MOST_POINTS:,} and {MOST_POINTS:,}."
        scope.report.fail("value", found.span, message, "Write a number in that range.")
    return exact
