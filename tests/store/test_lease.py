"""One engine to a store."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.app import Engine, holder_name
from autoflow.store import ledger, tick
from autoflow.store.database import Database, open_database
from autoflow.store.last_look import Rules
from autoflow.store.lease import FencedOff, Held, Lease, holder, verify
from tests.engine.world import World, identify, track
from tests.store.conftest import URL


def test_the_second_is_told_who_holds_the_store(database: Database, tmp_path: Path) -> None:
    first = Lease(database, "process 7 of ana on till", 5)
    with closing(open_database(URL, tmp_path)) as other:
        with pytest.raises(Held) as held:
            Lease(other, "process 8", 6)
        assert held.value.message == "Another autoflow runs on this store already: process 7 of ana on till."
        assert holder(other) == "process 7 of ana on till"
        first.release()
        second = Lease(other, "process 8", 7)
        assert second.fence == first.fence + 1
        second.release()


def test_an_engine_takes_the_lease_for_its_life(world: Callable[..., World]) -> None:
    one = world()
    with closing(one.project.database()) as other:
        with pytest.raises(Held, match=f"runs on this store already: {holder_name()}"):
            Engine(one.project, other)
        one.engine.close()
        Engine(one.project, other).close()
    one.engine = Engine(one.project, one.database)


def test_who_was_thought_dead_cannot_write(world: Callable[..., World]) -> None:
    one = world()
    one.append(track("purchased", total=1))
    taken_over = one.engine.lease.fence
    one.database.do("UPDATE lease SET fence = fence + 1, holder = 'process 9'")
    before = list(one.database.connection.iterdump())
    with pytest.raises(FencedOff, match="The engine on this store was taken over by process 9"):
        one.engine.tick()
    with pytest.raises(FencedOff):
        ledger.settle_and_start(one.database, [], [], 0, taken_over, Rules((), (), 1))
    with pytest.raises(FencedOff):
        tick.tick(one.database, one.engine.applied, one.clock.now(), taken_over)
    with pytest.raises(FencedOff), one.database.write():
        verify(one.database, taken_over)
    assert list(one.database.connection.iterdump()) == before


def test_who_was_thought_dead_cannot_send(world: Callable[..., World]) -> None:
    one = world(mail=False)
    one.append(identify(email="ana@example.com"), track("refunded", order_id="A"))
    while one.engine.tick():
        pass
    post = one.post()
    post.start(one.engine.lease.fence - 1, ())
    with pytest.raises(FencedOff):
        post.step(one.clock.now() + 3_600_000_000)
    assert [channel.taken for channel in one.channels.values()] == [[], [], []]
    post.close()
