"""The gate before every mail (language.md, rule 10): suppression first, then deny, then consent."""

from __future__ import annotations

from typing import Any

import pytest

from autoflow.core.advance import advance
from autoflow.core.compiling import compile_program
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record
from autoflow.model.event import IDENTIFY, Event
from tests.engine.sources import SETTINGS, TEMPLATES, workspace
from tests.engine.world import START

BOTH = {"r": "trigger: {event: looked}\nactions:\n  - send_email: hello\n  - send_email: bill\n"}
Did = tuple[str, dict[str, Any]]
KNOWN: Did = (IDENTIFY, {"email": "ana@example.com"})
STAFF: Did = (IDENTIFY, {"email": "ana@shop.example"})
GONE: Did = ("unsubscribed", {})
DEAD: Did = ("email_bounced", {"permanent": True})
FULL: Did = ("email_bounced", {"permanent": False})
ANGRY: Did = ("email_complained", {})
BOUGHT: Did = ("purchased", {"total": 5})


@pytest.mark.parametrize(
    ("consent", "before", "marketing", "transactional"),
    [
        ("not_refused", [KNOWN], "", ""),
        ("not_refused", [], "no_email", "no_email"),
        ("not_refused", [KNOWN, GONE], "unsubscribed", ""),
        ("not_refused", [STAFF], "deny", ""),
        ("not_refused", [STAFF, GONE], "deny", ""),
        ("not_refused", [KNOWN, DEAD], "suppressed", "suppressed"),
        ("not_refused", [KNOWN, FULL], "", ""),
        ("not_refused", [STAFF, ANGRY, GONE], "suppressed", "suppressed"),
        ("not_refused", [GONE, KNOWN, BOUGHT], "unsubscribed", ""),
        ("customers", [KNOWN], "no_consent", ""),
        ("customers", [KNOWN, BOUGHT], "", ""),
        ("customers", [KNOWN, BOUGHT, GONE], "unsubscribed", ""),
        ("required", [KNOWN, BOUGHT], "no_consent", ""),
    ],
)
def test_what_passes(consent: str, before: list[Did], marketing: str, transactional: str) -> None:
    read = read_workspace(
        workspace(
            BOTH,
            {"staff": 'kind: deny\nconditions: [{attribute: email, ends_with: "@shop.example"}]\n'},
            SETTINGS.replace("not_refused", consent),
            TEMPLATES,
        ),
        {},
    )
    assert read.sound
    did = [*before, ("looked", {})]
    items = [Event(n, START + n, START + n, name, properties) for n, (name, properties) in enumerate(did)]
    effects = advance(compile_program(read), Record("u:ana", "ana"), items, START + 100)
    decided = [(message.name, message.outcome, message.reason) for message in effects.messages]
    assert decided == [
        (name, "skipped" if reason else "sent", reason)
        for name, reason in (("hello", marketing), ("bill", transactional))
    ]
