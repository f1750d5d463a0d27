"""One message of the Segment tracking spec, read leniently: https://segment.com/docs/connections/spec/.

`identify` sets attributes, `track` is an event, `page` is `page_visited`, `screen` is `screen_viewed`, and
`alias` says that an anonymous visitor and a user are one. `group` speaks of companies and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from autoflow.ingest.traits import attributes_of
from autoflow.model.event import IDENTIFY, PAGE_VISITED, Incoming
from autoflow.model.instants import from_datetime, parse_instant
from autoflow.model.problems import did_you_mean

MOST_BYTES = 32 * 1024
MOST_DEPTH = 64
LONGEST_NAME = 255
LATEST = 253_402_300_799_999_999  # the last microsecond of the year 9999
SCREEN_VIEWED = "screen_viewed"
TYPES = ("identify", "track", "page", "screen", "alias", "group")
_PAGE_FIELDS = ("path", "url", "title", "referrer", "search")
_CAMPAIGN = {
    "source": "utm_source",
    "medium": "utm_medium",
    "name": "utm_campaign",
    "term": "utm_term",
    "content": "utm_content",
}
_UTM = frozenset(_CAMPAIGN.values())
_LIST = "The line is not a message: write one object a line, without the brackets and commas of a list."
_EXPECTED = {
    "userId": "text or a number",
    "anonymousId": "text or a number",
    "previousId": "text or a number",
    "messageId": "text or a number",
    "event": "text",
    "type": "text",
    "properties": "an object",
    "traits": "an object",
    "context": "an object",
}


class RefusedError(ValueError):
    """A message that cannot be taken; its text says why, for people."""


_Values = dict[str, Any]
_Identifier = str | int | float | None


class _Context(msgspec.Struct):
    traits: Any = None
    campaign: Any = None
    page: Any = None


class _Message(msgspec.Struct, rename="camel"):
    """The fields we read; clients add others, which are passed over."""

    type: str | None = None
    event: str | None = None
    name: Any = None
    user_id: _Identifier = None
    anonymous_id: _Identifier = None
    previous_id: _Identifier = None
    message_id: _Identifier = None
    timestamp: Any = None
    original_timestamp: Any = None
    properties: _Values | None = None
    traits: _Values | None = None
    context: _Context | None = None


_decode = msgspec.json.Decoder(_Message).decode


def read_line(
    line: bytes, *, history: bool = False, message_id: Callable[[bytes], str] | None = None
) -> Incoming:
    """The message that a line of JSON holds. Raises `RefusedError`.

    `history` is passed on (see `Incoming`). `message_id` makes an id out of the line where it brings none.
    """
    if len(line) > MOST_BYTES:
        raise RefusedError(f"The message is larger than {MOST_BYTES // 1024} KB.")
    _refuse_depth(line)
    try:
        message = _decode(line)
    except msgspec.ValidationError as error:
        raise RefusedError(_said(error, line)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedError(_no_json(line)) from None
    found = _read(message, history)
    if found.message_id is None and message_id is not None:
        return msgspec.structs.replace(found, message_id=message_id(line))
    return found


def read_message(message: dict[str, Any], *, history: bool = False) -> Incoming:
    """The same for a message that has been decoded already."""
    return read_line(msgspec.json.encode(message), history=history)


def _read(message: _Message, history: bool) -> Incoming:  # noqa: FBT001 - handed through
    user, anonymous = _identifier(message.user_id, "userId"), _identifier(message.anonymous_id, "anonymousId")
    read = _READERS.get(message.type or "")
    if read is None:
        raise RefusedError(_no_type(message.type))
    name, properties = read(message)
    if message.type == "alias":
        anonymous = _identifier(message.previous_id, "previousId")
        if user is None or anonymous is None:
            raise RefusedError("An alias needs userId and previousId.")
    elif user is None and anonymous is None:
        raise RefusedError("It belongs to nobody: userId or anonymousId is needed.")
    sent = message.message_id
    return Incoming(
        name,
        user,
        anonymous,
        properties,
        _instant(message),
        None if sent is None or sent == "" else str(sent),
        history,
    )


def _track(message: _Message) -> tuple[str, _Values]:
    name = (message.event or "").strip()
    if not name:
        raise RefusedError('A track message needs "event", the name of what happened.')
    if name[0] == "$":
        raise RefusedError(f'"{name}" cannot be an event: names that begin with $ are autoflow\'s own.')
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise RefusedError(f"The name of an event is one line of at most {LONGEST_NAME} characters.")
    return name, message.properties or {}


def _identify(message: _Message) -> tuple[str, _Values]:
    told = message.context.traits if message.context is not None else None
    traits = message.traits or {}
    return IDENTIFY, attributes_of({**told, **traits} if isinstance(told, dict) else traits)


def _page(message: _Message) -> tuple[str, _Values]:
    properties = dict(message.properties or {})
    context = message.context
    if context is not None and isinstance(context.page, dict):
        for field in _PAGE_FIELDS:
            if properties.get(field) is None and context.page.get(field) is not None:
                properties[field] = context.page[field]
    if isinstance(message.name, str) and message.name:
        properties.setdefault("name", message.name)
    url = properties.get("url")
    if isinstance(url, str):
        _read_url(url, properties)
    if context is not None and isinstance(context.campaign, dict):
        for field, ours in _CAMPAIGN.items():
            if context.campaign.get(field) is not None:
                properties.setdefault(ours, context.campaign[field])
    search = properties.get("search")
    if isinstance(search, str):
        _read_query(search.removeprefix("?"), properties)
    return PAGE_VISITED, properties


def _screen(message: _Message) -> tuple[str, _Values]:
    properties = dict(message.properties or {})
    if isinstance(message.name, str) and message.name:
        properties.setdefault("name", message.name)
    return SCREEN_VIEWED, properties


def _alias(_: _Message) -> tuple[str, _Values]:
    return IDENTIFY, {}


def _group(_: _Message) -> tuple[str, _Values]:
    raise RefusedError(
        "Messages of the type group speak of companies, and autoflow keeps people: "
        'send the company\'s name as the trait "company" of identify.'
    )


_READERS: dict[str, Callable[[_Message], tuple[str, _Values]]] = {
    "track": _track,
    "identify": _identify,
    "page": _page,
    "screen": _screen,
    "alias": _alias,
    "group": _group,
}


def _read_url(url: str, properties: _Values) -> None:
    """What the address tells where the client did not say it."""
    if properties.get("path") is not None and "utm_" not in url:
        return
    try:
        parts = urlsplit(url)
    except ValueError:  # not an address after all; it is kept as it came
        return
    if properties.get("path") is None:
        properties["path"] = parts.path or "/"
    _read_query(parts.query, properties)


def _read_query(query: str, properties: _Values) -> None:
    if "utm_" in query:
        for name, value in parse_qsl(query):
            if name in _UTM:
                properties.setdefault(name, value)


def _identifier(value: _Identifier, what: str) -> str | None:
    if value is None:
        return None
    if type(value) is str:
        text = value.strip()
    else:
        text = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    if not text:
        return None
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise RefusedError(f"{what} is one line of at most {LONGEST_NAME} characters.")
    return text


def _instant(message: _Message) -> int | None:
    told = message.timestamp
    if told is None or told == "":
        told = message.original_timestamp
    return None if told is None or told == "" else read_time(told)


def read_time(told: object) -> int:
    """The instant (UTC microseconds) of an ISO date and time; without an offset it is UTC. Raises `RefusedError`."""
    if isinstance(told, str):
        try:
            instant = _iso(told)
        except (ValueError, OverflowError):
            instant = None
        if instant is not None and 0 <= instant <= LATEST:
            return instant
        if instant is not None:
            raise RefusedError(f'The time "{told}" does not lie between 1970 and 9999.')
    shown = str(told)[:40]
    raise RefusedError(f'"{shown}" is not a date and time such as 2026-03-06T14:00:00Z.')


def _iso(text: str) -> int:
    if len(text) >= 19 and text[4] == text[7] == "-" and text[10] in "T ":  # the common form, read in C
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return parse_instant(text)
        return from_datetime(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))
    return parse_instant(text)


def _refuse_depth(line: bytes) -> None:
    """Nested so deeply that it could not be written down again; brackets in texts count only on the slow path."""
    if line.count(b"{") + line.count(b"[") <= MOST_DEPTH:
        return
    depth, in_text, escaped = 0, False, False
    for sign in line:
        if in_text:
            in_text, escaped = escaped or sign != 0x22, sign == 0x5C and not escaped
        elif sign == 0x22:
            in_text = True
        elif sign in b"{[":
            depth += 1
            if depth > MOST_DEPTH:
                raise RefusedError(f"Lists and objects are nested more than {MOST_DEPTH} deep.")
        elif sign in b"}]":
            depth -= 1


def _said(error: msgspec.ValidationError, line: bytes) -> str:
    """A type error in our words."""
    if "out of range" in str(error):
        return "A number in it is too large."
    field = re.split(r"[.\[]", str(error).rpartition("$.")[2].strip("`"), maxsplit=1)[0]
    if field in _EXPECTED:
        return f'"{field}" is not {_EXPECTED[field]}.'
    return _LIST if line[:1] == b"[" else "The line is not a message: an object in braces."


def _no_json(line: bytes) -> str:
    return _LIST if line[:1] in {b"[", b"]"} or line[-1:] == b"," else "The line is not JSON."


def _no_type(told: str | None) -> str:
    if not told:
        return f'"type" is missing: one of {", ".join(TYPES)}.'
    near = did_you_mean(told, TYPES)
    hint = f'Did you mean "{near}"?' if near else f"There is {', '.join(TYPES)}."
    return f'There is no type "{told[:40]}". {hint}'
