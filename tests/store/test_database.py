"""Opening a store: never a fresh one in the place of another; and transactions that fail."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.store.database import APPLICATION_ID, SCHEMA_VERSION, Database, StoreError, open_database
from tests.store.conftest import URL


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE recipes (name TEXT)")


def foreign_with_an_id(path: Path) -> None:
    foreign(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA application_id=7")


def newer(path: Path) -> None:
    open_database(URL, path.parent, create=True).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def older(path: Path) -> None:
    open_database(URL, path.parent, create=True).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version=0")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def no_database(path: Path) -> None:
    path.write_text("name,email\nAna,ana@example.com\n" * 40)


def torn(path: Path) -> None:
    open_database(URL, path.parent, create=True).close()
    content = bytearray(path.read_bytes())
    content[:100] = b"\0" * 100
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "message", "fix"),
    [
        (
            foreign,
            "{path} is not an autoflow store.",
            "Check `store:` in autoflow.yaml; nothing was changed.",
        ),
        (
            foreign_with_an_id,
            "{path} is not an autoflow store.",
            "Check `store:` in autoflow.yaml; nothing was changed.",
        ),
        (
            newer,
            f"The store {{path}} has schema {SCHEMA_VERSION + 1}; this autoflow knows {SCHEMA_VERSION}.",
            "Use the autoflow that made it, or a newer one; nothing was changed.",
        ),
        (
            older,
            f"The store {{path}} has schema 0; this autoflow knows {SCHEMA_VERSION}.",
            "Use the autoflow that made it, or a newer one; nothing was changed.",
        ),
        (
            no_database,
            "The store {path} cannot be read: file is not a database.",
            "Restore it from a backup; nothing was changed.",
        ),
        (
            torn,
            "The store {path} cannot be read: file is not a database.",
            "Restore it from a backup; nothing was changed.",
        ),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
@pytest.mark.parametrize("create", [False, True])
def test_what_is_no_store_of_ours_is_refused_and_left_alone(
    tmp_path: Path, make: Callable[[Path], None], message: str, fix: str, create: bool
) -> None:
    path = tmp_path / "store.db"
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreError) as refused:
        open_database(URL, tmp_path, create=create)
    assert refused.value.message == message.format(path=path)
    assert refused.value.fix == fix
    assert path.read_bytes() == before


def test_no_store_is_said_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        open_database(URL, tmp_path)
    assert refused.value.message == f"There is no store at {tmp_path / 'store.db'} yet."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["postgresql://x/y", "sqlite://", "sqlite:///", "store.db", ""])
def test_other_urls_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError, match=re.escape(f'The store "{url}" is not supported.')):
        open_database(url, tmp_path, create=True)


def test_a_store_is_durable_and_says_whose_it_is(database: Database) -> None:
    assert database.one("PRAGMA journal_mode") == ("wal",)
    assert database.one("PRAGMA synchronous") == (2,)
    assert database.one("PRAGMA application_id") == (APPLICATION_ID,)
    assert database.one("PRAGMA user_version") == (SCHEMA_VERSION,)


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    with closing(open_database(URL, tmp_path, create=True)) as database:
        assert database.one("SELECT count(*) FROM state") == (1,)


def test_two_that_open_a_new_store_at_once_make_one(tmp_path: Path) -> None:
    with (
        closing(open_database(URL, tmp_path, create=True)) as one,
        closing(open_database(URL, tmp_path, create=True)) as other,
    ):
        assert one.one("SELECT count(*) FROM state") == other.one("SELECT count(*) FROM state") == (1,)


def test_what_fails_half_way_changes_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write():  # noqa: PT012 - both halves are the point
        database.do("INSERT INTO identity VALUES ('u:ana', 1)")
        raise ZeroDivisionError
    assert database.all("SELECT * FROM identity") == []
    with database.write():
        database.do("INSERT INTO identity VALUES ('u:ana', 1)")
    assert database.all("SELECT * FROM identity") == [("u:ana", 1)]


def test_a_full_disk_is_a_store_error_and_changes_nothing(database: Database) -> None:
    pages = database.one("PRAGMA page_count")
    assert pages is not None
    database.do(f"PRAGMA max_page_count={pages[0]}")
    with pytest.raises(StoreError, match=r"could not be written: database or disk is full"), database.write():
        database.many("INSERT INTO identity VALUES (?, 1)", [(f"u:{n}" * 50,) for n in range(2_000)])
    assert database.all("SELECT count(*) FROM identity") == [(0,)]


def test_a_store_that_somebody_else_is_writing_for_too_long_is_a_store_error(
    database: Database, tmp_path: Path
) -> None:
    with closing(open_database(URL, tmp_path)) as other, other.write():
        database.do("PRAGMA busy_timeout=1")
        with (
            pytest.raises(StoreError, match="The store could not be written: database is locked"),
            database.write(),
        ):
            raise AssertionError("the transaction of somebody else is still open")
