"""What the core gives back: rows about one contact, in order, with keys that name them."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

EMAIL = "email"
SALES = "sales"
AUDIENCES = "audiences"
TASKS = "tasks"
WEBHOOKS = "webhooks"

SENT = "sent"
SKIPPED = "skipped"
HELD = "held"

FINISHED = "finished"
GOAL = "goal"
EXITED = "exited"
NO_LONGER_MATCHES = "no_longer_matches"
FAILED = "failed"
MERGED = "merged"
ERASED = "erased"
RUNNING = "running"
ENDINGS = (FINISHED, GOAL, EXITED, NO_LONGER_MATCHES, FAILED, MERGED, ERASED)


def effect_key(recipe: str, entry: int, step: str, visit: int, contact: str) -> str:
    """The name of one effect, the same on every machine and in every replay.

    Recipe and step hold no slash, so that the key can be read back unambiguously.
    """
    return f"{recipe}/{entry}/{step}/{visit}/{contact}"


def renamed(key: str, contact: str) -> str:
    """The name of the same effect, for a contact who has another key now."""
    return "/".join([*key.split("/", 4)[:4], contact])


class Happening(NamedTuple):
    """One line of a contact's journal: what happened inside, when, and in which run.

    `n` numbers a contact's journal, ascending; (contact, n) is its key. What is not kept for good leaves gaps.
    """

    n: int
    at: int
    kind: str
    subject: str
    recipe: str = ""
    version: int = 0
    entry: int = 0
    step: str = ""
    detail: dict[str, Any] | None = None


class Message(msgspec.Struct):
    """One message as it was decided, with the values its template reads.

    `outcome` is the gate's: sent, skipped or held. Rendering later changes nothing, for everything it needs
    stands in `values` or follows from `key` and `at`.
    """

    key: str
    at: int
    n: int
    recipe: str
    version: int
    entry: int
    step: str
    channel: str
    name: str
    outcome: str
    reason: str = ""
    klass: str = ""
    template_version: str = ""
    values: dict[str, Any] = {}


class RunRow(NamedTuple):
    """The projection of a run for people and queries."""

    recipe: str
    entry: int
    version: int
    state: str
    step: str
    entered_at: int
    ended_at: int | None
    reason: str


class StepTaken(NamedTuple):
    """A run came to a step; or, with `branch`, went on from it by its branch of that number.

    Told and not stored: a simulation and a test draw from it how far people came.
    """

    at: int
    recipe: str
    version: int
    entry: int
    step: str
    branch: int | None = None


class Spill(NamedTuple):
    """An entry of a window that no longer fits the record."""

    memory: str
    at: int
    seq: int
    value: int


class Effects(msgspec.Struct):
    """Everything that one contact's items brought about, in order of happening."""

    journal: list[Happening] = []
    messages: list[Message] = []
    runs: dict[tuple[str, int], RunRow] = {}
    tags: dict[str, int | None] = {}
    segments: dict[str, int | None] = {}
    spills: list[Spill] = []
    steps: list[StepTaken] = []
