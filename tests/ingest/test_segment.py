from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.ingest.refusals import RefusedError
from autoflow.ingest.segment import MOST_BYTES, read_line, read_message
from autoflow.ingest.times import read_time
from autoflow.model.event import IDENTIFY, Incoming
from autoflow.model.instants import parse_instant

AT = "2026-03-06T14:00:00Z"


def line(**message: Any) -> bytes:
    return json.dumps(message).encode()


def test_track_is_an_event() -> None:
    read = read_line(
        line(
            type="track",
            userId="ana",
            event="purchased",
            properties={"total": 12.5},
            timestamp=AT,
            messageId="m1",
        )
    )
    assert read == Incoming(
        "purchased", "ana", None, {"total": 12.5}, parse_instant("2026-03-06 14:00"), "m1", history=False
    )


def test_a_message_that_was_decoded_already_reads_the_same() -> None:
    message = {"type": "track", "anonymousId": "v1", "event": "seen", "timestamp": AT}
    assert read_message(message, history=True) == read_line(line(**message), history=True)


def test_what_clients_send_is_read_leniently() -> None:
    read = read_line(
        line(
            type="track",
            userId=4711,
            anonymousId=None,
            event=" purchased ",
            properties=None,
            context=None,
            integrations={"All": True},
            timestamp=None,
            originalTimestamp="2015-2-02T00:30:08.276Z",
            messageId=9,
        )
    )
    assert read == Incoming(
        "purchased", "4711", None, {}, parse_instant("2015-02-02 00:30:08") + 276_000, "9", history=False
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (4711, "4711"),
        (4711.0, "4711"),
        (47.5, "47.5"),
        (" ana ", "ana"),
        (123456789012345678901234567890, "123456789012345678901234567890"),
    ],
)
def test_ids_become_text(told: object, expected: str) -> None:
    assert read_line(line(type="track", userId=told, event="seen")).user_id == expected


def test_without_a_time_it_happens_at_receipt() -> None:
    assert read_line(line(type="track", userId="ana", event="seen", timestamp="")).occurred_at is None


def test_traits_of_identify_take_our_names() -> None:
    read = read_line(
        line(
            type="identify",
            userId="ana",
            context={"traits": {"email": " ana@example.com ", "plan": "free"}},
            traits={
                "firstName": "Ana",
                "lastName": "Ito",
                "createdAt": AT,
                "plan": "pro",
                "address": {
                    "city": "Kyoto",
                    "country": "Japan",
                    "postalCode": "600",
                    "state": "Kyoto-fu",
                    "x": 1,
                },
                "company": {"name": "Ito & Co", "employees": 9},
                "favouriteBean": "Yirgacheffe",
                "phone": None,
            },
        )
    )
    assert read.name == IDENTIFY
    assert read.properties == {
        "email": "ana@example.com",
        "plan": "pro",
        "first_name": "Ana",
        "last_name": "Ito",
        "created_at": AT,
        "city": "Kyoto",
        "country": "Japan",
        "postal_code": "600",
        "region": "Kyoto-fu",
        "company": "Ito & Co",
        "favouriteBean": "Yirgacheffe",
        "phone": None,
    }


@pytest.mark.parametrize("order", [("first_name", "firstName"), ("firstName", "first_name")])
def test_our_own_name_wins_over_theirs(order: tuple[str, str]) -> None:
    traits = {name: "ours" if name == "first_name" else "theirs" for name in order}
    assert read_line(line(type="identify", userId="a", traits=traits)).properties == {"first_name": "ours"}


def test_a_page_is_a_visit() -> None:
    read = read_line(
        line(
            type="page",
            anonymousId="v1",
            name="X200",
            properties={"path": "/products/x200", "utm_medium": "mail"},
            context={
                "page": {
                    "path": "/elsewhere",
                    "title": "The X200",
                    "referrer": None,
                    "search": "?utm_term=beans",
                },
                "campaign": {"source": "news", "medium": "cpc", "name": "spring", "unknown": 1},
            },
        )
    )
    assert read.name == "page_visited"
    assert read.properties == {
        "path": "/products/x200",
        "title": "The X200",
        "search": "?utm_term=beans",
        "name": "X200",
        "utm_medium": "mail",
        "utm_source": "news",
        "utm_campaign": "spring",
        "utm_term": "beans",
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.example/a?utm_source=x&utm_other=y", {"path": "/a", "utm_source": "x"}),
        ("https://shop.example", {"path": "/"}),
        ("http://[broken", {}),
    ],
)
def test_an_address_tells_path_and_campaign(url: str, expected: dict[str, str]) -> None:
    read = read_line(line(type="page", userId="ana", properties={"url": url}))
    assert read.properties == {"url": url, **expected}


def test_a_screen_is_an_event_of_its_own() -> None:
    read = read_line(line(type="screen", userId="ana", name="Basket", properties={"items": 2}))
    assert (read.name, read.properties) == ("screen_viewed", {"name": "Basket", "items": 2})


def test_an_alias_makes_two_one() -> None:
    read = read_line(line(type="alias", userId="ana", previousId="v1"))
    assert (read.name, read.user_id, read.anonymous_id, read.properties) == (IDENTIFY, "ana", "v1", {})


