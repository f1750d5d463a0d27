"""Whom segments share: each contact's memberships, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from autoflow.store import populations
from autoflow.store.database import Database


class Pair(NamedTuple):
    """Two segments: how many are in both, in the first alone, and in the second alone."""

    first: str
    second: str
    both: int
    only_first: int
    only_second: int


@dataclass(frozen=True)
class Overlap:
    """The members of some segments: how many each has, how many are in all of them and in any, and each pair."""

    members: dict[str, int]
    in_all: int
    in_any: int
    pairs: list[Pair]

    def both(self, one: str, other: str) -> int:
        """How many are in both of two; the members where they are the same."""
        if one == other:
            return self.members[one]
        return next(each.both for each in self.pairs if {each.first, each.second} == {one, other})


def overlap(database: Database, segments: Sequence[str]) -> Overlap:
    """Whom these segments share; pairs come in the order in which they are named."""
    numbers = {segment: number for number, segment in enumerate(segments)}
    with database.read():
        masks = [0] * (populations.last_contact(database) + 1)
        for segment, contact in populations.members_of(database, segments):
            masks[contact] |= 1 << numbers[segment]
    alike = Counter(masks)
    del alike[0]
    members, both = Counter[int](), Counter[tuple[int, int]]()
    for mask, contacts in alike.items():
        inside = [number for number in range(mask.bit_length()) if mask >> number & 1]
        for number in inside:
            members[number] += contacts
        for pair in combinations(inside, 2):
            both[pair] += contacts
    pairs = [
        Pair(
            *(one, other, shared),
            *(members[numbers[one]] - shared, members[numbers[other]] - shared),
        )
        for one, other in combinations(segments, 2)
        for shared in (both[numbers[one], numbers[other]],)
    ]
    everything = (1 << len(segments)) - 1
    return Overlap(
        {segment: members[number] for segment, number in numbers.items()},
        alike[everything],
        alike.total(),
        pairs,
    )
