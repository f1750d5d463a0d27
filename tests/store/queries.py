"""What a store is asked, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from autoflow.store.database import Database


@contextmanager
def seen(database: Database) -> Iterator[list[str]]:
    """The statements that SQLite runs meanwhile, values included."""
    statements: list[str] = []
    database.connection.set_trace_callback(statements.append)
    try:
        yield statements
    finally:
        database.connection.set_trace_callback(None)
