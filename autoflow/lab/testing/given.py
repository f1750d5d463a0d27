"""What a case gives: the contact as the story finds him."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from autoflow.kinds.actions.split import Split
from autoflow.lab.testing.happenings import Clock, read_past
from autoflow.lab.testing.scope import StoryScope
from autoflow.lab.testing.story import Arrival, Given
from autoflow.language import scalars
from autoflow.language.names import listed
from autoflow.language.scalars import attempt, items, section
from autoflow.language.source import Report
from autoflow.language.yaml.nodes import Entry, Node
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.problems import did_you_mean
from autoflow.model.values import Value, millionths

T = TypeVar("T")

_KEYS = ("contact", "tags", "audiences", "consent", "stage", "scores", "parts", "events")
_WHO = "contact"  # the user id of a contact who has neither an id nor an email
NOBODY = Given(_WHO, known=False)


def read_given(node: Node, scope: StoryScope) -> Given:
    """`given`: `contact` (attributes, and `id` for the user id), `tags`, `audiences`, `consent` (the topics that he
    agreed to), `stage`, `scores` (what they stand at when the story begins), `parts` (a split's step → the part into
    which he falls), and `events` (what he did before, each with `at`).
    """
    report = scope.report
    if isinstance(node, MappingNode) and (named := node.entries.get("segments")) is not None:
        message = "Segments are not given: they follow from what is known of the contact."
        fix = "Give the attributes, tags or events that they ask for."
        report.fail("unknown-key", named.key.span, message, fix)
    found = section(node, report, '"given"', _KEYS)
    nobody: tuple[str, dict[str, Value]] = (_WHO, {})
    no_scores: dict[str, int] = {}
    no_parts: dict[str, str] = {}
    user, attributes = part(found, "contact", lambda node: _contact(node, scope), nobody)
    return Given(
        user,
        attributes,
        tags=part(found, "tags", lambda node: _names(node, report, scalars.name, "a tag"), ()),
        audiences=part(
            found, "audiences", lambda node: _names(node, report, scalars.plain_name, "an audience"), ()
        ),
        consent=part(found, "consent", lambda node: _names(node, report, scalars.name, "a topic"), ()),
        stage=part(found, "stage", lambda node: scope.known("stage", node, "the name of a stage"), ""),
        scores=part(found, "scores", lambda node: _scores(node, scope), no_scores),
        parts=part(found, "parts", lambda node: _parts(node, scope), no_parts),
        history=part(found, "events", lambda node: _history(node, scope), ()),
    )


def part(entries: Mapping[str, Entry], key: str, read: Callable[[Node], T], otherwise: T) -> T:
    """What stands under a key, or `otherwise` where nothing does or it could not be read (and that is reported)."""
    return attempt(lambda: read(entries[key].value), otherwise) if key in entries else otherwise


def _contact(node: Node, scope: StoryScope) -> tuple[str, dict[str, Value]]:
    entries = dict(scope.pairs(node, '"contact"', "{email: ana@example.com}"))
    who = entries.pop("id", None)
    attributes = scope.attributes(entries)
    user = scalars.name(who.value, scope.report, '"id"') if who else str(attributes.get("email") or _WHO)
    return user, {name: value for name, value in attributes.items() if value is not None}


def _names(
    node: Node, report: Report, read: Callable[[Node, Report, str], str], what: str
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(read(item, report, what) for item in items(node, report)))


def _scores(node: Node, scope: StoryScope) -> dict[str, int]:
    return {name: millionths(value) or 0 for name, value in scope.scores(node).items()}


def _parts(node: Node, scope: StoryScope) -> dict[str, str]:
    splits = _splits(scope)
    found: dict[str, str] = {}
    for step, entry in scope.pairs(node, '"parts"', "{split: a}").items():
        found[step] = scalars.name(entry.value, scope.report, "the name of a part")
        if splits is None:
            continue
        if step not in splits:
            recipe = scope.recipe.id if scope.recipe is not None else ""
            message = f'The recipe "{recipe}" has no split called "{step}".'
            scope.report.add("unknown-name", entry.key.span, message, _near(step, list(splits)))
        elif found[step] not in splits[step]:
            message = f'The split "{step}" has no part called "{found[step]}".'
            scope.report.add("unknown-name", entry.value.span, message, _near(found[step], splits[step]))
    return found


def _splits(scope: StoryScope) -> dict[str, list[str]] | None:
    """The splits of the recipe under test with the names of their parts; None where it could not be read."""
    if scope.recipe is None:
        return None
    actions = ((step.id, step.action) for step in scope.recipe.steps)
    return {
        name: [each.name for each in action.parts] for name, action in actions if isinstance(action, Split)
    }


def _near(name: str, known: list[str]) -> str:
    near = did_you_mean(name, known)
    if near:
        return f'Did you mean "{near}"?'
    return f"It has {listed(known)}." if known else "It has none; remove this."


def _history(node: Node, scope: StoryScope) -> tuple[Arrival, ...]:
    clock = Clock(scope.names.settings.timezone)
    past = [attempt(lambda: read_past(each, scope, clock), None) for each in items(node, scope.report)]  # noqa: B023 - called at once
    if None in past:
        scope.report.give_up()
    return tuple(sorted((each for each in past if each is not None), key=lambda each: each.at))
