"""Chance without dice: numbers that depend on nothing but what they are about."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import Protocol, TypeVar

_WORDS = struct.Struct("<8Q")
_BLOCK = struct.Struct("<Q")


class Weighted(Protocol):
    """A row of a table that says how often it is meant."""

    @property
    def weight(self) -> int:
        """How often, against the other rows."""


T = TypeVar("T")
W = TypeVar("W", bound=Weighted)


class Draws:
    """An endless row of whole numbers, the same for the same words on every machine.

    >>> Draws("demo", 7).below(1000) == Draws("demo", 7).below(1000)
    True
    """

    __slots__ = ("_about", "_block", "_left")

    def __init__(self, *about: str | int) -> None:
        self._about = "\x1f".join(map(str, about)).encode()
        self._block = 0
        self._left: list[int] = []

    def below(self, bound: int) -> int:
        """A whole number from 0 to `bound - 1`."""
        if not self._left:
            digest = blake2b(self._about, salt=_BLOCK.pack(self._block)).digest()
            self._left = list(_WORDS.unpack(digest))
            self._block += 1
        return self._left.pop() % bound

    def between(self, span: tuple[int, int]) -> int:
        """A whole number from the first to the last of the span, both included."""
        low, high = span
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.below(100) < percent

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely."""
        return choices[self.below(len(choices))]

    def index(self, weights: Sequence[int]) -> int:
        """The place of one of the weights, each as likely as it is great."""
        sums = list(accumulate(weights))
        return bisect_right(sums, self.below(sums[-1]))

    def row(self, table: Sequence[W]) -> W:
        """One row of the table, each as likely as its weight says."""
        return table[self.index([row.weight for row in table])]
