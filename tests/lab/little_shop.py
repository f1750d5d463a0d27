"""A workspace in memory, small enough to see through, for the tests of the lab."""

from __future__ import annotations

from functools import cache

from autoflow.language.definitions import Workspace
from autoflow.language.workspace import read_workspace

SOURCES = {
    "autoflow.yaml": """
name: Little shop
timezone: Europe/London
sender: {name: Little shop, email: hello@shop.example, postal_address: "1 High Street, London"}
sending: {consent: not_refused}
attributes:
  plan: {choice: [free, pro]}
  income: number
events:
  purchased: {order_id: text, total: money}
""",
    "segments/buyers.yaml": """
segment: buyers
conditions:
  - {did: purchased}
""",
    "templates/hello.html": """---
subject: Hello
---
<p>Hello. <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>
""",
    "templates/offer.html": """---
subject: An offer
---
<p>An offer. <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>
""",
    "recipes/welcome.yaml": """
recipe: welcome
trigger:
  page_visited: {path: /welcome}
conditions:
  - {attribute: email, is_set: true}
goal:
  - {did: purchased}
actions:
  - send_email: hello
  - wait: 2 days
  - send_email: offer
  - notify_sales: {message: "{{ contact.email }}, {{ contact.plan | default('free') }}, got two mails"}
""",
    "recipes/thanks.yaml": """
recipe: thanks
status: draft
trigger:
  event: purchased
actions:
  - add_tag: customer
""",
}


@cache
def shop() -> Workspace:
    workspace = read_workspace(SOURCES, {})
    assert workspace.problems == ()
    return workspace
