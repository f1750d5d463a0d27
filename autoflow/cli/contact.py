"""`autoflow contact show`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.erase import erase
from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import clean, iso, local, note_unread, say, table
from autoflow.cli.state import State, json_option, pass_state
from autoflow.cli.story_words import TASK, Moment, inside, sentence
from autoflow.cli.tasks import task_row
from autoflow.kinds.view import View
from autoflow.model.values import from_millionths, plain

if TYPE_CHECKING:
    from autoflow.language.settings.settings import Settings
    from autoflow.store.history import Stored
    from autoflow.store.reports import ContactStory
    from autoflow.store.tasks import Task


@click.group()
def command() -> None:
    """Look at one contact, or have contacts erased."""


command.add_command(erase)


@command.command()
@click.argument("who")
@json_option
@pass_state
def show(state: State, who: str, *, as_json: bool) -> None:
    """Show everything about WHO (a user id or an email address), with a timeline."""
    from autoflow.cli.erased import told_if_erased
    from autoflow.store.reports import contact_story

    with state.store(reading=True) as database, told_if_erased(state, database, who):
        story = contact_story(database, who)
    if not story.record.first_known and story.aside is None:
        note_unread(story.record.name)
    timeline = _timeline(story)
    scores = _scores(story, state.settings, state.project.clock.now())
    if as_json:
        print_json(_row(story, timeline, scores))
    else:
        _tell(story, timeline, scores, state.settings.timezone)


def _scores(story: ContactStory, settings: Settings, now: int) -> dict[str, int | float]:
    """What the scores stand at now, those that never got a point left out."""
    view = View(story.record, now, settings.timezone)
    return {
        name: from_millionths(score.value(view))
        for name, score in sorted(settings.scores.items())
        if score.key in story.record.memory
    }


def _timeline(story: ContactStory) -> list[Moment]:
    """Events (history when it occurred, the rest at receipt), and after each what it brought about."""
    moments = [(_happened(each), 0) for each in story.events]
    mails = {(each.key.split("/")[1], each.recipe, each.step, each.at): each for each in story.messages}
    tasks = {(each.key.split("/")[1], each.recipe, each.step, each.at): each for each in story.tasks}
    for line in story.journal:
        place = (str(line.entry), line.recipe, line.step, line.at)
        if line.kind != TASK:
            moments.append((inside(line, mails.get(place)), 1))
        elif place in tasks:  # where the step stood among the others
            moments += [(each, 1) for each in _asked(tasks.pop(place))]
    moments += [(each, 1) for task in tasks.values() for each in _asked(task)]
    return [moment for moment, _ in sorted(moments, key=lambda each: (each[0].at, each[1]))]


def _happened(event: Stored) -> Moment:
    detail = dict(event.properties)
    if event.name == "$merge":
        detail = {}
    return Moment(event.occurred_at if event.history else event.at, "event", event.name, "", "", detail)


def _asked(task: Task) -> Iterator[Moment]:
    """A task at the time it was given, and when it was ticked off."""
    detail = {"id": task.id, "to": task.owner, "due": task.due or None, "note": task.note}
    yield Moment(task.at, "engine", TASK, task.title, task.recipe, detail)
    if task.done_at is not None:
        yield Moment(task.done_at, "person", "task_done", task.title, task.recipe, {"id": task.id})


def _row(story: ContactStory, timeline: list[Moment], scores: dict[str, int | float]) -> dict[str, Any]:
    record = story.record
    return {
        "contact": record.name,
        "key": story.key,
        "names": story.names,
        "first_known": iso(record.first_known) if record.first_known else None,
        "attributes": dict(sorted(record.attributes.items())),
        "computed": _worked_out(story),
        "tags": sorted(record.tags),
        "stage": record.stage or None,
        "scores": scores,
        "consent": sorted(record.consent),
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
        "set_aside": (
            {"since": iso(story.aside.since), "reason": story.aside.reason}
            if story.aside is not None
            else None
        ),
    }


def _worked_out(story: ContactStory) -> dict[str, Any]:
    return {name: value for name, value in sorted(story.record.computed.items()) if value is not None}


def _topics(topics: Iterable[str]) -> str:
    return "everything" if "*" in topics else ", ".join(sorted(topics))


def _tell(story: ContactStory, timeline: list[Moment], scores: dict[str, int | float], zone: str) -> None:
    record = story.record
    say(f"{clean(record.name)}  (times in {zone})")
    for name, value in sorted(record.attributes.items()):
        say(f"  {clean(name)}: {clean(plain(value))}")
    for name, value in _worked_out(story).items():
        say(f"  {clean(name)}: {clean(plain(value))} (worked out)")
    for what, told in (
        ("Tags", ", ".join(sorted(record.tags))),
        ("Stage", record.stage),
        ("Scores", ", ".join(f"{name} {points:g}" for name, points in scores.items())),
        ("Segments", ", ".join(sorted(record.segments))),
        ("Audiences", ", ".join(sorted(record.audiences))),
        ("Agreed to", _topics(record.consent)),
    ):
        if told:
            say(f"{what:<10} {clean(told)}")
    if record.suppressed:
        say(f"Gets no mail at all: {record.suppressed}")
    elif record.refused:
        say(f"Unsubscribed from {clean(_topics(record.refused))}")
    if story.aside is not None:
        since, reason = local(story.aside.since, zone), clean(story.aside.reason)
        say(f"Set aside since {since}, for the engine stumbled: {reason}.")
        say("What came in since then waits, and nothing is sent; `autoflow retry` tries again.")
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
        table(["when", "what"], [[local(each.at, zone), sentence(each, zone)] for each in timeline])
