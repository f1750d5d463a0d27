"""Whose each message is, and at which instant of a replay it applies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.oracle import timing

ENTER = "$enter"
"""The name of the message by which people put a contact into a recipe by hand."""
TRIGGERS_WITHIN = timing.span("24 hours")


class UnsupportedError(Exception):
    """Something the naive interpreter was not written for; it says so and does not guess."""


@dataclass(frozen=True)
class Item:
    """One message of one contact; `name` is None for an identify, whose traits are the properties."""

    at: int
    occurred_at: int
    name: str | None
    properties: Mapping[str, Any]
    user: str | None


@dataclass
class Person:
    """`key` is from how he was first known; `items` in order of their instants."""

    key: str
    items: list[Item] = field(default_factory=list)


def is_silent(item: Item, triggers_within: Mapping[str, timing.Span]) -> bool:
    """Whether it comes so late that it counts and starts nothing."""
    window = triggers_within.get(item.name or "", TRIGGERS_WITHIN)
    return item.at > window.window_from(item.occurred_at, "UTC")


def occurred_at(message: Mapping[str, Any]) -> int:
    """Never later than its receipt."""
    return min(_time(message.get("timestamp") or message["originalTimestamp"]), received_at(message))


def received_at(message: Mapping[str, Any]) -> int:
    """When it came in: as it happened, unless `receivedAt` says otherwise."""
    return _time(message.get("receivedAt") or message.get("timestamp") or message["originalTimestamp"])


def _time(text: Any) -> int:
    at = timing.instant_of(text, "UTC")
    assert at is not None, f"no time: {text}"
    return at


def in_time_order(messages: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
    """(instant, occurred_at, message) in order of receipt: over everybody, each instant is later than the one before.

    A message id that was seen before is the same message, delivered again.
    """
    seen: set[str] = set()
    instant: int | None = None
    for message in sorted(messages, key=received_at):
        identity = message.get("messageId")
        if identity is not None:
            if identity in seen:
                continue
            seen.add(identity)
        occurred = occurred_at(message)
        received = received_at(message)
        instant = received if instant is None else max(received, instant + 1)
        yield instant, occurred, message


def people(messages: Iterable[Mapping[str, Any]]) -> list[Person]:
    """Everybody, in order of first appearance; two who turn out to be one are refused."""
    everybody: list[Person] = []
    users: dict[str, Person] = {}
    visitors: dict[str, Person] = {}
    for instant, occurred, message in in_time_order(messages):
        user, visitor = message.get("userId"), message.get("anonymousId")
        person = _whose(user, visitor, users, visitors)
        if person is None:
            person = Person(f"u:{user}" if user else f"a:{visitor}")
            everybody.append(person)
        if user:
            users[str(user)] = person
        if visitor:
            visitors[str(visitor)] = person
        person.items.append(_item(instant, occurred, message, str(user) if user else None))
    return everybody


def _whose(
    user: Any, visitor: Any, users: Mapping[str, Person], visitors: Mapping[str, Person]
) -> Person | None:
    by_user = users.get(str(user)) if user else None
    by_visitor = visitors.get(str(visitor)) if visitor else None
    if user and by_visitor is not None and by_visitor is not by_user:
        claimed = by_visitor in users.values()
        if by_user is not None and not claimed:
            raise UnsupportedError(f"visitor {visitor} and user {user} were known as two: a merge")
        return by_user if claimed else by_visitor
    return by_user or by_visitor


def _item(instant: int, occurred: int, message: Mapping[str, Any], user: str | None) -> Item:
    kind = message["type"]
    if kind == "identify":
        return Item(instant, occurred, None, message.get("traits") or {}, user)
    if kind not in {"track", "page"}:
        raise UnsupportedError(f"messages of type {kind}")
    name = message["event"] if kind == "track" else "page_visited"
    return Item(instant, occurred, name, message.get("properties") or {}, user)
