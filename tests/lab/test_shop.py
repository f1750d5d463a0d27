from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from autoflow.lab.draws import Draws
from autoflow.lab.shop.data import HABITS
from autoflow.lab.shop.shop import DAY, shop_messages
from autoflow.model.instants import parse_instant, to_wall, zone_names

START = parse_instant("2025-11-01")
Message = dict[str, Any]


@pytest.fixture(scope="module")
def year() -> list[Message]:
    return list(shop_messages(start=START))


def digest(**settings: Any) -> str:
    lines = (json.dumps(message, sort_keys=True) for message in shop_messages(start=START, **settings))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_another_process_with_another_hash_seed_and_zone_makes_the_same_shop() -> None:
    script = "from tests.lab.test_shop import digest; print(digest(contacts=60, seed='twice'))"
    made = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone},
            cwd=Path(__file__).parents[2],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for hash_seed, zone in (("1", "Asia/Tokyo"), ("2", "America/New_York"))
    }
    assert made == {digest(contacts=60, seed="twice")}


def test_the_draws_are_the_ones_every_machine_makes() -> None:
    draws = Draws("demo", 7, "visit", 0)
    assert [draws.below(1_000_000) for _ in range(10)] == DRAWN


def test_another_seed_makes_another_shop() -> None:
    assert digest(contacts=20, seed="a") != digest(contacts=20, seed="b")


def test_a_contact_lives_the_same_life_in_a_larger_shop() -> None:
    small = list(shop_messages(contacts=10, start=START))
    known = {message["messageId"] for message in small}
    large = [message for message in shop_messages(contacts=30, start=START) if message["messageId"] in known]
    assert large == small


def test_messages_come_in_time_order_within_the_span_and_once(year: list[Message]) -> None:
    instants = [parse_instant(message["timestamp"]) for message in year]
    assert all(earlier <= later for earlier, later in pairwise(instants))
    assert instants[0] >= START
    assert instants[-1] < START + 365 * DAY
    assert len({message["messageId"] for message in year}) == len(year)


def test_a_span_of_a_few_days_starting_at_any_instant_is_kept() -> None:
    start = START + 12_345_678_901
    messages: list[Message] = list(shop_messages(contacts=200, start=start, days=5))
    instants = [parse_instant(message["timestamp"]) for message in messages]
    assert instants
    assert start <= min(instants)
    assert max(instants) < start + 5 * DAY


def test_every_message_has_the_shape_of_its_type(year: list[Message]) -> None:
    common = {"type", "messageId", "timestamp"}
    for message in year:
        assert isinstance(message["messageId"], str)
        assert len(message["messageId"]) < 100
        ids = message.keys() & {"userId", "anonymousId"}
        assert ids
        match message["type"]:
            case "identify":
                assert message.keys() == common | {"userId", "anonymousId", "traits"}
                assert message["traits"].keys() >= {"email", "country", "timezone", "language", "created_at"}
                assert message["traits"]["timezone"] in zone_names()
            case "page":
                assert message.keys() == common | ids | {"properties"}
                assert message["properties"].keys() == {"path", "title", "url", "referrer"}
                assert message["properties"]["path"].startswith("/")
            case "track":
                assert message.keys() == common | {"userId", "event", "properties"}
                assert set(message["properties"]) == PROPERTIES[message["event"]]
                assert message["properties"].get("total", 1) > 0
            case other:
                pytest.fail(f"unknown type {other}")


def test_everybody_signs_up_once_and_is_known_from_then_on(year: list[Message]) -> None:
    known: set[str] = set()
    for message in year:
        if message["type"] == "identify":
            assert message["userId"] not in known
            known.add(message["userId"])
        elif "userId" in message:
            assert message["userId"] in known
    assert len(known) == 3_000
    addresses = {message["traits"]["email"] for message in year if message["type"] == "identify"}
    assert len(addresses) == 3_000


def test_a_visitor_who_signs_up_was_here_before_under_the_same_anonymous_id(year: list[Message]) -> None:
    signed_up = {message["anonymousId"] for message in year if message["type"] == "identify"}
    unknown = Counter(message["anonymousId"] for message in year if "userId" not in message)
    assert unknown.keys() <= signed_up
    assert len(unknown) == 3_000  # the visit that ends in the sign-up begins unknown


