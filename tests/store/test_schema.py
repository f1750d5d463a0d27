"""A store of an older schema: brought up to this one by whoever may write, wholly or not at all."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.store import log, reports
from autoflow.store.database import SCHEMA_VERSION, Database, StoreError, open_database
from tests.engine.sources import workspace
from tests.engine.world import START, World, track
from tests.store.conftest import URL
from tests.store.dumping import TABLES

OLD = Path(__file__).with_name("schema1.sql")
HOUR = 3_600_000_000


def make_old(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "store.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode=WAL")
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of schema 1: Ana bought, was mailed, and waits."""
    return make_old(tmp_path)


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def shape(database: Database) -> Iterator[tuple[str, str]]:
    for name, sql in database.all("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"):
        yield name, " ".join(sql.split())


def test_an_older_store_becomes_what_a_new_one_is_and_keeps_everything(old: Path, tmp_path: Path) -> None:
    before = [line for line in content(old) if line.startswith("INSERT")]
    with (
        closing(open_database(URL, tmp_path)) as database,
        closing(open_database(URL, tmp_path / "new", create=True)) as new,
    ):
        assert dict(shape(database)) == dict(shape(new))
        assert database.one("PRAGMA user_version") == (SCHEMA_VERSION,)
    assert [line for line in content(old) if line.startswith("INSERT")] == before


def test_the_engine_goes_on_with_an_older_store_where_it_was(tmp_path: Path) -> None:
    files = workspace(
        {
            "welcome": "trigger: {event: purchased}\n"
            "actions:\n  - send_email: hello\n  - wait: 1 day\n  - add_tag: met\n"
        },
        {"buyers": "conditions: [{did: purchased}]\n"},
    )
    make_old(tmp_path / "world/.autoflow")
    with closing(World(tmp_path / "world", files, START + 10_000_000)) as world:
        world.live_until(START + 25 * HOUR)
        assert world.engine.applied.release == 1, "nothing has changed, so nothing was applied anew"
        assert world.runs() == [("ana", "welcome", 1, "finished")]
        assert world.database.all("SELECT tag FROM tag") == [("met",)]
        assert [message.state for message in world.messages()] == ["sent"]


def test_who_only_reads_changes_nothing_and_finds_the_new_tables_empty(old: Path, tmp_path: Path) -> None:
    before = content(old)
    with closing(open_database(URL, tmp_path, reading=True)) as database:
        assert reports.counts(database).contacts == 1
        for table in TABLES:
            database.all(f"SELECT * FROM {table}")
        assert database.all("SELECT * FROM task") == []
    assert version(old) == 1
    assert content(old) == before


def test_nothing_can_be_changed_over_a_connection_for_reading(tmp_path: Path) -> None:
    open_database(URL, tmp_path, create=True).close()
    with (
        closing(open_database(URL, tmp_path, reading=True)) as database,
        pytest.raises(StoreError, match="readonly"),
    ):
        log.append(database, [track("purchased")], START)


_KILLED = """
import os, signal, sys
from pathlib import Path
from autoflow.store import database

do, left = database.Database.do, int(sys.argv[2])

def dying(self, sql, *values):
    global left
    done = do(self, sql, *values)
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return done

database.Database.do = dying
database.open_database("sqlite:///store.db", Path(sys.argv[1]))
"""


@pytest.mark.parametrize("statements", [1, 20, 28, 29])
def test_killed_on_the_way_it_is_the_older_store_still(old: Path, tmp_path: Path, statements: int) -> None:
    before = content(old)
    root = Path(__file__).parents[2]
    died = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path), str(statements)],
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=root,
        check=False,
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL
    assert (version(old), content(old)) == (1, before)
    open_database(URL, tmp_path).close()
    assert version(old) == SCHEMA_VERSION


def test_two_that_find_an_older_store_at_once(old: Path, tmp_path: Path) -> None:
    """The second waits for the first, and finds nothing left to do."""
    with (
        closing(open_database(URL, tmp_path)) as one,
        closing(open_database(URL, tmp_path)) as other,
    ):
        assert one.one("PRAGMA user_version") == other.one("PRAGMA user_version") == (SCHEMA_VERSION,)


@pytest.mark.parametrize("reading", [False, True])
def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path, reading: bool) -> None:
    open_database(URL, tmp_path, create=True).close()
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    with pytest.raises(StoreError, match=f"has schema {SCHEMA_VERSION + 1}; this autoflow knows"):
        open_database(URL, tmp_path, reading=reading)
    assert version(path) == SCHEMA_VERSION + 1
