from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.lab.segments.overlap import Pair, overlap
from autoflow.store.database import Database, open_database

NAMES = ("a", "b", "c", "d")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database("sqlite:///store.db", tmp_path, create=True)) as opened:
        yield opened


def fill(database: Database, members: dict[str, set[int]]) -> None:
    everybody = set().union(*members.values())
    with database.write():
        database.do("DELETE FROM contact")
        database.do("DELETE FROM membership")
        database.many(
            "INSERT INTO contact (id, part, key, name) VALUES (?, 0, ?, ?)",
            [(each, f"u:{each}", str(each)) for each in everybody],
        )
        database.many(
            "INSERT INTO membership VALUES (?, ?, 0)",
            [(segment, each) for segment, some in members.items() for each in some],
        )


def test_two_segments(database: Database) -> None:
    fill(database, {"a": {1, 2, 3}, "b": {3, 4}, "c": {5}})
    found = overlap(database, ["b", "a"])
    assert found.pairs == [Pair("b", "a", 1, 1, 2)]
    assert (found.members, found.in_all, found.in_any) == ({"b": 2, "a": 3}, 1, 4)
    assert (found.both("a", "b"), found.both("b", "a"), found.both("a", "a")) == (1, 1, 3)


def test_a_segment_without_members_shares_nobody(database: Database) -> None:
    fill(database, {"a": {1}})
    assert overlap(database, ["a", "b"]).pairs == [Pair("a", "b", 0, 1, 0)]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({name: st.sets(st.integers(1, 12)) for name in NAMES}))
def test_it_is_what_sets_say(database: Database, members: dict[str, set[int]]) -> None:
    fill(database, members)
    found = overlap(database, NAMES)
    assert found.members == {name: len(members[name]) for name in NAMES}
    assert found.in_all == len(set.intersection(*members.values()))
    assert found.in_any == len(set.union(*members.values()))
    assert found.pairs == [
        Pair(
            *(one, other, len(members[one] & members[other])),
            *(len(members[one] - members[other]), len(members[other] - members[one])),
        )
        for one, other in combinations(NAMES, 2)
    ]