def test_what_is_refunded_was_bought_before_and_cost_as_much(year: list[Message]) -> None:
    bought: dict[str, float] = {}
    for message in year:
        if message.get("event") == "purchased":
            assert message["properties"]["order_id"] not in bought
            bought[message["properties"]["order_id"]] = message["properties"]["total"]
        elif message.get("event") == "refunded":
            assert message["properties"]["total"] <= bought[message["properties"]["order_id"]]


def test_the_year_is_as_large_as_a_real_small_shop(year: list[Message]) -> None:
    kinds = Counter(message.get("event", message["type"]) for message in year)
    assert 40_000 <= len(year) <= 80_000
    assert 0.02 < kinds["refunded"] / kinds["purchased"] < 0.06
    assert 40 <= kinds["unsubscribed"] <= 300
    orders = Counter(message["userId"] for message in year if message.get("event") == "purchased")
    assert 0.55 < len(orders) / 3_000 < 0.80
    assert 0.25 < sum(count == 1 for count in orders.values()) / len(orders) < 0.45
    spent = Counter[str]()
    for message in year:
        if message.get("event") == "purchased":
            spent[message["userId"]] += message["properties"]["total"]
    vips = [who for who, total in spent.items() if total >= 1_000 and orders[who] >= 3]
    assert 0.01 < len(vips) / 3_000 < 0.08


def test_many_regulars_fall_silent_and_some_come_back(year: list[Message]) -> None:
    orders: dict[str, list[int]] = {}
    for message in year:
        if message.get("event") == "purchased":
            orders.setdefault(message["userId"], []).append(parse_instant(message["timestamp"]))
    regulars = [times for times in orders.values() if len(times) >= 2]
    lapsed = [times for times in regulars if START + 365 * DAY - times[-1] > 90 * DAY]
    back = [times for times in regulars if any(b - a > 90 * DAY for a, b in pairwise(times[1:]))]
    assert 0.10 < len(lapsed) / len(regulars) < 0.45
    assert len(back) > 40


def test_every_month_has_sign_ups_visits_to_the_machine_and_orders_of_it(year: list[Message]) -> None:
    months = Counter[tuple[str, str]]()
    for message in year:
        properties: Message = message.get("properties", {})
        what = str(message.get("event", message["type"]))
        if str(properties.get("path", "")).startswith("/products/x200"):
            what = "x200"
        if properties.get("category") == "machines":
            what = "machine"
        months[message["timestamp"][:7], what] += 1
    stamps = {stamp for stamp, _ in months}
    assert len(stamps) == 12
    for what in ("identify", "x200", "machine", "purchased", "refunded", "unsubscribed"):
        assert all(months[stamp, what] for stamp in stamps), what


def test_people_visit_by_day_and_like_the_weekend(year: list[Message]) -> None:
    zones = {m["userId"]: m["traits"]["timezone"] for m in year if m["type"] == "identify"}
    walls = [
        to_wall(parse_instant(m["timestamp"]), zones[m["userId"]])
        for m in year
        if m["type"] == "page" and "userId" in m
    ]
    hours = Counter(wall.hour for wall in walls)
    weekdays = Counter(wall.weekday() for wall in walls)
    assert sum(hours[hour] for hour in range(1, 6)) < 0.03 * len(walls)
    assert hours[20] > 3 * hours[7] / 2
    assert weekdays[6] > weekdays[3]


def test_names_come_in_several_scripts_and_accounts_have_managers(year: list[Message]) -> None:
    traits = [message["traits"] for message in year if message["type"] == "identify"]
    names = "".join(trait.get("first_name", "") for trait in traits)
    for letter in ("ë", "Ł", "Ε", "さ", "Т", "अ", "ل"):
        assert letter in names
    assert any("first_name" not in trait for trait in traits)
    assert {trait["email"].isascii() for trait in traits} == {True}
    for trait in traits:
        assert ("owner_email" in trait) == (trait["account_type"] == "business")
    assert sum("owner_email" in trait for trait in traits) > 60
    assert any(trait["email"].endswith("@shop.example") for trait in traits)
    assert len({trait["timezone"] for trait in traits}) >= 10


def test_the_shares_of_habits_add_up_to_a_hundred() -> None:
    assert sum(habit.weight for habit in HABITS) == 100


PROPERTIES = {
    "purchased": {"order_id", "total", "items", "category"},
    "refunded": {"order_id", "total"},
    "unsubscribed": set[str](),
}
DRAWN = [761197, 157297, 402672, 315558, 463386, 241806, 166616, 850582, 404235, 407063]