NOBODY = "It belongs to nobody: userId or anonymousId is needed."


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"hello", "The line is not JSON."),
        (b'{"type": "track"', "The line is not JSON."),
        (b'{"type": "track"} x', "The line is not JSON."),
        (b'{"type": "\xff"}', "The line is not JSON."),
        (b'{"type": "track", "event": "\\ud800"}', "The line is not JSON."),
        (
            b"[",
            "The line is not a message: write one object a line, without the brackets and commas of a list.",
        ),
        (
            b'{"type": "track"},',
            "The line is not a message: write one object a line, without the brackets and commas of a list.",
        ),
        (b"7", "The line is not a message: an object in braces."),
        (b"{}", '"type" is missing: one of identify, track, page, screen, alias, group.'),
        (b'{"type": "trak"}', 'There is no type "trak". Did you mean "track"?'),
        (b'{"type": "x"}', 'There is no type "x". There is identify, track, page, screen, alias, group.'),
        (b'{"type": 7}', '"type" is not text.'),
        (b'{"type": "track", "event": "seen"}', NOBODY),
        (b'{"type": "track", "event": "seen", "userId": "  "}', NOBODY),
        (b'{"type": "track", "event": "seen", "userId": true}', '"userId" is not text or a number.'),
        (
            b'{"type": "track", "event": "seen", "userId": "a\\u0000"}',
            "userId is one line of at most 255 characters.",
        ),
        (b'{"type": "track", "userId": "a"}', 'A track message needs "event", the name of what happened.'),
        (
            b'{"type": "track", "userId": "a", "event": "$apply"}',
            '"$apply" cannot be an event: names that begin with $ are autoflow\'s own.',
        ),
        (
            b'{"type": "track", "userId": "a", "event": "a\\nb"}',
            "The name of an event is one line of at most 255 characters.",
        ),
        (
            b'{"type": "track", "userId": "a", "event": "b", "properties": []}',
            '"properties" is not an object.',
        ),
        (
            b'{"type": "track", "userId": "a", "event": "b", "properties": {"a": 1e999}}',
            "A number in it is too large.",
        ),
        (b'{"type": "identify", "userId": "a", "traits": "x"}', '"traits" is not an object.'),
        (b'{"type": "alias", "userId": "a"}', "An alias needs userId and previousId."),
        (
            b'{"type": "track", "userId": "a", "event": "b", "timestamp": "yesterday"}',
            '"yesterday" is not a date and time such as 2026-03-06T14:00:00Z.',
        ),
        (
            b'{"type": "track", "userId": "a", "event": "b", "timestamp": {"$date": 1}}',
            "\"{'$date': 1}\" is not a date and time such as 2026-03-06T14:00:00Z.",
        ),
        (
            b'{"type": "track", "userId": "a", "event": "b", "timestamp": "0001-01-01T00:00:00Z"}',
            'The time "0001-01-01T00:00:00Z" does not lie between 1970 and 9999.',
        ),
    ],
)
def test_refusals_say_why(raw: bytes, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_line(raw)
    assert str(refused.value) == reason


def test_groups_are_refused_with_the_way_out() -> None:
    with pytest.raises(RefusedError, match='trait "company" of identify'):
        read_line(line(type="group", userId="ana", groupId="g", traits={"name": "Ito & Co"}))


def test_a_message_has_a_limit() -> None:
    empty = len(line(type="track", userId="a", event="b", properties={"x": ""}))
    fits = line(type="track", userId="a", event="b", properties={"x": "y" * (MOST_BYTES - empty)})
    assert len(fits) == MOST_BYTES
    read_line(fits)
    with pytest.raises(RefusedError, match="larger than 32 KB"):
        read_line(fits.replace(b"yy", b"yyy", 1))


def test_depth_is_bounded_and_brackets_in_text_do_not_count() -> None:
    deep: Any = 1
    for _ in range(63):
        deep = [deep]
    read_line(line(type="track", userId="a", event="b", properties={"x": "[{" * 200}))
    with pytest.raises(RefusedError, match="nested more than 64 deep"):
        read_line(line(type="track", userId="a", event="b", properties={"x": deep}))
    read_line(line(type="track", userId="a", event="b", properties={"x": deep[0]}))
    with pytest.raises(RefusedError, match="nested"):
        read_line(b"[" * 20_000)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-03-06T14:00:00Z", "2026-03-06 14:00"),
        ("2026-03-06T14:00:00.000Z", "2026-03-06 14:00"),
        ("2026-03-06T15:00:00+01:00", "2026-03-06 14:00"),
        ("2026-03-06T15:00:00+0100", "2026-03-06 14:00"),
        ("2026-03-06 14:00:00", "2026-03-06 14:00"),
        ("2026-03-06 14:00", "2026-03-06 14:00"),
        ("2026-03-06", "2026-03-06 00:00"),
        ("2026-3-6T14:00:00.0000000Z", "2026-03-06 14:00"),
    ],
)
def test_forms_of_time(told: str, expected: str) -> None:
    assert read_time(told) == parse_instant(expected)


@pytest.mark.parametrize(
    "told", ["2026-W10-5T14:00:00", "2026-02-30T10:00:00Z", "9999-12-31T23:59:59-23:00", "", 1767225600]
)
def test_what_is_no_time(told: object) -> None:
    with pytest.raises(RefusedError):
        read_time(told)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "type",
    "event",
    "userId",
    "anonymousId",
    "previousId",
    "timestamp",
    "properties",
    "traits",
    "context",
    "name",
)


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["track", "identify", "page", "screen", "alias", "group"]) | JSON},
        optional=dict.fromkeys(FIELDS[1:], JSON),
    )
)
def test_whatever_is_sent_is_taken_or_refused_and_can_be_written_down(message: dict[str, Any]) -> None:
    try:
        raw = msgspec.json.encode(message)
    except UnicodeEncodeError:  # half a surrogate pair cannot even be sent
        return
    try:
        read = read_line(raw)
    except RefusedError:
        return
    assert read.user_id or read.anonymous_id
    msgspec.json.encode(read.properties)


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(raw: bytes) -> None:
    with pytest.raises(RefusedError):
        read_line(raw)
