"""What each action does to a contact, and the gate before every mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle import comparing, timing
from tests.oracle.conditions import Event, UnfilledError, fill
from tests.oracle.runs import Run, Signal
from tests.oracle.workspace import Step

if TYPE_CHECKING:
    from tests.oracle.walking import Walk


def do(step: Step, run: Run, walk: Walk) -> None:
    """Carry the step out at the walk's instant; a placeholder that cannot be filled fails the run."""
    try:
        _DEEDS[step.word](step, run, walk)
    except UnfilledError:
        run.end("failed", walk.clock)


def _exit(step: Step, run: Run, walk: Walk) -> None:
    run.end("exited", walk.clock)


def _wait(step: Step, run: Run, walk: Walk) -> None:
    span = timing.span(step.argument)
    run.due = span.waited_from(walk.clock, walk.look().zones[0])
    run.waits_for_days = bool(span.months or span.days)


def _tag(step: Step, run: Run, walk: Walk) -> None:
    put_on = step.word == "add_tag"
    if (step.argument in walk.history.tags_at(walk.clock)) != put_on:
        walk.history.tags.append((walk.clock, step.argument, put_on))
        walk.changed(Signal("tag_added" if put_on else "tag_removed", step.argument), run)


def _set_attribute(step: Step, run: Run, walk: Walk) -> None:
    filled = {name: fill(value, walk.look(run)) for name, value in step.argument.items()}
    for name, value in filled.items():
        if walk.history.attributes_at(walk.clock).get(name) != value:
            before = walk.look().zones[0]
            walk.history.attributes.append((walk.clock, name, value))
            walk.move_waits(before)
            walk.changed(Signal("attribute_changed", name), run)


def _send_email(step: Step, run: Run, walk: Walk) -> None:
    reason = _gate(walk, walk.workspace.templates[step.argument])
    _message(step, run, walk, "email", step.argument, reason)
    name = "email_skipped" if reason else "email_sent"
    properties = {"template": step.argument, "recipe": run.recipe.id}
    walk.history.events.append(Event(name, walk.clock, walk.clock, properties))
    walk.changed(Signal("event", name, properties, walk.clock), run)


def _gate(walk: Walk, of_class: str) -> str:
    """Why the mail is skipped, or nothing."""
    done = walk.history.events
    marketing = of_class == "marketing"
    if any(event.name == "email_complained" or _bounced_for_good(event) for event in done):
        return "suppressed"
    if not walk.history.attributes_at(walk.clock).get("email"):
        return "no_email"
    if marketing and walk.members.intersection(walk.workspace.deny):
        return "deny"
    if marketing and any(event.name == "unsubscribed" for event in done):
        return "unsubscribed"
    bought = any(event.name == "purchased" for event in done)
    consents = {"customers": bought, "not_refused": True, "required": False}
    return "no_consent" if marketing and not consents[walk.workspace.consent] else ""


def _bounced_for_good(event: Event) -> bool:
    return (
        event.name == "email_bounced"
        and comparing.typed(event.properties.get("permanent"), "yes_no", "") is True
    )


def _notify_sales(step: Step, run: Run, walk: Walk) -> None:
    for text in ("to", "message"):
        fill(step.argument.get(text), walk.look(run))
    _message(step, run, walk, "sales", step.argument.get("channel", "sales"), "")


def _audience(step: Step, run: Run, walk: Walk) -> None:
    joins = step.word == "add_to_audience"
    if joins and step.argument not in walk.audiences and walk.members.intersection(walk.workspace.deny):
        _message(step, run, walk, "audiences", step.argument, "deny")
    elif (step.argument in walk.audiences) != joins:
        (walk.audiences.add if joins else walk.audiences.discard)(step.argument)
        _message(step, run, walk, "audiences", step.argument, "")


def _message(step: Step, run: Run, walk: Walk, channel: str, name: str, reason: str) -> None:
    key = f"{run.recipe.id}/{run.entry}/{step.id}/{run.visits[step.id]}/{walk.key}"
    outcome = "skipped" if reason else "sent"
    walk.messages.append((walk.clock, run.recipe.id, step.id, channel, name, key, outcome, reason))


_DEEDS = {
    "add_tag": _tag,
    "remove_tag": _tag,
    "set_attribute": _set_attribute,
    "send_email": _send_email,
    "notify_sales": _notify_sales,
    "add_to_audience": _audience,
    "remove_from_audience": _audience,
    "wait": _wait,
    "exit": _exit,
}
