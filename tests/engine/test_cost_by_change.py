"""P5: what an event costs the store follows from what it changes, never from how much else there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoflow.store.database import open_database
from bench import change
from bench.change import CountingDatabase, Pair


@pytest.mark.parametrize(
    ("measured", "small", "large"),
    [
        pytest.param(change.contacts, 1_000, 20_000, id="contacts"),
        pytest.param(change.visitors, 1_000, 20_000, id="visitors"),
        pytest.param(change.recipes, 10, 200, id="recipes"),
        pytest.param(change.past, 10, 5_000, id="past"),
        pytest.param(change.mails, 100, 5_000, id="mails"),
    ],
)
def test_the_same_change_costs_the_same_in_a_large_world(
    measured: Callable[[Path, int, int], Pair], small: int, large: int, tmp_path: Path
) -> None:
    pair = measured(tmp_path, small, large)
    assert pair.small.steps > 50
    assert pair.ratios == pytest.approx((1.0, 1.0), abs=change.TOLERANCE), pair


def test_a_scan_shows_in_the_count(tmp_path: Path) -> None:
    store = CountingDatabase(open_database("sqlite:///store.db", tmp_path, create=True))
    costs = []
    for names in (100, 200):
        store.many("INSERT INTO identity VALUES (?, 1)", ((f"u:{names}/{each}",) for each in range(100)))
        costs.append(store.cost_of(lambda: store.all("SELECT name FROM identity WHERE name LIKE 'a%'")))
        costs.append(store.cost_of(lambda: store.all("SELECT name FROM identity")))
    store.close()
    few, all_of_few, many, all_of_many = costs
    assert (few.rows, many.rows, all_of_few.rows, all_of_many.rows) == (0, 0, 100, 200)
    assert many.steps > 1.5 * few.steps
