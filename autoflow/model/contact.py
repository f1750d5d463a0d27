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


class Latest(msgspec.Struct, array_like=True, tag=3):
    """One value, and when the event that brought it occurred."""

    at: int
    value: Any


class Distinct(msgspec.Struct, array_like=True, tag=4):
    """Different values, each folded, with the last instants at which it was seen, ascending."""

    last: dict[str, list[int]] = {}


class Peaks(msgspec.Struct, array_like=True, tag=5):
    """Entries (instant, seq, value) of a window that are, or may yet become, its highest or lowest."""

    kept: list[tuple[int, int, int]] = []


class Points(msgspec.Struct, array_like=True, tag=6):
    """A score in millionths as of the instant `at`, and for each limited rule when it last counted."""

    value: int = 0
    at: int = 0
    counted: dict[str, list[int]] = {}


class Pairs(msgspec.Struct, array_like=True, tag=7):
    """The last instants of two events, and the last instants at which the second followed the first in time."""

    firsts: list[int] = []
    seconds: list[int] = []
    done: list[int] = []


Cell = Times | Total | Window | Latest | Distinct | Peaks | Points | Pairs


def last_instant(cell: Cell) -> int | None:
    """The last instant that a cell remembers; None where it remembers none."""
    match cell:
        case Times():
            return cell.times[-1] if cell.times else None
        case Window():
            return cell.head[-1][0] if cell.head else None
        case Peaks():
            return cell.kept[-1][0] if cell.kept else None
        case Distinct():
            return max((times[-1] for times in cell.last.values()), default=None)
        case Pairs():
            return cell.done[-1] if cell.done else None
        case Latest() | Points():
            return cell.at or None
    return None  # a sum for good keeps no instant


STRAIGHT_ON = -1


class Run(msgspec.Struct, array_like=True):
    """One walk of a contact through a recipe; its key is (recipe, contact, `entry`).

    `step` is the id of the step it stands on, `due` when that step is over (None while nothing is waited for),
    `check` when time alone could next change its goal, its exit or what it waits for. `start` is the starting
    event's `occurred_at`, else the entry (language.md, rule 9), and `trigger` the id of the trigger that started it.

    `local`: the wait goes by the contact's clock. `held` is when the mail of its step was first held, and
    `holdout` whether nothing of it may leave the house. `own` is when the contact's own event occurred that
    started it or that it last waited for (0: none), and `since` when it began to wait on its step. `skipped` names
    the templates whose last mail was skipped, and `heard` says that what it waits for has come while its recipe was
    paused. `visits` counts how often a step was done (`autoflow.core.moving` says more). `way` is the branch on which
    it goes on, or STRAIGHT_ON, where it was moved onto a wait that had been over as it began.
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
    trigger: str = ""
    local: bool = False
    held: int | None = None
    holdout: bool = False
    own: int = 0
    skipped: list[str] = []
    heard: bool = False
    since: int = 0
    way: int | None = None


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

    `computed` holds the attributes that autoflow works out itself. `moved` says when he really came into a segment
    or left it (neither by a changed file nor by what was imported), `watches` since when he stands at a score that a
    trigger waits for, and `fired` what timed triggers must remember of having fired.
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
    computed: dict[str, Any] = {}
    stage: str = ""
    moved: dict[str, int] = {}
    watches: dict[str, int] = {}
    fired: dict[str, Any] = {}

    def known(self, attribute: str) -> Any:
        """The value of an attribute, computed ones included; None where it is missing."""
        value = self.attributes.get(attribute)
        return self.computed.get(attribute) if value is None else value

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
