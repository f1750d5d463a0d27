"""The gate before every mail (language.md, rule 10): part of the send step, at the step's instant."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from autoflow.core.program import Program
from autoflow.kinds.view import View, contact_scope
from autoflow.language.templates import Template
from autoflow.model.contact import Record, Times
from autoflow.model.effects import SENT, SKIPPED

TRANSACTIONAL = "transactional"
PURCHASED = "purchased"
EVERY_TOPIC = "*"


def decide(program: Program, record: Record, template: Template) -> tuple[str, str]:
    """The outcome, sent or skipped, and the reason; suppression first, then deny, then consent."""
    if record.suppressed:
        return SKIPPED, "suppressed"
    if not record.attributes.get("email"):
        return SKIPPED, "no_email"
    if template.klass == TRANSACTIONAL:
        return SENT, ""
    if program.deny and not program.deny.isdisjoint(record.segments):
        return SKIPPED, "deny"
    if EVERY_TOPIC in record.refused or template.topic in record.refused:
        return SKIPPED, "unsubscribed"
    if not _consents(program, record, template.topic):
        return SKIPPED, "no_consent"
    return SENT, ""


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
