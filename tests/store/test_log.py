"""Appending: whose a message is, that it goes in once, and at which instant."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from autoflow.model.durations import DAY
from autoflow.model.event import IDENTIFY, KNOWN_AS, MERGE, OUTSIDE, REACTION, Incoming
from autoflow.store.database import Database
from autoflow.store.log import Appended, append

NOW = 1_000 * DAY
Who = tuple[str | None, str | None]


def sent(*who: Who) -> list[Incoming]:
    return [Incoming("looked", user, visitor) for user, visitor in who]


def owners(database: Database) -> list[int]:
    """The contact of each message, in order."""
    return [row[0] for row in database.all("SELECT contact FROM event WHERE name = 'looked' ORDER BY seq")]


def inner(database: Database) -> list[tuple[str, int, str]]:
    """The rows that the appender adds on its own."""
    rows = database.all("SELECT name, contact, properties FROM event WHERE name LIKE '$%' ORDER BY seq")
    return [(name, contact, properties) for name, contact, properties in rows]


def contacts(database: Database) -> list[tuple[int, str, str, int | None]]:
    """(id, key, name, merged into)"""
    rows = database.all("SELECT id, key, name, merged_into FROM contact ORDER BY id")
    return [(row[0], row[1], row[2], row[3]) for row in rows]


TABLE: list[tuple[str, list[Who], list[int], list[tuple[str, int, str]], list[tuple[str, str]]]] = [
    (
        "users are told apart",
        [("ana", None), ("bo", None), ("ana", None)],
        [1, 2, 1],
        [],
        [("u:ana", "ana"), ("u:bo", "bo")],
    ),
    (
        "visitors are told apart",
        [(None, "v1"), (None, "v2"), (None, "v1")],
        [1, 2, 1],
        [],
        [("a:v1", "v1"), ("a:v2", "v2")],
    ),
    (
        "a user and a visitor of one name are two",
        [("x", None), (None, "x")],
        [1, 2],
        [],
        [("u:x", "x"), ("a:x", "x")],
    ),
    ("both at once are one", [("ana", "v"), (None, "v"), ("ana", None)], [1, 1, 1], [], [("u:ana", "ana")]),
    (
        "a visitor says who he is",
        [(None, "v"), ("ana", "v"), ("ana", None), (None, "v")],
        [1, 1, 1, 1],
        [(KNOWN_AS, 1, '{"user":"ana"}')],
        [("a:v", "ana")],
    ),
    (
        "a user is seen on another browser",
        [("ana", None), ("ana", "v"), (None, "v")],
        [1, 1, 1],
        [],
        [("u:ana", "ana")],
    ),
    (
        "two turn out to be one: the elder keeps the id",
        [("ana", None), (None, "v"), ("ana", "v"), (None, "v")],
        [1, 2, 1, 1],
        [(MERGE, 1, '{"other":2}')],
        [("u:ana", "ana"), ("a:v", "v")],
    ),
    (
        "also where the visitor is the elder",
        [(None, "v"), ("ana", None), ("ana", "v"), ("ana", None), (None, "v")],
        [1, 2, 1, 1, 1],
        [(MERGE, 1, '{"other":2}')],
        [("a:v", "ana"), ("u:ana", "ana")],
    ),
    (
        "a browser that changes hands is nobody's merge",
        [(None, "v"), ("ana", "v"), ("bo", "v"), ("bo", None), (None, "v")],
        [1, 1, 2, 2, 1],
        [(KNOWN_AS, 1, '{"user":"ana"}')],
        [("a:v", "ana"), ("u:bo", "bo")],
    ),
    (
        "two identified people are never merged",
        [("ana", "v"), ("bo", "w"), ("ana", "w"), ("bo", "v")],
        [1, 2, 1, 2],
        [],
        [("u:ana", "ana"), ("u:bo", "bo")],
    ),
    (
        "three in a row are one",
        [(None, "v"), (None, "w"), ("ana", None), ("ana", "w"), ("ana", "v"), (None, "w")],
        [1, 2, 3, 2, 1, 1],
        [(MERGE, 2, '{"other":3}'), (MERGE, 1, '{"other":2}')],
        [("a:v", "ana"), ("a:w", "ana"), ("u:ana", "ana")],
    ),
]


@pytest.mark.parametrize("one_batch", [True, False], ids=["one batch", "one by one"])
@pytest.mark.parametrize(
    ("who", "owned", "rows", "people"), [case[1:] for case in TABLE], ids=[case[0] for case in TABLE]
)
def test_whose_a_message_is(
    database: Database,
    one_batch: bool,
    who: Sequence[Who],
    owned: list[int],
    rows: list[tuple[str, int, str]],
    people: list[tuple[str, str]],
) -> None:
    messages = sent(*who)
    for batch in [messages] if one_batch else [[message] for message in messages]:
        append(database, batch, NOW)
    assert owners(database) == owned
    assert inner(database) == rows
    assert [(key, name) for _, key, name, _ in contacts(database)] == people
    merged = {contact: into for contact, _, _, into in contacts(database) if into is not None}
    assert merged.keys() == {int(row[2].split(":")[1].rstrip("}")) for row in rows if row[0] == MERGE}


def test_the_same_message_goes_in_once(database: Database) -> None:
    one, other = (Incoming("looked", "ana", message_id=name, occurred_at=NOW - 5) for name in ("m1", "m2"))
    assert append(database, [one, one, other], NOW) == Appended(2, 1)
    assert append(database, [other, one], NOW + DAY) == Appended(0, 2)
    assert len(owners(database)) == 2


def test_messages_without_an_id_are_all_taken(database: Database) -> None:
    assert append(database, sent(("ana", None), ("ana", None)), NOW) == Appended(2, 0)
    mixed = [
        Incoming("looked", "ana", message_id="m"),
        *sent(("ana", None)),
        Incoming("looked", "ana", message_id="m"),
    ]
    assert append(database, mixed, NOW) == Appended(2, 1)
    assert len(owners(database)) == 4


def test_a_duplicate_makes_no_contact_known(database: Database) -> None:
    append(database, [Incoming("looked", "ana", message_id="m", occurred_at=NOW)], NOW)
    append(database, [Incoming("looked", "bo", message_id="m", occurred_at=NOW)], NOW)
    assert [key for _, key, _, _ in contacts(database)] == ["u:ana"]


def test_receipts_grow_strictly_also_when_the_clock_goes_back(database: Database) -> None:
    for now in (NOW, NOW, NOW - DAY, NOW + 1, NOW + DAY, NOW):
        append(database, sent(("ana", None), ("bo", None)), now)
    at = [row[0] for row in database.all("SELECT at FROM event ORDER BY seq")]
    assert at == sorted(set(at))
    assert at[0] == NOW
    assert NOW + DAY in at


def test_receipts_lie_after_what_the_engine_has_decided(database: Database) -> None:
    database.do("UPDATE state SET horizon = ?", NOW + 7)
    append(database, sent(("ana", None)), NOW)
    assert database.all("SELECT at FROM event") == [(NOW + 8,)]


def test_nothing_occurred_after_its_receipt(database: Database) -> None:
    messages = [Incoming("looked", "ana", occurred_at=when) for when in (NOW - DAY, None, NOW + DAY)]
    append(database, messages, NOW)
    assert database.all("SELECT occurred_at - at FROM event ORDER BY seq") == [(-DAY,), (0,), (0,)]


def test_where_a_row_comes_from(database: Database) -> None:
    append(
        database,
        [
            Incoming("looked", "ana"),
            Incoming("email_opened", "ana", reacts_to="welcome/1/a/1/u:ana"),
            Incoming(IDENTIFY, "ana", properties={"plan": "pro"}, history=True),
        ],
        NOW,
    )
    assert database.all("SELECT origin, history, reacts_to FROM event ORDER BY seq") == [
        (OUTSIDE, 0, None),
        (REACTION, 0, "welcome/1/a/1/u:ana"),
        (OUTSIDE, 1, None),
    ]


def test_a_batch_goes_in_whole_or_not_at_all(database: Database) -> None:
    broken = Incoming("looked", "bo", properties={"x": object()}, message_id="b")
    with pytest.raises(TypeError):
        append(database, [Incoming("looked", "ana", message_id="a"), broken], NOW)
    assert owners(database) == []
    assert append(database, [Incoming("looked", "ana", message_id="a")], NOW) == Appended(1, 0)
