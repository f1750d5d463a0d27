"""The gate before every mail: whether it is sent, skipped, or held for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.oracle import clocks, comparing, timing
from tests.oracle.consent import consent_at
from tests.oracle.look import Event, History
from tests.oracle.recipes import Step
from tests.oracle.runs import Held, Run
from tests.oracle.workspace import Template

if TYPE_CHECKING:
    from tests.oracle.walking import Walk

JUST_NOW = 15 * 60 * timing.SECOND


class Verdict(NamedTuple):
    """Why it may not pass, or nothing; `until`: when to look again, if it is to wait for that."""

    reason: str = ""
    until: int | None = None


def decide(step: Step, run: Run, walk: Walk) -> None:
    """Send the mail, skip it or hold it; a held one is decided by its limit."""
    verdict = gate(step, run, walk)
    if verdict.until is not None:
        since = run.held.since if run.held is not None else walk.clock
        limit = timing.span(run.recipe.sending.hold_up_to).waited_from(since, walk.look().zones[0])
        if walk.clock < limit:
            run.held = Held(step, since)
            run.stand(min(verdict.until, limit), local=False)
            return
    run.go_on()
    _settle(step, run, walk, verdict.reason)


def _settle(step: Step, run: Run, walk: Walk, reason: str) -> None:
    name = step.argument["template"]
    say(step, run, walk, "email", name, reason)
    run.sends[name] = bool(reason)
    of_class = walk.workspace.templates[name].of_class
    properties = {"template": name, "recipe": run.recipe.id, "class": of_class}
    properties |= {"reason": reason} if reason else {}
    walk.changed([walk.record("email_skipped" if reason else "email_sent", properties)], run)


def say(step: Step, run: Run, walk: Walk, channel: str, name: str, reason: str) -> None:
    """One decided message; what has a reason is skipped."""
    key = f"{run.recipe.id}/{run.entry}/{step.id}/{run.visits[step.id]}/{walk.key}"
    outcome = "skipped" if reason else "sent"
    walk.messages.append((walk.clock, run.recipe.id, step.id, channel, name, key, outcome, reason))


def gate(step: Step, run: Run, walk: Walk) -> Verdict:
    template = walk.workspace.templates[step.argument["template"]]
    marketing = template.of_class == "marketing"
    if is_suppressed(walk.history):
        return Verdict("suppressed")
    if not walk.history.attributes_at(walk.clock).get("email"):
        return Verdict("no_email")
    if marketing and (reason := _against_marketing(template, walk)):
        return Verdict(reason)
    if run.held_out:
        return Verdict("holdout")
    if not marketing:
        return Verdict()
    return _quiet(step, run, walk) or _over(run, walk) or Verdict()


def _against_marketing(template: Template, walk: Walk) -> str:
    if walk.members.intersection(walk.workspace.deny):
        return "deny"
    consent = consent_at(walk.history, walk.clock)
    if consent.refuses(template.topic):
        return "unsubscribed"
    bought = any(event.name == "purchased" for event in walk.history.events)
    allowed = {"customers": bought, "not_refused": True, "required": False}[walk.workspace.consent]
    return "" if allowed or consent.has(template.topic) else "no_consent"


def _quiet(step: Step, run: Run, walk: Walk) -> Verdict | None:
    if step.argument.get("quiet_hours") == "ignore" and _own_doing_just_now(run, walk):
        return None
    windows = [each.quiet for each in (walk.workspace.sending, run.recipe.sending) if each.quiet is not None]
    end = clocks.end_of_quiet(windows, walk.clock, walk.look().zones[0])
    if end is None:
        return None
    return Verdict("quiet_hours", None if run.recipe.sending.if_quiet == "skip" else end)


def _own_doing_just_now(run: Run, walk: Walk) -> bool:
    """Whether what the contact did himself, which started the run or which its last wait heard, was just now."""
    return any(at is not None and walk.clock - at <= JUST_NOW for at in (run.start.own_at, run.heard_at))


def _over(run: Run, walk: Walk) -> Verdict | None:
    """Over the project's cap or the recipe's; until there is room under both."""
    caps = [each.cap for each in (walk.workspace.sending, run.recipe.sending) if each.cap is not None]
    full = [until for most, window in caps if (until := _room_from(most, window, walk)) > walk.clock]
    if not full:
        return None
    return Verdict("cap", None if run.recipe.sending.if_over == "skip" else max(full))


def _room_from(most: int, window: timing.Span, walk: Walk) -> int:
    """The first instant at which fewer than so many marketing mails lie in the window, as things stand."""
    ends = sorted(
        window.window_from(event.occurred_at, walk.look().zones[0])
        for event in walk.history.events
        if event.name == "email_sent" and event.properties.get("class") == "marketing"
    )
    return ends[-most] if len(ends) >= most else walk.clock


def is_suppressed(history: History) -> bool:
    """Once and for all: a complaint, or an address that is dead."""
    return any(event.name == "email_complained" or _bounced_for_good(event) for event in history.events)


def _bounced_for_good(event: Event) -> bool:
    return (
        event.name == "email_bounced"
        and comparing.typed(event.properties.get("permanent"), "yes_no", "") is True
    )
