"""The gate before every mail (language.md, rule 10): part of the send step, at the step's instant."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from autoflow.core.consents import EVERY_TOPIC
from autoflow.core.program import Program
from autoflow.kinds.view import View, contact_scope
from autoflow.language.definitions import Recipe
from autoflow.language.templates.templates import Template
from autoflow.model.clock import MICROS
from autoflow.model.contact import Record, Run, Times
from autoflow.model.effects import HELD, SENT, SKIPPED

TRANSACTIONAL = "transactional"
QUIET_HOURS, CAP, HOLDOUT = "quiet_hours", "cap", "holdout"
_ANSWER_WITHIN = 15 * 60 * MICROS
_MOST_STRETCHES = 32  # of quiet hours, one after another; hours that never end are held to the limit


class Decision(NamedTuple):
    """Sent, skipped, or held until an instant, and why."""

    outcome: str
    reason: str = ""
    until: int = 0


def decide(
    program: Program, recipe: Recipe, run: Run, view: View, template: Template, *, ignore_quiet: bool
) -> Decision:
    """What becomes of a mail: suppression, deny, consent, holdout, quiet hours and caps, in that order."""
    record, marketing = view.record, template.klass != TRANSACTIONAL
    reason = _refusal(program, record, template, marketing=marketing)
    if not reason and run.holdout:
        reason = HOLDOUT
    if reason:
        return Decision(SKIPPED, reason)
    if not marketing:
        return Decision(SENT)
    sending = recipe.sending
    quiet_until = None
    if not (ignore_quiet and run.own and view.now - run.own <= _ANSWER_WITHIN):
        quiet_until = _quiet_until(program, recipe, view)
    if quiet_until is not None:
        return _held(recipe, run, view, QUIET_HOURS, quiet_until, skips=sending.if_quiet == "skip")
    free_at = max(
        (
            at
            for limit in (program.at_most, sending.at_most)
            if limit and (at := limit.free_at(view)) is not None
        ),
        default=None,
    )
    if free_at is not None:
        return _held(recipe, run, view, CAP, free_at, skips=sending.if_over == "skip")
    return Decision(SENT)


def _refusal(program: Program, record: Record, template: Template, *, marketing: bool) -> str:
    if record.suppressed:
        return "suppressed"
    if not record.attributes.get("email"):
        return "no_email"
    if not marketing:
        return ""
    if program.deny and not program.deny.isdisjoint(record.segments):
        return "deny"
    if EVERY_TOPIC in record.refused or template.topic in record.refused:
        return "unsubscribed"
    return "" if _consents(program, record, template.topic) else "no_consent"


def _held(recipe: Recipe, run: Run, view: View, reason: str, until: int, *, skips: bool) -> Decision:
    """Held until it may pass, but not longer than the recipe says, counted from when it was first held."""
    first = view.now if run.held is None else run.held
    limit = recipe.sending.hold_up_to.after(first, view.zone)
    if skips or view.now >= limit:
        return Decision(SKIPPED, reason)
    return Decision(HELD, reason, min(until, limit))


def _quiet_until(program: Program, recipe: Recipe, view: View) -> int | None:
    """The end of the quiet hours that now lies in, those of project and recipe united; None outside."""
    windows = [each for each in (program.quiet_hours, recipe.sending.quiet_hours) if each is not None]
    instant = view.now
    for _ in range(_MOST_STRETCHES if windows else 0):
        ends = [end for each in windows if (end := each.covers(instant, view.zone)) is not None]
        if not ends:
            break
        instant = max(ends)
    return instant if instant > view.now else None


def _consents(program: Program, record: Record, topic: str) -> bool:
    if program.consent == "not_refused" or EVERY_TOPIC in record.consent or topic in record.consent:
        return True
    if program.consent == "customers":
        bought = record.memory.get(program.purchases.key)
        return isinstance(bought, Times) and bought.total > 0
    return False


@lru_cache(maxsize=1024)
def _paths(reads: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """What a template reads as (root, name), in an order that is the same everywhere; the name is "" for all of it."""
    parts = (path.split(".", 2) for path in sorted(reads))
    return tuple((part[0], part[1] if len(part) > 1 else "") for part in parts)


def values_read(template: Template, view: View, recipe: str) -> dict[str, Any]:
    """The values that the mail depends on, as they are at the decision: only what the template reads."""
    values: dict[str, Any] = {"to": view.record.attributes.get("email"), "contact_key": view.record.key}
    roots: dict[str, Any] = {"contact": contact_scope(view.record), "event": view.event or {}}
    for root, name in _paths(template.reads):
        if root == "recipe":
            values["recipe"] = recipe
        elif root == "segments":
            values["segments"] = sorted(view.record.segments)
        elif root == "tags":
            values["tags"] = sorted(view.record.tags)
        elif root in roots:
            if not name:
                values[root] = roots[root]
            elif name in roots[root]:
                values.setdefault(root, {})[name] = roots[root][name]
            else:
                values.setdefault(root, {})
    return values
