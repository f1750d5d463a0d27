"""What can stand in `expect`: one entry of `EXPECT` a key, with how it is written and what it is held against.

What a story has brought about is counted from its start and not from the last `expect`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from autoflow.lab.testing.runs import (
    asked_of_each,
    entered_at,
    every_run,
    per_value,
    read_entered,
    read_per,
    read_runs,
)
from autoflow.lab.testing.scope import StoryScope
from autoflow.lab.testing.seen import ENDED, Seen
from autoflow.language import scalars
from autoflow.language.yaml.nodes import Node
from autoflow.model.effects import EMAIL, ENDINGS, SALES, SENT, SKIPPED, TASKS, WEBHOOKS
from autoflow.model.inside import EMAIL_HELD
from autoflow.model.values import Value, from_millionths

NONE = "none"


class Expectable(NamedTuple):
    """A key of `expect`: how its value is read, and what it must equal; `asked` leaves of that what the expected
    value asks about, where it does not ask about all of it.
    """

    read: Callable[[Node, StoryScope], Value]
    actual: Callable[[Seen], Value]
    asked: Callable[[Any, Any], Value] | None = None

    def compare(self, expected: Value, seen: Seen) -> tuple[bool, Value]:
        """Whether it is as expected, and what it is."""
        actual = self.actual(seen)
        if self.asked is not None:
            actual = self.asked(actual, expected)
        return actual == expected, actual


def _named(actual: Mapping[str, Value], expected: Mapping[str, Value]) -> Value:
    return {name: actual.get(name) for name in expected}


def _templates(node: Node, scope: StoryScope) -> Value:
    return [
        scope.known("template", item, "the name of a template") for item in scalars.items(node, scope.report)
    ]


def _notices(node: Node, scope: StoryScope) -> Value:
    return [scalars.text(item, scope.report, "a notice") for item in scalars.items(node, scope.report)]


def _titles(node: Node, scope: StoryScope) -> Value:
    return [
        scalars.text(item, scope.report, "the title of a task") for item in scalars.items(node, scope.report)
    ]


def _endpoints(node: Node, scope: StoryScope) -> Value:
    found = scalars.items(node, scope.report)
    return [scope.known("webhook", item, "the name of an endpoint") for item in found]


def _topics(node: Node, scope: StoryScope) -> Value:
    return sorted(scalars.name(item, scope.report, "a topic") for item in scalars.items(node, scope.report))


def _stage(node: Node, scope: StoryScope) -> Value:
    found = scalars.name(node, scope.report, "the name of a stage")
    return found if found == NONE else scope.known("stage", node, "the name of a stage")


def _scores(node: Node, scope: StoryScope) -> Value:
    return scope.scores(node)


def _tags(node: Node, scope: StoryScope) -> Value:
    return sorted(scalars.name(item, scope.report, "a tag") for item in scalars.items(node, scope.report))


def _audiences(node: Node, scope: StoryScope) -> Value:
    what = "the name of an audience"
    return sorted(scalars.plain_name(item, scope.report, what) for item in scalars.items(node, scope.report))


def _segments(node: Node, scope: StoryScope) -> Value:
    found = scalars.items(node, scope.report)
    return sorted(scope.known("segment", item, "the name of a segment") for item in found)


def _running(node: Node, scope: StoryScope) -> Value:
    return scalars.yes_no(node, scope.report, '"running"')


def _ended(node: Node, scope: StoryScope) -> Value:
    return scalars.one_of(node, scope.report, '"ended"', (*ENDINGS, NONE))


def _step(node: Node, scope: StoryScope) -> Value:
    return scope.step(node)


def _attributes(node: Node, scope: StoryScope) -> Value:
    return scope.attributes(scope.pairs(node, '"attributes"', "{plan: pro}"))


def _told(channel: str, value: str) -> Callable[[Seen], Value]:
    """A value of each message that went out on a channel."""
    return lambda seen: [
        each.values[value] for each in seen.messages if (each.channel, each.outcome) == (channel, SENT)
    ]


def _held_now(seen: Seen) -> Value:
    names = {(line.recipe, line.entry): line.subject for line in seen.journal if line.kind == EMAIL_HELD}
    runs = [run for run in seen.under_way() if run.held is not None]
    runs.sort(key=lambda run: (run.held, run.recipe, run.entry))
    return [names[run.recipe, run.entry] for run in runs]


def _all_attributes(seen: Seen) -> Value:
    """Those too that autoflow works out itself."""
    return {**seen.record.computed, **seen.record.attributes}


def _all_scores(seen: Seen) -> Value:
    return {name: from_millionths(score.value(seen.view)) for name, score in seen.scores.items()}


def _is_running(seen: Seen) -> Value:
    return any(run.recipe == seen.recipe for run in seen.under_way())


def _how_it_ended(seen: Seen) -> Value:
    mine = (line for line in reversed(seen.journal) if (line.kind, line.recipe) == (ENDED, seen.recipe))
    return next((line.subject for line in mine), NONE)


def _where_it_stands(seen: Seen) -> Value:
    runs = [run for run in seen.under_way() if run.recipe == seen.recipe]
    return max(runs, key=lambda run: run.entry).step if runs else NONE


EXPECT: dict[str, Expectable] = {
    # the templates sent, in order; those that the gate refused stand in skipped_emails
    "emails": Expectable(_templates, lambda seen: seen.names(EMAIL, SENT)),
    "skipped_emails": Expectable(_templates, lambda seen: seen.names(EMAIL, SKIPPED)),
    # the templates of the mails that the gate holds now, that held longest first
    "held_emails": Expectable(_templates, _held_now),
    # the texts of the notices, the titles of the tasks and the endpoints called, in order
    "sales_notices": Expectable(_notices, _told(SALES, "message")),
    "tasks": Expectable(_titles, _told(TASKS, "title")),
    "webhooks": Expectable(_endpoints, lambda seen: seen.names(WEBHOOKS, SENT)),
    # exactly what the contact has now; in what order they are written does not matter
    "tags": Expectable(_tags, lambda seen: sorted(seen.record.tags)),
    "audiences": Expectable(_audiences, lambda seen: sorted(seen.record.audiences)),
    "segments": Expectable(_segments, lambda seen: sorted(seen.record.segments)),
    # the topics that he has agreed to and not taken back
    "consent": Expectable(_topics, lambda seen: sorted(seen.record.consent)),
    # the stage at which he stands, or none
    "stage": Expectable(_stage, lambda seen: seen.record.stage or NONE),
    # only the scores that are named, as they stand at this instant
    "scores": Expectable(_scores, _all_scores, _named),
    # whether the contact is in the recipe now
    "running": Expectable(_running, _is_running),
    # how the latest of his runs that are over ended, or none
    "ended": Expectable(_ended, _how_it_ended),
    # the id of the step on which his youngest run stands, or none
    "step": Expectable(_step, _where_it_stands),
    # only the attributes that are named; one without a value must not be set
    "attributes": Expectable(_attributes, _all_attributes, _named),
    # each run of the recipe under test by itself, in the order in which they were entered (see `OF_RUN`)
    "runs": Expectable(
        lambda node, scope: read_runs(node, scope, OF_RUN, EXPECT),
        lambda seen: every_run(seen, OF_RUN),
        asked_of_each,
    ),
}

OF_RUN: dict[str, Expectable] = {
    # when it was entered, and which value of `per` is its own
    "entered": Expectable(read_entered, entered_at),
    "per": Expectable(read_per, per_value),
    # as above, of this run alone
    **{
        key: EXPECT[key]
        for key in (
            *("running", "ended", "step", "emails", "skipped_emails", "held_emails"),
            *("sales_notices", "tasks", "webhooks"),
        )
    },
}
