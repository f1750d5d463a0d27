"""Connections and transactions. The only file that names a dialect.

SQLite in WAL with `synchronous=FULL`: what is committed survives a power cut. Statements are prepared once and
run over lists of tuples; the tables are declared in `autoflow.store.tables`, which is imported only where a
store is made.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autoflow.model.problems import AutoflowError

APPLICATION_ID = 0x6175746F  # "auto", in the file's header: whose file this is
SCHEMA_VERSION = 7
_BUSY_MS = 30_000
_PATIENCE_MS = 200

_OF_WHAT_IS_WRITTEN = (
    *(sqlite3.IntegrityError, sqlite3.DataError),
    *(sqlite3.ProgrammingError, sqlite3.InterfaceError),
)

Row = tuple[Any, ...]


class StoreError(AutoflowError):
    """The store cannot be used, or could not do what was asked."""


class NoStore(StoreError):
    """There is none yet."""


class Database:
    """One connection to the store; not shared between threads."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self.connection = connection

    def all(self, sql: str, *values: Any) -> list[Row]:
        """Every row of a query."""
        with _told():
            return self.connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Row | None:
        """The first row of a query."""
        with _told():
            row: Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def each(self, sql: str, *values: Any) -> Iterator[Row]:
        """The rows of a query, one at a time."""
        return iter(self.connection.execute(sql, values))

    def do(self, sql: str, *values: Any) -> int:
        """Run one statement; returns how many rows it changed."""
        return self.connection.execute(sql, values).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Run one statement over rows; returns how many rows it changed."""
        before = self.connection.total_changes
        self.connection.executemany(sql, rows)
        return self.connection.total_changes - before

    @contextmanager
    def write(self) -> Iterator[None]:
        """A transaction that may write: begun at once, so that it never fails half-way for want of the lock."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield
            self.connection.execute("COMMIT")
        except BaseException as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise StoreError(
                    f"The store could not be written: {error}.", "Nothing was changed."
                ) from error
            raise

    @contextmanager
    def undone_alone(self) -> Iterator[None]:
        """A part of a transaction: where it raises, what it wrote is undone, and the rest goes on."""
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:  # a full disk may have undone all of it already
                self.connection.execute("ROLLBACK TO part")
                self.connection.execute("RELEASE part")
            raise
        self.connection.execute("RELEASE part")

    @contextmanager
    def read(self) -> Iterator[None]:
        """A transaction in which every query sees the same state; inside another one, that one."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("COMMIT")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """For statements that write nothing but tables of this connection alone."""
        with _told():
            yield

    def changes_of_others(self) -> int:
        """A number that differs once another connection has committed."""
        row = self.one("PRAGMA data_version")
        assert row is not None
        return int(row[0])

    def checkpoint(self) -> None:
        """Bring the write-ahead log into the file, as far as readers allow."""
        self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def make_anew(self) -> None:
        """Write the file anew, so that nothing deleted is left in it. That takes about as long as to copy it."""
        with _told():
            self.connection.execute("PRAGMA temp_store=FILE")  # it may be larger than memory
            self.connection.execute("VACUUM")
            self.connection.execute("PRAGMA temp_store=MEMORY")

    def empty_log(self) -> bool:
        """Bring the write-ahead log into the file and leave nothing in it; False where somebody still reads from it."""
        self.connection.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")  # a report may read for minutes
        row = self.one("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        return row is not None and row[0] == 0

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(f"The store could not be read: {error}.", "Nothing was changed.") from error


def is_trouble(error: Exception) -> bool:
    """Whether store or machine are at fault, or another engine has taken over: not what was to be written."""
    if isinstance(error, sqlite3.Error):
        return not isinstance(error, _OF_WHAT_IS_WRITTEN)
    return isinstance(error, (StoreError, MemoryError, OSError))


def listed(values: Iterable[Any]) -> str:
    """Values for `IN (SELECT value FROM json_each(?))`."""
    return json.dumps(list(values), ensure_ascii=False)


def open_database(
    url: str, folder: Path, *, create: bool = False, checkpoints: bool = True, reading: bool = False
) -> Database:
    """Open the store named by `url` (`sqlite:///relative/path`), relative to the workspace's folder.

    Raises `StoreError` where there is none (unless `create`), or where the file is foreign, newer or damaged:
    a fresh store is never put in its place. A store of an older schema is brought up to this one, in one
    transaction that only adds to it. Without `checkpoints` somebody else looks after the write-ahead log.

    Over a connection for `reading` nothing can be changed, an older schema neither: what that lacks is there and
    empty.
    """
    path = _path(url, folder)
    if not path.exists():
        if not create:
            raise NoStore(
                f"There is no store at {path} yet.", "`autoflow apply` or `autoflow import` makes one."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = sqlite3.connect(
            path, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA temp_store=FILE")  # what is gathered for building may be large
        database = Database(connection, path)
        _check(database, reading=reading)
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"The store {path} cannot be read: {error}.", "Restore it from a backup; nothing was changed."
        ) from error
    connection.execute(f"PRAGMA wal_autocheckpoint={16_000 if checkpoints else 0}")
    connection.execute(f"PRAGMA query_only={int(reading)}")
    return database


def _path(url: str, folder: Path) -> Path:
    scheme, _, rest = url.partition(":///")
    if scheme != "sqlite" or not rest:
        raise StoreError(f'The store "{url}" is not supported.', "Write store: sqlite:///.autoflow/store.db.")
    return folder / rest


def _check(database: Database, *, reading: bool) -> None:
    application, version = database.one("PRAGMA application_id"), database.one("PRAGMA user_version")
    assert application is not None and version is not None
    if application[0] == APPLICATION_ID and version[0] == SCHEMA_VERSION:
        return
    empty = database.one("SELECT count(*) FROM sqlite_master")
    if application[0] == 0 and version[0] == 0 and empty == (0,):
        _create(database)
    elif application[0] == APPLICATION_ID and 0 < version[0] < SCHEMA_VERSION:
        if reading:
            _stand_in(database)
        else:
            _upgrade(database)
            _check(database, reading=reading)
    elif application[0] != APPLICATION_ID:
        raise StoreError(
            f"{database.path} is not an autoflow store.",
            "Check `store:` in autoflow.yaml; nothing was changed.",
        )
    else:
        raise StoreError(
            f"The store {database.path} has schema {version[0]}; this autoflow knows {SCHEMA_VERSION}.",
            "Use the autoflow that made it, or a newer one; nothing was changed.",
        )


def _create(database: Database) -> None:
    with database.write():
        if database.one("PRAGMA user_version") != (0,):
            return  # somebody else made it while we waited
        for statement in _declared():
            database.do(statement)
        database.do("INSERT INTO state VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0, 0)")
        database.do(f"PRAGMA application_id={APPLICATION_ID}")
        database.do(f"PRAGMA user_version={SCHEMA_VERSION}")


def _upgrade(database: Database) -> None:
    """Add the tables and indexes that are declared and missing. An engine of the older schema may go on meanwhile."""
    with database.write():
        version = database.one("PRAGMA user_version")
        if version is None or version[0] >= SCHEMA_VERSION:
            return  # somebody else did it while we waited
        for statement in _declared():
            database.do(statement)
        database.do(f"PRAGMA user_version={SCHEMA_VERSION}")


def _stand_in(database: Database) -> None:
    """For this connection alone, put an empty table in the place of each that an older store lacks."""
    there = {row[0] for row in database.all("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for statement in _declared(but=there):
        database.do(statement.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))


def _declared(but: Collection[str] | None = None) -> list[str]:
    """What makes every table and index that is not there yet; or, without indexes, the tables that are not in `but`."""
    from sqlalchemy.dialects.sqlite import dialect
    from sqlalchemy.schema import CreateIndex, CreateTable

    from autoflow.store.tables import metadata

    tables = [table for table in metadata.sorted_tables if table.name not in (but or ())]
    made: list[CreateTable | CreateIndex] = [CreateTable(table, if_not_exists=True) for table in tables]
    if but is None:
        made += [CreateIndex(index, if_not_exists=True) for table in tables for index in table.indexes]
    return [str(each.compile(dialect=dialect())) for each in made]
