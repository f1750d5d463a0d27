"""`autoflow preview`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.output import clean, note, note_unread, say
from autoflow.cli.state import State, pass_state
from autoflow.model.problems import AutoflowError, did_you_mean

if TYPE_CHECKING:
    from autoflow.language.definitions import Workspace
    from autoflow.language.templates import Template
    from autoflow.post.content.render import Rendered
    from autoflow.store.reports import ContactStory

_PARTS = (".html", ".txt", ".eml")


@click.command()
@click.argument("template")
@click.option("--contact", "who", metavar="WHO", required=True, help="A user id or an email address.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the mail: .html the page, .txt the text, .eml all of it.",
)
@pass_state
def command(state: State, template: str, who: str, out: Path | None) -> None:
    """Show the mail of TEMPLATE as WHO would get it now; nothing is sent.

    Where it speaks of an event, the contact's latest one that tells all it needs is taken.
    """
    from autoflow.store.reports import contact_story

    if out is not None and out.suffix.lower() not in _PARTS:
        raise AutoflowError(
            f"A mail cannot be written to {out}.", "Write to a file that ends in .html, .txt or .eml."
        )
    workspace = state.project.sound_workspace()
    if template not in workspace.templates:
        near = did_you_mean(template, workspace.templates)
        hint = f'Did you mean "{near}"?' if near else f"There is {', '.join(sorted(workspace.templates))}."
        raise AutoflowError(f'There is no template called "{template}".', hint)
    with state.store(reading=True) as database:
        story = contact_story(database, who)
    if not story.record.first_known:
        note_unread(story.record.name)
    rendered = _render(state, workspace, workspace.templates[template], story)
    if out is None:
        say(f"Subject: {clean(rendered.subject)}")
        say()
        say("\n".join(clean(line) for line in rendered.text.splitlines()))
        return
    parts = (rendered.html.encode(), rendered.text.encode(), rendered.mime)
    out.write_bytes(parts[_PARTS.index(out.suffix.lower())])
    say(f"{clean(rendered.subject)}: written to {out}.")


def _render(state: State, workspace: Workspace, template: Template, story: ContactStory) -> Rendered:
    from autoflow.app import secret
    from autoflow.core.gate import values_read
    from autoflow.kinds.view import View
    from autoflow.model.effects import EMAIL, SENT, Message

    now = state.project.clock.now()
    view = View(story.record, now, state.settings.timezone, None, _event(template, story, workspace))
    values = values_read(template, view, "preview")
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
        values={**values, "contact_key": story.key},
    )
    return state.project.trial(secret(state.project.folder)).mail(decided)


def _event(template: Template, story: ContactStory, workspace: Workspace) -> dict[str, Any]:
    """The latest event with everything that the template reads of one, of those that start its recipes if any."""
    needed = {path.split(".")[1] for path in template.reads if path.startswith("event.")}
    if not needed:
        return {}
    telling = [
        each for each in story.events if not each.name.startswith("$") and needed <= each.properties.keys()
    ]
    starting = _starting(template.name, workspace)
    chosen = [each for each in telling if each.name in starting] or telling
    if not chosen:
        note(
            f"The contact has done nothing that tells {', '.join(sorted(needed))}: there is no event to show."
        )
        return {}
    note(f"Taking the event {clean(chosen[-1].name)}.")
    return dict(chosen[-1].properties)


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
