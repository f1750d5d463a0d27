"""The tables, declared once. Imported only where a store is made: everything else speaks prepared statements.

Instants are UTC microseconds. `part` cuts contacts into partitions by a hash of their key. Tables that are
found by contact and grow with the log carry `chunk` before it: rows arrive in chunks of 65,536, each a small
tree that stays in memory while it grows, so that inserting stays as fast at ten million rows as at one.
"""

from __future__ import annotations

from autoflow.store.tables import applied, contacts, engine, forgotten, log, outgoing
from autoflow.store.tables.base import metadata

__all__ = ["applied", "contacts", "engine", "forgotten", "log", "metadata", "outgoing"]
