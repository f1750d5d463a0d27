"""A small sound workspace, and a way to break one file of it."""

from __future__ import annotations

from autoflow.language.definitions import Workspace
from autoflow.language.present import as_text
from autoflow.language.workspace import read_workspace

SETTINGS = """\
name: Shop
timezone: Europe/London
sender: {name: The Shop, email: hello@shop.example, postal_address: "1 High Street"}
channels:
  sales: {file: .autoflow/sales.ndjson}
  slack-sales: {file: .autoflow/slack.ndjson}
attributes:
  birthday: date
  plan: {choice: [free, pro]}
  income: number
  newsletter: yes_no
  next_visit: date_time
  interests: list
  last_order: text
events:
  purchased: {order_id: text, total: money, items: number, category: text}
  refunded: {order_id: text, total: money}
sending: {consent: customers}
"""
LAPSED = """\
segment: lapsed-buyers
conditions:
  - {did: purchased, at_least: 2 times}
  - {did_not: purchased, within_last: 90 days}
"""
VIP = """\
segment: vip
conditions: [{sum_of: purchased.total, at_least: 500}]
"""
WIN_BACK = """\
recipe: win-back
trigger:
  segment_entered: lapsed-buyers
actions:
  - send_email: welcome
"""
WELCOME = """\
---
subject: "Hello {{ contact.first_name | default('there') }}"
---
<p>Come back. <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>
"""
SOURCES = {
    "autoflow.yaml": SETTINGS,
    "segments/lapsed-buyers.yaml": LAPSED,
    "segments/vip.yaml": VIP,
    "recipes/win-back.yaml": WIN_BACK,
    "templates/welcome.html": WELCOME,
}


def workspace(files: dict[str, str] | None = None, environment: dict[str, str] | None = None) -> Workspace:
    return read_workspace({**SOURCES, **(files or {})}, environment or {})


def told(files: dict[str, str], environment: dict[str, str] | None = None) -> str:
    """What `check` prints where these files stand in the small workspace."""
    found = workspace(files, environment)
    return as_text(found.problems, found.sources)


def recipe(rest: str, trigger: str = "{event: purchased}", actions: str = "[{send_email: welcome}]") -> str:
    """What `check` prints for a recipe with these further lines."""
    parts = [f"trigger: {trigger}\n" if trigger else "", rest, f"\nactions: {actions}\n" if actions else ""]
    return told({"recipes/r.yaml": "".join(parts)})


def condition(text: str) -> str:
    """What `check` prints for a segment with this one condition."""
    return told({"segments/s.yaml": f"conditions:\n  - {text}\n"})
