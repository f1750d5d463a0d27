"""One message of the Segment tracking spec, read leniently: https://segment.com/docs/connections/spec/.

`identify` sets attributes, `track` is an event, `page` is `page_visited`, `screen` is `screen_viewed`, and
`alias` says that an anonymous visitor and a user are one. `group` speaks of companies and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from autoflow.ingest.pages import visit_of
from autoflow.ingest.refusals import RefusedError
from autoflow.ingest.times import read_time
from autoflow.ingest.traits import attributes_of
from autoflow.model.event import IDENTIFY, PAGE_VISITED, Incoming
from autoflow.model.problems import did_you_mean

MOST_BYTES = 32 * 1024
MOST_DEPTH = 64
LONGEST_NAME = 255
SCREEN_VIEWED = "screen_viewed"
TYPES = ("identify", "track", "page", "screen", "alias", "group")
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


_Values = dict[str, Any]
_Identifier = str | int | float | None


class _Context(msgspec.Struct):
    traits: Any = None
    campaign: Any = None
    page: Any = None


_NO_CONTEXT = _Context()


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
    context = message.context or _NO_CONTEXT
    return PAGE_VISITED, visit_of(message.properties or {}, message.name, context.page, context.campaign)


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
