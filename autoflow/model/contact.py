"""One truth a contact: the versioned record that the core takes and gives back.

Everything in it is bounded: memory keeps a few instants or a running sum for each thing that a loaded
condition remembers, never the events themselves.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Times(msgspec.Struct, array_like=True, tag=0):
    """How often, and the last (or the first) few instants, ascending."""

    total: int = 0
    times: list[int] = []


class Total(msgspec.Struct, array_like=True, tag=1):
    """A sum for good, in millionths, of `count` numbers."""

    total: int = 0
    count: int = 0


class Window(msgspec.Struct, array_like=True, tag=2):
    """A running sum over a window: of `count` entries the oldest stand in `head` as (instant, seq, value).

    `total` and `count` cover head and spilled entries; every spilled entry is younger than all of `head`.
    """

    total: int = 0
    count: int = 0
    head: list[tuple[int, int, int]] = []
    spilled: int = 0


Cell = Times | Total | Window


class Run(msgspec.Struct, array_like=True):
    """One walk of a contact through a recipe; its key is (recipe, contact, `entry`).

    `step` is the id of the step it stands on, `due` when that step is over (None while nothing is waited for),
    `check` when time alone could next change its goal or exit. `start` is the starting event's
    `occurred_at`, else the entry (language.md, rule 9).
    """

    recipe: str
    version: int
    entry: int
    step: str
    entered_at: int
    start: int
    due: int | None = None
    check: int | None = None
    per: str | None = None
    event: dict[str, Any] | None = None
    visits: dict[str, int] = {}
    memory: dict[str, Cell] = {}


class Entries(msgspec.Struct, array_like=True):
    """How often a contact entered a recipe, and when last, for each value of `per` ("" without one)."""

    count: int = 0
    last: dict[str, int] = {}


class Record(msgspec.Struct, array_like=True):
    """All that the core knows of one contact. Instants are UTC microseconds.

    `key` names him for good and stands in effect keys; `name` is what people call him by: his user id, or the
    anonymous id of a visitor who has not said who he is.
    `alarm` is when to look at him again: never later than `next_due`, and moved only where it must be, so that
    most events leave the row of timers alone. `epoch` counts the definitions that its memory was built for; `n`
    numbers what happened inside.
    """

    key: str
    name: str
    first_known: int = 0
    epoch: int = 0
    n: int = 0
    attributes: dict[str, Any] = {}
    tags: dict[str, int] = {}
    segments: dict[str, int] = {}
    audiences: dict[str, int] = {}
    runs: list[Run] = []
    entries: dict[str, Entries] = {}
    memory: dict[str, Cell] = {}
    timers: dict[str, int] = {}
    consent: dict[str, int] = {}
    refused: dict[str, int] = {}
    suppressed: str = ""
    alarm: int | None = None

    def next_due(self) -> int | None:
        """The earliest instant at which time alone has something to do here."""
        dues = list(self.timers.values())
        for run in self.runs:
            if run.due is not None:
                dues.append(run.due)
            if run.check is not None:
                dues.append(run.check)
        return min(dues) if dues else None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)
pack = _encoder.encode
unpack = _decoder.decode
