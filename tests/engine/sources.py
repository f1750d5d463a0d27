"""A workspace in memory that uses every word the engine's tests need: small, and everything in it happens."""

from __future__ import annotations

SETTINGS = """
name: Test shop
timezone: Europe/London
sender: {name: Test shop, email: hello@shop.example, postal_address: 1 High Street}
sending: {consent: not_refused}
attributes:
  birthday: date
  plan: {choice: [free, pro]}
  stage: text
events:
  purchased: {order_id: text, total: money, category: text, n: number}
  refunded: {order_id: text, n: number}
  looked: {n: number}
"""
MARKETING = """---
subject: "{{ contact.first_name | default('Hello') }}"
---
<p>We have news. <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>
"""
TRANSACTIONAL = """---
subject: Your money
class: transactional
---
<p>It is on its way, {{ contact.email }}.</p>
"""
SEGMENTS = {
    "buyers": "conditions: [{did: purchased}]\n",
    "lapsed": """conditions:
  - {did: purchased, at_least: 2 times}
  - {did_not: purchased, within_last: 3 days}
""",
    "big": "conditions: [{sum_of: purchased.total, within_last: 10 days, at_least: 100}]\n",
    "keen": """conditions:
  - any:
      - {did: page_visited, where: {path: {matches: "/products/*"}}, at_least: 3 times, within_last: 1 month}
      - {has_tag: interested}
""",
    "cold": "conditions: [{none: [{in_segment: keen}, {in_segment: big}]}, {in_segment: lapsed}]\n",
    "staff": 'kind: deny\nconditions: [{attribute: email, ends_with: "@shop.example"}]\n',
}
RECIPES = {
    "welcome": """trigger: {event: purchased}
reentry: never
goal: [{did: purchased}]
exit: [{attribute: plan, is: pro}]
actions:
  - send_email: hello
  - wait: 1 day
  - send_email: again
  - wait: 2 days
  - set_attribute: {stage: "{{ event.category | default('customer') }}"}
""",
    "interest": """trigger: {page_visited: {path: /products/*}}
conditions: [{attribute: email, is_set: true}]
priority: 5
actions:
  - add_tag: interested
  - add_to_audience: fans
  - wait: 30 hours
  - remove_tag: interested
  - remove_from_audience: fans
""",
    "win-back": """trigger: {segment_entered: lapsed}
reentry: after 2 days
goal: [{did: purchased}]
keep_while: [{in_segment: lapsed}]
actions:
  - send_email: hello
  - wait: 6 days
  - notify_sales: {message: "{{ contact.id }} is silent: call today."}
""",
    "cooled": """trigger: {segment_left: big}
reentry: always
actions:
  - send_email: again
""",
    "silent": """trigger: {inactivity: {for: 5 days, of: [page_visited, purchased]}}
actions:
  - set_attribute: {stage: silent}
  - send_email: again
""",
    "money-back": """trigger: {event: {name: refunded}}
per: event.order_id
actions:
  - send_email: bill
  - wait: 1 hour
  - notify_sales: {message: "{{ event.order_id }} came back."}
  - exit: done
""",
}
TEMPLATES = {"hello": MARKETING, "again": MARKETING, "bill": TRANSACTIONAL}


def workspace(
    recipes: dict[str, str] | None = None,
    segments: dict[str, str] | None = None,
    settings: str = SETTINGS,
    templates: dict[str, str] | None = None,
) -> dict[str, str]:
    """The files of a workspace; of recipes and segments what follows the line with their name."""
    recipes = RECIPES if recipes is None else recipes
    segments = SEGMENTS if segments is None else segments
    files = {"autoflow.yaml": settings}
    files |= {f"recipes/{name}.yaml": f"recipe: {name}\n{text}" for name, text in recipes.items()}
    files |= {f"segments/{name}.yaml": f"segment: {name}\n{text}" for name, text in segments.items()}
    files |= {f"templates/{name}.html": text for name, text in (templates or TEMPLATES).items()}
    return files
