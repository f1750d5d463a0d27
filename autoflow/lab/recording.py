"""Decisions written down instead of carried out: the channels of simulation and tests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from autoflow.model.effects import Message
from autoflow.model.instants import to_iso


def message_row(message: Message, contact: str) -> dict[str, Any]:
    """One message as `--messages` writes it; `contact` is the user id."""
    return {
        "at": to_iso(message.at),
        "recipe": message.recipe,
        "step": message.step,
        "contact": contact,
        "channel": message.channel,
        "name": message.name,
        "key": message.key,
        "outcome": message.outcome,
        "reason": message.reason,
    }


def ndjson(rows: Iterable[dict[str, Any]]) -> bytes:
    """Rows as lines of JSON."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def digest(parts: Iterable[bytes]) -> str:
    """A name for everything that was decided: equal where every decision is."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()
