"""Small workspaces and messages for tests by hand of the naive interpreter, and of the engine with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.oracle import timing
from tests.oracle.engine import engine, witness
from tests.oracle.naive import Naive, NaiveOutcome
from tests.oracle.people import people

SETTINGS = """
name: Test
timezone: Europe/London
attributes:
  {birthday: date, trial_ends: date_time, income: number, nicknames: list, keen: yes_no, plan: {choice: [free, pro]}}
stages: [new, warm, cold]
channels: {webhooks: {crm: {file: .autoflow/crm.ndjson}}}
events:
  purchased: {order_id: text, total: money, category: text, items: number}
  refunded: {order_id: text, total: money}
  booked: {starts_at: date_time, triggers_within: 3 days}
  noticed: {about: text}
sending: {consent: customers}
sender: {name: Shop, email: shop@shop.example, postal_address: "1 High Street"}
"""
LINK = "<p>Hello {{ unsubscribe_url }}</p>\n"
MARKETING = f"---\nsubject: Hello\n---\n{LINK}"
NEWS = f"---\nsubject: Hello\ntopic: news\n---\n{LINK}"
TRANSACTIONAL = "---\nsubject: Hello\nclass: transactional\n---\n<p>Hello</p>\n"


def at(text: str) -> int:
    """`2026-03-01 10:00`, in UTC."""
    instant = timing.instant_of(text, "UTC")
    assert instant is not None
    return instant


def track(event: str, when: str, who: str = "ana", **properties: Any) -> dict[str, Any]:
    message = {"type": "track", "userId": who, "event": event, "properties": properties}
    return {**message, "timestamp": timing.iso(at(when))}


def page(path: str, when: str, who: str = "ana") -> dict[str, Any]:
    return {"type": "page", "userId": who, "properties": {"path": path}, "timestamp": timing.iso(at(when))}


def identify(when: str, who: str = "ana", **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": who, "traits": traits, "timestamp": timing.iso(at(when))}


def enter(recipe: str, when: str, who: str = "ana") -> dict[str, Any]:
    """By hand."""
    return track("$enter", when, who, recipe=recipe)


def late(message: dict[str, Any], when: str) -> dict[str, Any]:
    """The same message, received then."""
    return {**message, "receivedAt": timing.iso(at(when))}


def play(
    messages: list[dict[str, Any]],
    *,
    until: str | None = None,
    since: str | None = None,
    recipes: Mapping[str, str] | None = None,
    segments: Mapping[str, str] | None = None,
    consent: str = "customers",
    sending: str = "",
    settings: str = "",
    computed: str = "",
    by_both: bool = True,
) -> NaiveOutcome:
    """Recipes and segments are the YAML below their first line, which is made from their names; `settings` is more
    YAML for autoflow.yaml; `sending` and `computed` go inside what stands there, in braces.

    The engine must decide the same, except where the workspace is not for it (`by_both`).
    """
    told = SETTINGS.replace(
        "{consent: customers}", f"{{consent: {consent}{', ' if sending else ''}{sending}}}"
    )
    told = told.replace("{birthday: date", f"{{{computed}{', ' if computed else ''}birthday: date")
    files = {"autoflow.yaml": told + settings}
    files |= {f"recipes/{name}.yaml": f"recipe: {name}\n{text}" for name, text in (recipes or {}).items()}
    files |= {f"segments/{name}.yaml": f"segment: {name}\n{text}" for name, text in (segments or {}).items()}
    files |= {
        "templates/hello.html": MARKETING,
        "templates/again.html": MARKETING,
        "templates/news.html": NEWS,
        "templates/bill.html": TRANSACTIONAL,
    }
    end = at(until) if until else max((person.items[-1].at for person in people(messages)), default=0)
    if by_both and since is None:
        assert engine(files).run(messages, end) == witness(files, messages, end)
    return Naive(files).run(messages, at(since) if since else None, end)


def runs(outcome: NaiveOutcome, recipe: str | None = None) -> list[tuple[str, str, str | None]]:
    """(entered, outcome, ended) of one recipe's runs, times as the tests write them."""
    return [
        (clock(entry.at), entry.outcome, clock(entry.ended) if entry.ended is not None else None)
        for entry in outcome.entries
        if recipe in (None, entry.recipe)
    ]


def clock(instant: int) -> str:
    """`2026-03-01 10:00`, with seconds and microseconds only where there are some."""
    text = timing.iso(instant).removesuffix("Z").replace("T", " ")
    return text.removesuffix(":00")


def entered(outcome: NaiveOutcome, recipe: str = "r") -> list[str]:
    """When the recipe was entered."""
    return [clock(entry.at) for entry in outcome.entries if entry.recipe == recipe]


def said(outcome: NaiveOutcome, channel: str) -> list[tuple[str, str, str]]:
    """(when, step, reason or nothing) of a channel's messages."""
    return [(clock(m.at), m.step, m.reason) for m in outcome.messages if m.channel == channel]


def mails(outcome: NaiveOutcome) -> list[tuple[str, str, str, str]]:
    return [(clock(m.at), m.name, m.outcome, m.reason) for m in outcome.messages if m.channel == "email"]
