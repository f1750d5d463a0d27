"""`autoflow contact show`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import clean, iso, local, note_unread, say, table
from autoflow.cli.state import State, json_option, pass_state
from autoflow.cli.tasks import task_row
from autoflow.model.values import plain

if TYPE_CHECKING:
    from autoflow.store.history import Stored
    from autoflow.store.reports import ContactStory, Line
    from autoflow.store.tasks import Task

_SENTENCES = {
    "segment_entered": "came into the segment {subject}",
    "segment_left": "left the segment {subject}",
    "entered": "entered the recipe {recipe}",
    "refused": "was turned away from {recipe}: {subject}",
    "ended": "{recipe} ended: {subject}",
    "email_sent": "mail {subject} ({recipe})",
    "email_skipped": "mail {subject} was not sent ({recipe})",
    "sales_notified": "notice to {subject} ({recipe})",
    "audience_joined": "joined the audience {subject} ({recipe})",
    "audience_left": "left the audience {subject} ({recipe})",
    "tag_added": "tagged {subject} ({recipe})",
    "tag_removed": "tag {subject} taken off ({recipe})",
    "attribute_set": "{subject} was set ({recipe})",
    "task_created": "task: {subject} ({recipe})",
    "task_done": "task done: {subject}",
}
_NAMES = {
    "$identify": "identify",
    "$merge": "turned out to be one with another contact",
    "$known_as": "said who he is",
    "$enter": "put forward by hand",
}


_TASK = "task_created"


class Moment(NamedTuple):
    """A line of the timeline."""

    at: int
    source: str
    kind: str
    subject: str
    recipe: str
    detail: dict[str, Any]


@click.group()
def command() -> None:
    """Look at one contact."""


@command.command()
@click.argument("who")
@json_option
@pass_state
def show(state: State, who: str, *, as_json: bool) -> None:
    """Show everything about WHO (a user id or an email address), with a timeline."""
    from autoflow.store.reports import contact_story

    with state.store(reading=True) as database:
        story = contact_story(database, who)
    if not story.record.first_known:
        note_unread(story.record.name)
    timeline = _timeline(story)
    if as_json:
        print_json(_row(story, timeline))
    else:
        _tell(story, timeline, state.settings.timezone)


def _timeline(story: ContactStory) -> list[Moment]:
    """Events (history when it occurred, the rest at receipt), and after each what it brought about."""
    moments = [(_happened(each), 0) for each in story.events]
    moments += [(_inside(each), 1) for each in story.journal if each.kind != _TASK]
    moments += [(each, 1) for task in story.tasks for each in _asked(task)]
    return [moment for moment, _ in sorted(moments, key=lambda each: (each[0].at, each[1]))]


def _happened(event: Stored) -> Moment:
    detail = dict(event.properties)
    if event.name == "$merge":
        detail = {}
    return Moment(event.occurred_at if event.history else event.at, "event", event.name, "", "", detail)


def _inside(line: Line) -> Moment:
    return Moment(line.at, "engine", line.kind, line.subject, line.recipe, line.detail)


def _asked(task: Task) -> Iterator[Moment]:
    """A task at the time it was given, and when it was ticked off."""
    detail = {"id": task.id, "to": task.owner, "due": task.due or None, "note": task.note}
    yield Moment(task.at, "engine", _TASK, task.title, task.recipe, detail)
    if task.done_at is not None:
        yield Moment(task.done_at, "person", "task_done", task.title, task.recipe, {"id": task.id})


def _row(story: ContactStory, timeline: list[Moment]) -> dict[str, Any]:
    record = story.record
    return {
        "contact": record.name,
        "key": story.key,
        "names": story.names,
        "first_known": iso(record.first_known) if record.first_known else None,
        "attributes": dict(sorted(record.attributes.items())),
        "tags": sorted(record.tags),
        "segments": sorted(record.segments),
        "audiences": sorted(record.audiences),
        "refused": sorted(record.refused),
        "suppressed": record.suppressed or None,
        "events": sum(not each.name.startswith("$") for each in story.events),
        "runs": [
            {**each._asdict(), "entered_at": iso(each.entered_at), "ended_at": iso(each.ended_at)}
            for each in story.runs
        ],
        "messages": [{**each._asdict(), "at": iso(each.at)} for each in story.messages],
        "timeline": [{**each._asdict(), "at": iso(each.at)} for each in timeline],
        "tasks": [task_row(each) for each in story.tasks],
    }


def _tell(story: ContactStory, timeline: list[Moment], zone: str) -> None:
    record = story.record
    say(f"{clean(record.name)}  (times in {zone})")
    for name, value in sorted(record.attributes.items()):
        say(f"  {clean(name)}: {clean(plain(value))}")
    for what, found in (
        ("tags", record.tags),
        ("segments", record.segments),
        ("audiences", record.audiences),
    ):
        if found:
            say(f"{what.capitalize():<10} {clean(', '.join(sorted(found)))}")
    if record.suppressed:
        say(f"Gets no mail at all: {record.suppressed}")
    elif record.refused:
        told = "everything" if "*" in record.refused else ", ".join(sorted(record.refused))
        say(f"Unsubscribed from {clean(told)}")
    if story.runs:
        say()
        rows = [
            [
                each.recipe,
                str(each.version),
                local(each.entered_at, zone),
                each.state.replace("_", " "),
                each.step if each.state == "running" else each.reason,
            ]
            for each in story.runs
        ]
        table(["recipe", "version", "entered", "state", "where it stands"], rows, numbers=[1])
    if timeline:
        say()
        table(["when", "what"], [[local(each.at, zone), _sentence(each)] for each in timeline])


def _sentence(moment: Moment) -> str:
    if moment.source == "event":
        told = ", ".join(
            f"{name}: {plain(value)}" for name, value in moment.detail.items() if value is not None
        )
        name = _NAMES.get(moment.kind, moment.kind)
        return f"{name} ({told})" if told else name
    sentence = _SENTENCES.get(moment.kind, "{subject}")
    said = sentence.format(subject=moment.subject.replace("_", " "), recipe=moment.recipe).replace(" ()", "")
    why = moment.detail.get("reason") or moment.detail.get("message")
    if moment.kind == _TASK:
        parts = (("for", moment.detail["to"]), ("due", moment.detail["due"]))
        why = ", ".join(f"{word} {given}" for word, given in parts if given)
    seen = moment.detail.get("seen")
    if moment.kind == "refused" and seen is not None and not isinstance(seen, dict):
        why = f"seen was {plain(seen)}"
    return f"{said}: {plain(why)}" if why else said
