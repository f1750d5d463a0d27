"""What an explanation is made of: sentences, some with others below them, and numbered steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_ENDINGS = (".", "!", "?", ":", "…")


class Line(NamedTuple):
    """A sentence, and what belongs below it."""

    says: str
    lines: tuple[Line, ...] = ()


class WayTold(NamedTuple):
    """A way on from a step: when it is walked (`conditions` must hold for that, where there are any), its steps, and
    where it leads when they are done, or when it has none.

    For a drawing `asked` are its conditions in one clause, and `aside` says that it leads along another way.
    """

    says: str
    conditions: tuple[Line, ...]
    steps: tuple[StepTold, ...]
    goes: str
    asked: str
    aside: str


class StepTold(NamedTuple):
    """One step under its number: `3`, and `3a`, `3b` for the steps of its ways, `3a1` for those of theirs.

    For a drawing it has a `brief`, and `looks`: `mail`, `wait`, `choice`, `exit` or `step`.
    """

    number: str
    id: str
    word: str
    says: str
    beside: tuple[str, ...]
    ways: tuple[WayTold, ...]
    brief: str
    looks: str


class RecipeTold(NamedTuple):
    """A recipe in words. `short` is what it comes to, `named` what the names in it stand for."""

    name: str
    description: str
    owner: str
    status: str
    stands: str
    short: str
    entry: tuple[Line, ...]
    steps: tuple[StepTold, ...]
    end: str
    leaving: tuple[Line, ...]
    sending: tuple[Line, ...]
    named: tuple[Line, ...]


class SegmentTold(NamedTuple):
    """A segment in words: who is in it, what else is to be known of it, and where it is used."""

    name: str
    description: str
    owner: str
    kind: str
    color: str
    conditions: Line
    beside: tuple[Line, ...]
    used: tuple[Use, ...]
    named: tuple[Line, ...]


class Use(NamedTuple):
    """Where a segment is used: the `kind` of what uses it (`recipe`, `segment`, `audience`), its name, and for what."""

    kind: str
    name: str
    says: str


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return ended(f"{text[:1].upper()}{text[1:]}")


def ended(text: str) -> str:
    """With a full stop, where nothing ends it yet."""
    return text if text.rstrip(")”").endswith(_ENDINGS) else f"{text}."


def joined(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return f" {last} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
