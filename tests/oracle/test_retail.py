from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.oracle import retail
from tests.oracle.making import at, play
from tests.oracle.naive import Naive
from tests.oracle.timing import DAY

pytestmark = pytest.mark.retail
WORKSPACE = Path(__file__).resolve().parents[2]


def test_the_file_is_counted_line_by_line() -> None:
    counts = retail.counts()
    assert (counts.lines, counts.nobodys_lines, counts.customers) == (541_909, 135_080, 4_372)
    assert (counts.purchased, counts.refunded, counts.messages) == (18_536, 3_654, 26_562)


def test_messages_are_in_time_order_with_each_customer_introduced_once() -> None:
    messages = list(retail.messages())
    assert len(messages) == retail.counts().messages
    assert len({message["messageId"] for message in messages}) == len(messages)
    assert all(one["timestamp"] <= other["timestamp"] for one, other in pairwise(messages))
    introduced: set[str] = set()
    for message, following in zip(messages, [*messages[1:], messages[0]], strict=True):
        if message["type"] == "identify":
            assert message["userId"] not in introduced
            assert (following["userId"], following["timestamp"]) == (message["userId"], message["timestamp"])
            introduced.add(message["userId"])
        assert message["userId"] in introduced
    assert len(introduced) == 4_372


def test_an_invoice_is_one_purchase_and_a_cancellation_one_refund() -> None:
    messages = {message["messageId"]: message for message in retail.messages()}
    assert messages["536365"] == {
        "type": "track",
        "userId": "17850",
        "event": "purchased",
        "properties": {"order_id": "536365", "total": 139.12, "items": 40},
        "timestamp": "2010-12-01T08:26:00Z",
        "messageId": "536365",
    }
    assert messages["C536379"]["event"] == "refunded"
    assert messages["C536379"]["properties"] == {"order_id": "C536379", "total": 27.5}
    assert messages["identify-17850"]["traits"] == {"email": "17850@example.com", "country": "United Kingdom"}
    assert Counter(message.get("event") for message in messages.values()) == {
        None: 4_372,
        "purchased": 18_536,
        "refunded": 3_654,
    }
    assert all(message["properties"]["total"] >= 0 for message in messages.values() if "event" in message)


def test_a_written_file_reads_back(tmp_path: Path) -> None:
    written = retail.write_ndjson(tmp_path / "retail.ndjson")
    lines = (tmp_path / "retail.ndjson").read_text(encoding="utf-8").splitlines()
    assert written == len(lines)
    assert [json.loads(line) for line in lines] == list(retail.messages())


SEGMENTS = {
    "first-time-buyers": "conditions:\n  - {did: purchased, exactly: 1 times}\n",
    "lapsed-buyers": (
        "conditions:\n  - {did: purchased, at_least: 2 times}\n  - {did_not: purchased, within_last: 90 days}\n"
    ),
    "repeat-buyers": (
        "conditions:\n  - {did: purchased, at_least: 2 times}\n  - {did: purchased, within_last: 90 days}\n"
    ),
    "vip": (
        "conditions:\n  - {sum_of: purchased.total, at_least: 1000, within_last: 365 days}\n"
        "  - {did: purchased, at_least: 3 times, within_last: 365 days}\n"
    ),
}


def test_members_of_segments_are_those_that_a_count_of_invoices_gives() -> None:
    """Every tenth customer, on five dates, against arithmetic on the invoices that uses no condition at all."""
    messages = [message for message in retail.messages() if int(message["userId"]) % 10 == 0]
    outcome = play(messages, segments=SEGMENTS)
    bought: dict[str, list[tuple[int, Decimal]]] = {}
    for message in messages:
        if message.get("event") == "purchased":
            total = Decimal(str(message["properties"]["total"]))
            bought.setdefault(message["userId"], []).append((at(message["timestamp"]), total))
    for date in ("2010-12-24", "2011-03-01", "2011-06-15", "2011-10-31", "2011-12-09"):
        now = at(date)
        before = {who: [(when, total) for when, total in all_ if when <= now] for who, all_ in bought.items()}
        recent = {who: [when for when, _ in some if when > now - 90 * DAY] for who, some in before.items()}
        expected = {
            "first-time-buyers": {who for who, some in before.items() if len(some) == 1},
            "lapsed-buyers": {who for who, some in before.items() if len(some) >= 2 and not recent[who]},
            "repeat-buyers": {who for who, some in before.items() if len(some) >= 2 and recent[who]},
            "vip": {
                who
                for who, some in before.items()
                if len(year := [total for when, total in some if when > now - 365 * DAY]) >= 3
                and sum(year) >= 1000
            },
        }
        assert {name: outcome.memberships(name, now) for name in expected} == expected


def test_the_shipped_recipes_have_real_customers_to_work_on() -> None:
    outcome = Naive(WORKSPACE).run(
        message for message in retail.messages() if int(message["userId"]) % 50 == 0
    )
    entered = Counter(entry.recipe for entry in outcome.entries)
    assert (
        min(entered[recipe] for recipe in ("win-back", "second-order", "vip-thank-you", "refund-confirmed"))
        >= 5
    )
    assert len({message.key for message in outcome.messages}) == len(outcome.messages)
