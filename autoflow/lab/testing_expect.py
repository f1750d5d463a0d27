"""What can stand in `expect`: one entry of `EXPECT` a key, with how it is written and what it is held against.

What a story has brought about is counted from its start and not from the last `expect`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from autoflow.lab.testing_scope import StoryScope
from autoflow.language import scalars
from autoflow.language.nodes import Node
from autoflow.model.contact import Record
from autoflow.model.effects import EMAIL, ENDINGS, SALES, SENT, SKIPPED, Effects, Happening, Message
from autoflow.model.values import Value

NONE = "none"
ENDED = "ended"


@dataclass
class Seen:
    """The contact now, and all that the story has brought about; `recipe` is the one under test."""

    recipe: str
    record: Record
    messages: list[Message] = field(default_factory=list)
    journal: list[Happening] = field(default_factory=list)

    def add(self, effects: Effects) -> None:
        """Take in what came next."""
        self.messages += effects.messages
        self.journal += effects.journal

    def names(self, channel: str, outcome: str) -> list[Value]:
        """What was decided on a channel with that outcome, in order."""
        return [each.name for each in self.messages if (each.channel, each.outcome) == (channel, outcome)]


class Expectable(NamedTuple):
    """A key of `expect`: how its value is read, and what it must equal. `actual` is also given what is expected."""

    read: Callable[[Node, StoryScope, str], Value]
    actual: Callable[[Seen, Value], Value]


def _templates(node: Node, scope: StoryScope, key: str) -> Value:
    return [
        scope.known("template", item, "the name of a template") for item in scalars.items(node, scope.report)
    ]


def _texts(node: Node, scope: StoryScope, key: str) -> Value:
    return [scalars.text(item, scope.report, f'"{key}"') for item in scalars.items(node, scope.report)]


def _tags(node: Node, scope: StoryScope, key: str) -> Value:
    return sorted(scalars.name(item, scope.report, "a tag") for item in scalars.items(node, scope.report))


def _audiences(node: Node, scope: StoryScope, key: str) -> Value:
    found = scalars.items(node, scope.report)
    return sorted(scalars.plain_name(item, scope.report, "the name of an audience") for item in found)


def _segments(node: Node, scope: StoryScope, key: str) -> Value:
    found = scalars.items(node, scope.report)
    return sorted(scope.known("segment", item, "the name of a segment") for item in found)


def _yes_no(node: Node, scope: StoryScope, key: str) -> Value:
    return scalars.yes_no(node, scope.report, f'"{key}"')


def _ending(node: Node, scope: StoryScope, key: str) -> Value:
    return scalars.one_of(node, scope.report, f'"{key}"', (*ENDINGS, NONE))


def _step(node: Node, scope: StoryScope, key: str) -> Value:
    return scope.step(node)


def _attributes(node: Node, scope: StoryScope, key: str) -> Value:
    return scope.attributes(scope.pairs(node, f'"{key}"', "{plan: pro}"))


def _notices(seen: Seen, expected: Value) -> Value:
    return [each.values["message"] for each in seen.messages if (each.channel, each.outcome) == (SALES, SENT)]


def _ended(seen: Seen, expected: Value) -> Value:
    ends = (
        each.subject for each in reversed(seen.journal) if (each.kind, each.recipe) == (ENDED, seen.recipe)
    )
    return next(ends, NONE)


def _stands_on(seen: Seen, expected: Value) -> Value:
    runs = [run for run in seen.record.runs if run.recipe == seen.recipe]
    return max(runs, key=lambda run: run.entry).step if runs else NONE


EXPECT: dict[str, Expectable] = {
    # the templates sent, in order; those that the gate refused stand in skipped_emails
    "emails": Expectable(_templates, lambda seen, _: seen.names(EMAIL, SENT)),
    "skipped_emails": Expectable(_templates, lambda seen, _: seen.names(EMAIL, SKIPPED)),
    # the texts of the notices, in order
    "sales_notices": Expectable(_texts, _notices),
    # exactly what the contact has now; in what order they are written does not matter
    "tags": Expectable(_tags, lambda seen, _: sorted(seen.record.tags)),
    "audiences": Expectable(_audiences, lambda seen, _: sorted(seen.record.audiences)),
    "segments": Expectable(_segments, lambda seen, _: sorted(seen.record.segments)),
    # whether the contact is in the recipe now
    "running": Expectable(
        _yes_no, lambda seen, _: any(run.recipe == seen.recipe for run in seen.record.runs)
    ),
    # how his latest run that is over ended, or none
    "ended": Expectable(_ending, _ended),
    # the id of the step on which his youngest run stands, or none
    "step": Expectable(_step, _stands_on),
    # only the attributes that are named; one without a value must not be set
    "attributes": Expectable(
        _attributes, lambda seen, expected: {name: seen.record.attributes.get(name) for name in expected}
    ),
}
