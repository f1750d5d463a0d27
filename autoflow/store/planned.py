"""What a plan is held against in the transaction in which it is applied: the store, and what was applied last."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from autoflow.store.database import Database
from autoflow.store.definitions import files_in, latest_release


class Basis(NamedTuple):
    """Upon what a plan was made: which store, the release applied last, and a hash of that release's files."""

    store: str
    release: int
    files: str


def basis(database: Database) -> Basis:
    """As things are now."""
    release = latest_release(database)
    files = "\n".join(f"{path} {digest}" for path, digest in sorted(files_in(database, release).items()))
    return Basis(_identity(database), release, hashlib.sha256(files.encode()).hexdigest()[:16])


def _identity(database: Database) -> str:
    """A name for this store, the same in every copy of it: by its first row, which stays for good, at the microsecond
    at which it came. Nothing of what it holds can be read from it. Empty where there is none yet.
    """
    row = database.one("SELECT at, name FROM event ORDER BY seq LIMIT 1")
    return hashlib.sha256(f"{row[0]} {row[1]}".encode()).hexdigest()[:16] if row is not None else ""
