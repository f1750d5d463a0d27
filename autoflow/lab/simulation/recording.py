"""Decisions written down instead of carried out: the channels of simulation and tests."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from autoflow.model.effects import Message
from autoflow.model.instants import to_iso

_decode = msgspec.json.Decoder(tuple[tuple[int, str, int], msgspec.Raw]).decode


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


def spool(file: Path, messages: Iterable[tuple[Message, str]]) -> None:
    """Write messages to a file of their own, in order, each line with what it is sorted by."""
    rows = [
        ((message.at, message.key.split("/", 4)[4], message.n), message_row(message, contact))
        for message, contact in messages
    ]
    rows.sort(key=lambda row: row[0])
    file.write_bytes(ndjson(rows))


def spooled(folder: Path) -> Iterator[bytes]:
    """The messages of all files of a folder, in order, as lines of JSON; no more of them in memory than files."""
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("rb")) for path in sorted(folder.iterdir())]
        lines = [map(_line, file) for file in files]
        for _, row in heapq.merge(*lines, key=lambda line: line[0]):
            yield bytes(row) + b"\n"


def _line(text: bytes) -> tuple[tuple[int, str, int], msgspec.Raw]:
    return _decode(text)


def ndjson(rows: Iterable[Any]) -> bytes:
    """Rows as lines of JSON."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def digest(parts: Iterable[bytes]) -> str:
    """A name for everything that was decided: equal where every decision is."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()
