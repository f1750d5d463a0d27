"""What arrives: messages at the door, and items of the log as the core takes them."""

from __future__ import annotations

from typing import Any

import msgspec

IDENTIFY = "$identify"
MERGE = "$merge"
KNOWN_AS = "$known_as"
APPLY = "$apply"
ENTER = "$enter"
ERASE = "$erase"
PAGE_VISITED = "page_visited"

OUTSIDE = 0
REACTION = 1
DEFINITION = 2


class Incoming(msgspec.Struct, frozen=True):
    """One message at the door, before anybody knows whose it is.

    `user_id` or `anonymous_id` is given. `occurred_at` is UTC microseconds, or None for "at receipt".
    `history` marks what an import brings: it is remembered but enters nobody (language.md, rule 5).
    `message_id` deduplicates for good; `reacts_to` is the effect key that a reaction names.
    """

    name: str
    user_id: str | None = None
    anonymous_id: str | None = None
    properties: dict[str, Any] = {}
    occurred_at: int | None = None
    message_id: str | None = None
    history: bool = False
    reacts_to: str | None = None


class Event(msgspec.Struct, array_like=True):
    """One item of the log, in the form that the core takes.

    `at` is the instant at which it applies: its receipt, or in a replay of history the time it occurred.
    `occurred_at` never lies after it. `enters` says whether triggers fire, and `inside` whether a step of ours
    brought it about, so that it is not the contact's own doing. For a merge `properties` is empty
    and the other record is handed in beside the event.
    """

    seq: int
    at: int
    occurred_at: int
    name: str
    properties: dict[str, Any]
    enters: bool = True
    reacts_to: str | None = None
    inside: bool = False
