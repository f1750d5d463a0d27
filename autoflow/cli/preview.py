"""`autoflow preview`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from autoflow.cli.output import clean, note, note_unread, say
from autoflow.cli.pairs import split, value
from autoflow.cli.state import State, pass_state
from autoflow.language.names import listed
from autoflow.model.problems import AutoflowError, did_you_mean

if TYPE_CHECKING:
    from autoflow.language.definitions import Workspace
    from autoflow.language.settings.declared import Declared
    from autoflow.language.settings.settings import Settings
    from autoflow.language.templates.templates import Template
    from autoflow.model.contact import Record
    from autoflow.post.content.render import Rendered
    from autoflow.store.history import Stored

_PARTS = (".html", ".txt", ".eml")


@click.command()
@click.argument("template")
@click.option(
    "--contact", "who", metavar="WHO", help="A user id or an email address; somebody made up, unless said."
)
@click.option(
    "--with",
    "said",
    metavar="KEY=VALUE",
    multiple=True,
    help="What the event tells, whatever was recorded; contact.KEY=VALUE of the contact. May stand several times.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the mail: .html the page, .txt the text, .eml all of it.",
)
@pass_state
def command(state: State, template: str, who: str | None, said: tuple[str, ...], out: Path | None) -> None:
    """Show the mail of TEMPLATE as WHO would get it now; nothing is sent, and nothing is recorded.

    Where it speaks of an event, the contact's latest one that tells all it needs is taken. What is said --with comes
    first, so a mail can be looked at before anything was recorded:

    \b
        autoflow preview cart-reminder --with items=2 --with total=49.90 --with cart_id=c1
        autoflow preview cart-reminder --contact ana --with contact.first_name=
    """  # noqa: D301 - the sign is click's: keep these lines
    if out is not None and out.suffix.lower() not in _PARTS:
        raise AutoflowError(
            f"A mail cannot be written to {out}.", "Write to a file that ends in .html, .txt or .eml."
        )
    workspace = state.project.sound_workspace()
    if template not in workspace.templates:
        near = did_you_mean(template, workspace.templates)
        hint = f'Did you mean "{near}"?' if near else f"There is {', '.join(sorted(workspace.templates))}."
        raise AutoflowError(f'There is no template called "{template}".', hint)
    whom = _somebody() if who is None else _contact(state, who)
    rendered = _render(state, workspace, workspace.templates[template], whom, said)
    if out is None:
        say(f"Subject: {clean(rendered.subject)}")
        say()
        say("\n".join(clean(line) for line in rendered.text.splitlines()))
        return
    parts = (rendered.html.encode(), rendered.text.encode(), rendered.mime)
    out.write_bytes(parts[_PARTS.index(out.suffix.lower())])
    say(f"{clean(rendered.subject)}: written to {out}.")


class _Whom(NamedTuple):
    """Whose mail it is, and what he did, the latest last."""

    record: Record
    key: str
    events: Sequence[Stored]


def _contact(state: State, who: str) -> _Whom:
    from autoflow.store.reports import contact_story

    with state.store(reading=True) as database:
        story = contact_story(database, who)
    if not story.record.first_known:
        note_unread(story.record.name)
    return _Whom(story.record, story.key, story.events)


def _somebody() -> _Whom:
    """Of whom nothing is known but an address."""
    from autoflow.model.contact import Record

    key = "u:somebody"
    return _Whom(Record(key, "somebody", attributes={"email": "somebody@example.com"}), key, ())


def _render(
    state: State, workspace: Workspace, template: Template, whom: _Whom, said: Sequence[str]
) -> Rendered:
    from autoflow.app import secret
    from autoflow.core.gate import values_read
    from autoflow.kinds.view import View
    from autoflow.model.effects import EMAIL, SENT, Message

    starting = _starting(template.name, workspace)
    told, of_contact = _made_up(said, starting, workspace.settings)
    whom.record.attributes.update(of_contact)
    now = state.project.clock.now()
    event, lacking = _event(template, whom, starting, told)
    values = values_read(template, View(whom.record, now, state.settings.timezone, None, event), "preview")
    if not values["to"]:
        note("The contact has no email address, so nothing could be sent to him.")
        values["to"] = "nobody@example.invalid"
    decided = Message(
        key="preview",
        at=now,
        n=0,
        recipe="preview",
        version=0,
        entry=0,
        step="",
        channel=EMAIL,
        name=template.name,
        outcome=SENT,
        klass=template.klass,
        template_version=template.version,
        values={**values, "contact_key": whom.key},
    )
    try:
        return state.project.trial(secret(state.project.folder)).mail(decided)
    except AutoflowError as error:
        if not lacking:
            raise
        raise AutoflowError(
            f"No event is recorded that tells {listed(lacking)}, of which this mail speaks.",
            f"Say what it would tell: {' '.join(f'--with {each}=…' for each in lacking)}",
        ) from error


def _made_up(
    said: Sequence[str], starting: Collection[str], settings: Settings
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What --with says of the event, by the types of those that start the template's recipes, and of the contact."""
    declared: dict[str, Declared] = {}
    for name in sorted(settings.events, key=lambda each: each in starting):
        declared.update(settings.events[name].properties)
    told: dict[str, Any] = {}
    of_contact: dict[str, Any] = {}
    for pair in said:
        key, text = split(pair)
        owner, _, name = key.rpartition(".")
        if owner == "contact":
            of_contact[name] = value(key, text, settings.attributes.get(name), settings.timezone)
        else:
            told[name] = value(key, text, declared.get(name), settings.timezone)
    return told, of_contact


def _event(
    template: Template, whom: _Whom, starting: Collection[str], told: dict[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """What was said, over the latest event that tells what else the template reads of one, of those that start its
    recipes if any; and what nobody tells.
    """
    needed = {path.split(".")[1] for path in template.reads if path.startswith("event.")} - told.keys()
    if not needed:
        return told, []
    telling = [
        each for each in whom.events if not each.name.startswith("$") and needed <= each.properties.keys()
    ]
    chosen = [each for each in telling if each.name in starting] or telling
    if not chosen:
        return told, sorted(needed)
    note(f"Taking the event {clean(chosen[-1].name)}.")
    return {**chosen[-1].properties, **told}, []


def _starting(template: str, workspace: Workspace) -> set[str]:
    """The events that start the recipes which send the template."""
    return {
        name
        for recipe in workspace.recipes.values()
        if any(step.action.word == "send_email" and step.action.target() == template for step in recipe.steps)
        for trigger in recipe.triggers
        for what, name in trigger.hears()
        if what == "event"
    }
