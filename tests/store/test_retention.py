"""Traces are kept for a time; nothing that anything else needs goes with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autoflow.lab.simulation.simulate import simulate
from autoflow.lab.why.contact import Files, why
from autoflow.language.settings.settings import TRACES_KEPT
from autoflow.model.durations import DAY, Duration
from autoflow.store import batches, history, retention
from autoflow.store.database import Database
from autoflow.store.lease import FencedOff
from autoflow.store.retention import TRACES, Retention
from tests.engine import laws
from tests.engine.sources import RECIPES, SEGMENTS, SETTINGS, workspace
from tests.engine.world import START, World, identify, page, track
from tests.lab.test_why_laws import MORE, known
from tests.store.dumping import dump

Make = Callable[..., World]
KEPT = Duration(0, 10, 0)
PICKY = "trigger: {event: looked}\nconditions: [{has_tag: nobody}]\nactions: [{add_tag: x}]\n"
FILES = workspace({**RECIPES, "picky": PICKY}, SEGMENTS, MORE)


def lived(one: World) -> World:
    """Twenty days in which something is refused each day, mails are held, and all else happens too."""
    one.append(*(identify(who, email=f"{who}@example.com") for who in ("ana", "bo")))
    for day in range(20):
        one.happens(
            START + day * DAY + 13 * DAY // 24,
            track("looked", "ana", n=2 * day),
            track("looked", "bo", n=2 * day + 1),
            page("/products/x", "ana"),
        )
        if day % 3 == 0:
            one.append(track("purchased", "ana", order_id=f"A{day}", total=30, n=100 + day))
            one.engine.settle()
    return one


@pytest.fixture
def one(world: Make) -> World:
    return lived(world(FILES))


def lines(database: Database, *kinds: str) -> list[tuple[Any, ...]]:
    chosen = f"kind IN ({', '.join('?' * len(kinds))})" if kinds else "1"
    return database.all(
        f"SELECT contact, n, at, kind FROM journal WHERE {chosen} ORDER BY contact, n", *kinds
    )


def let_go(one: World, kept: Duration = KEPT, rows: int = retention.ROWS) -> Retention:
    found = Retention(one.database, one.engine.lease.fence)
    slices = 0
    while found.slice(kept, one.clock.now(), rows):
        slices += 1
        assert slices < 10_000, "it comes to no end"
    return found


def test_old_refusals_and_held_mails_go_and_nothing_else(one: World) -> None:
    before = lines(one.database)
    assert {row[3] for row in before} >= set(TRACES)
    limit = one.clock.now() - 10 * DAY
    let_go(one)
    assert lines(one.database) == [row for row in before if row[3] not in TRACES or row[2] >= limit]
    assert 0 < len(lines(one.database, *TRACES)) < len([row for row in before if row[3] in TRACES])


def test_all_that_is_asked_of_the_past_is_answered_as_before(one: World) -> None:
    """Memories that are built, records of any time, simulations, the laws: none of them needs what has gone."""
    whole = simulate(one.database, one.engine.applied.program)
    instants = [START + day * DAY for day in range(20)]
    files = Files(one.project.workspace)
    was = [then(one, files, who, at) for who in ("ana", "bo") for at in instants]
    let_go(one, Duration(0, 1, 0))
    again = simulate(one.database, one.engine.applied.program)
    assert whole is not None
    assert again is not None
    assert again.digest == whole.digest
    assert [then(one, files, who, at) for who in ("ana", "bo") for at in instants] == was
    laws.check(one.database, {}, acknowledged=range(40))
    asks = {
        "held": "conditions: [{received: hello}, {entered: welcome}]\n",
        "often": "conditions: [{received: again, at_least: 1 times}]\n",
    }
    one.release(workspace({**RECIPES, "picky": PICKY}, {**SEGMENTS, **asks}, MORE))
    one.engine.settle()
    assert one.database.all("SELECT segment FROM membership WHERE segment IN ('held', 'often') ORDER BY 1")


def then(one: World, files: Files, who: str, at: int) -> Any:
    record = why(one.database, files, who, None, at, one.clock.now()).record
    return known(record) if record is not None else None


def test_new_lines_follow_the_old_numbers(one: World) -> None:
    last = max(row[1] for row in lines(one.database) if row[0] == 1)
    one.clock.jump(one.clock.now() + DAY)
    let_go(one, Duration(0, 0, 1))
    assert not lines(one.database, "refused")
    one.happens(one.clock.now() + DAY, track("looked", "ana"))
    new = [row[1] for row in lines(one.database) if row[0] == 1 and row[1] > last]
    assert new == list(range(last + 1, last + 1 + len(new)))
    assert len(new) > 1


def test_how_it_is_cut_into_slices_and_where_it_is_killed_changes_nothing(world: Make) -> None:
    found = []
    for rows in (retention.ROWS, 7, 1):
        one = lived(world(FILES))
        if rows == 7:  # killed after some slices: somebody else goes on
            Retention(one.database, one.engine.lease.fence).slice(KEPT, one.clock.now(), rows)
        let_go(one, rows=rows)
        found.append(dump(one.database))
    assert found[0] == found[1] == found[2]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal is cut after every eight lines."""
    for module in (batches, retention, history):
        monkeypatch.setattr(module, "CHUNK", 8)
    monkeypatch.setattr(history, "event_chunks", lambda *_, **__: "[0]")


@pytest.mark.usefixtures("small_chunks")
def test_a_chunk_is_looked_at_until_all_in_it_is_old(world: Make) -> None:
    one = lived(world(FILES))
    mark = "SELECT chunk FROM retention"
    before = lines(one.database)
    letting_go = let_go(one)
    looked_at = one.database.one(mark)
    assert looked_at is not None
    youngest = one.database.all("SELECT chunk, max(at) FROM journal GROUP BY chunk")
    limit = one.clock.now() - 10 * DAY
    assert all(at < limit for chunk, at in youngest if chunk < looked_at[0])
    assert dict(youngest)[looked_at[0]] >= limit
    for _ in range(12):  # a day later there is a day more to let go; in the end all of it has gone
        assert not letting_go.slice(KEPT, one.clock.now()), "it is looked at once a day"
        one.clock.jump(one.clock.now() + DAY)
        while letting_go.slice(KEPT, one.clock.now()):
            pass
    assert lines(one.database) == [row for row in before if row[3] not in TRACES]


def test_whoever_has_been_taken_over_from_lets_nothing_go(one: World) -> None:
    with pytest.raises(FencedOff):
        Retention(one.database, one.engine.lease.fence - 1).slice(KEPT, one.clock.now())


def test_what_the_release_in_force_says_counts(one: World) -> None:
    for written, left in (("", 20), ("traces: {keep: forever}\n", 20), ("traces: {keep: 3 days}\n", 4)):
        one.release(workspace({**RECIPES, "picky": PICKY}, SEGMENTS, MORE + written))
        one.engine.settle()
        one.reopen()
        while one.engine.tidy():
            pass
        assert len({row[2] // DAY for row in lines(one.database, "refused") if row[0] == 1}) == left
    assert Duration(0, 180, 0) == TRACES_KEPT


def test_for_good_means_that_nobody_wakes_up_for_it(one: World) -> None:
    assert one.engine.next_tidying() is not None
    one.release(workspace(settings=SETTINGS + "traces: {keep: forever}\n"))
    one.engine.settle()
    assert one.engine.next_tidying() is None
    assert not one.engine.tidy()
