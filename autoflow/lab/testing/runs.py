"""`runs` in `expect`: each run of the recipe under test by itself, in the order in which they were entered.

expect: {runs: [{per: A1, ended: goal, emails: [review]}, {per: A2, running: true}]}
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from autoflow.lab.testing.scope import StoryScope
from autoflow.lab.testing.seen import Seen
from autoflow.lab.testing.story import local_time
from autoflow.language import scalars
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.language.yaml.nodes import Node
from autoflow.model.instants import parse_instant
from autoflow.model.values import Value

if TYPE_CHECKING:
    from autoflow.lab.testing.expect import Expectable

ENTERED, PER = "entered", "per"
_EXAMPLE = "For example runs: [{ended: goal}, {running: true}]."


def read_runs(
    node: Node, scope: StoryScope, keys: Mapping[str, Expectable], outside: Collection[str]
) -> Value:
    """A list with what is expected of each run, which may be nothing; `outside` are keys that ask about the contact."""
    return scalars.each(
        scalars.items(node, scope.report), lambda item: _run(item, scope, keys, outside), scope.report
    )


def _run(node: Node, scope: StoryScope, keys: Mapping[str, Expectable], outside: Collection[str]) -> Value:
    report = scope.report
    scalars.refuse_reported(node, report)
    if not isinstance(node, MappingNode):
        report.fail("value", node.span, '"runs" says of each run what is expected of it.', _EXAMPLE)
    found: dict[str, Value] = {}
    for key, entry in node.entries.items():
        if key in keys:
            found[key] = scalars.attempt(lambda: keys[key].read(entry.value, scope), None)  # noqa: B023 - called at once
        elif key in outside and key != "runs":
            message = f'"{key}" is the contact\'s, and not that of one run.'
            report.add("out-of-place", entry.key.span, message, f'Write "{key}" beside "runs".')
        else:
            scalars.unknown_key(report, entry.key, f'There is no "{key}" in a run.', tuple(keys))
    return found


def read_entered(node: Node, scope: StoryScope) -> Value:
    """When a run began: a date and time on the project's clock."""
    found = scalars.scalar(node, scope.report, f'"{ENTERED}"')
    zone = scope.names.settings.timezone
    try:
        return local_time(parse_instant(found.text, zone), zone)
    except (ValueError, OverflowError):
        message = f'"{found.text}" is not a date and time.'
        return scope.report.fail("value", found.span, message, "For example 2026-03-06 14:00.")


def read_per(node: Node, scope: StoryScope) -> Value:
    """The value of `per` by which a run is told from others."""
    found = scalars.text(node, scope.report, f'"{PER}"')
    if scope.recipe is not None and scope.recipe.per is None:
        message = f'The recipe "{scope.recipe.id}" has no "per": its runs are not told apart by a value.'
        fix = f'Say when it was entered, or leave "{PER}" out.'
        scope.report.add("out-of-place", node.span, message, fix)
    return found


def entered_at(seen: Seen) -> Value:
    """When the run began, as tests write it."""
    return local_time(seen.entries()[0].at, seen.zone)


def per_value(seen: Seen) -> Value:
    """The value of `per` of the run, or nothing."""
    return (seen.entries()[0].detail or {}).get(PER)


def every_run(seen: Seen, keys: Mapping[str, Expectable]) -> list[dict[str, Value]]:
    """All that can be said of each run."""
    runs = (seen.of_run(line.entry) for line in seen.entries())
    return [{key: each.actual(run) for key, each in keys.items()} for run in runs]


def asked_of_each(actual: list[dict[str, Value]], expected: list[dict[str, Value]]) -> Value:
    """Of each run what is asked about it; of those that nobody expects how they are told apart and how they stand."""
    return [
        {key: run[key] for key in (expected[number] if number < len(expected) else _briefly(run))}
        for number, run in enumerate(actual)
    ]


def _briefly(run: Mapping[str, Value]) -> list[str]:
    told_apart = [ENTERED] if run[PER] is None else [ENTERED, PER]
    return [*told_apart, "running" if run["running"] else "ended", "emails"]
