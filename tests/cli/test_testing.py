from __future__ import annotations

from tests.cli.shop import Shop

GREETED = """
recipe: greeted
trigger: {event: purchased}
actions: [{send_email: greeting}]
"""
GREETING = """---
subject: Thank you
class: transactional
---
<p>Your order {{ event.order_id }} is on its way.</p>
"""
STORY = """
tests: greeted
cases:
  - name: an order is confirmed
    given: {contact: {email: ana@example.com}}
    story:
      - {at: 2026-03-06 14:00, event: purchased, with: {%s}}
      - {after: 1 minute, expect: {emails: [greeting]}}
"""


def greeted(shop: Shop, told: str) -> None:
    shop.write("recipes/greeted.yaml", GREETED)
    shop.write("templates/greeting.html", GREETING)
    shop.write("tests/greeted.yaml", STORY % told)


def test_a_mail_that_cannot_be_made_fails_its_case(shop: Shop) -> None:
    greeted(shop, "total: 12")
    assert shop.run("test", "tests/greeted.yaml", status=1).stdout == (
        """\
greeted (tests/greeted.yaml)
  ✗ an order is confirmed
      tests/greeted.yaml:7: the mail greeting of 2026-03-06 14:00 cannot be made
        templates/greeting.html:5: “event.order_id” has no value here. """
        """Give it a stand-in, as in  {{ event.order_id | default("…") }}
      What happened (times in Europe/London):
        2026-03-06 14:00           purchased (total: 12)
                          greeted  entered
      ✗                   greeted  mail greeting cannot be made
                          greeted  ended: finished
      ✓ 2026-03-06 14:01           as expected (line 8): emails
0 passed, 1 failed
"""
    )
    [case] = shop.json("test", "tests/greeted.yaml", status=1)["cases"]
    [failure] = case["failures"]
    assert failure["expected"] is None
    assert failure["actual"].startswith("templates/greeting.html:5: ")
    assert not (shop.folder / ".autoflow").exists()


def test_a_mail_that_can_be_made_does_not(shop: Shop) -> None:
    greeted(shop, "order_id: A1")
    assert shop.run("test", "tests/greeted.yaml").stdout.endswith("1 passed\n")


def test_a_case_that_passed_tells_what_happened_where_somebody_asks(shop: Shop) -> None:
    greeted(shop, "order_id: A1")
    told = shop.run("test", "tests/greeted.yaml", "-v").stdout
    assert "                          greeted  mail greeting sent\n" in told
    assert told.endswith("1 passed\n")
    [case] = shop.json("test", "tests/greeted.yaml", "--verbose")["cases"]
    assert case["timeline"][0] == {
        "at": "2026-03-06T14:00:00Z",
        "kind": "arrived",
        "recipe": "",
        "run": 0,
        "text": "purchased (order_id: A1)",
        "failed": False,
    }
