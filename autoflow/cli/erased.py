"""Whoever is asked about and is not there may have been erased: then that is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autoflow.model.instants import to_iso
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.cli.state import State
    from autoflow.store.database import Database


@contextmanager
def told_if_erased(state: State, database: Database, who: str) -> Iterator[None]:
    """Where `who` cannot be found meanwhile, say that he was erased, if he was."""
    from autoflow.store.database import StoreError
    from autoflow.store.erasing import Suppressed

    try:
        yield
    except StoreError as error:
        secret = state.project.folder / ".autoflow" / "secret"
        since = Suppressed(database, secret.read_bytes()).since_when(who.strip()) if secret.exists() else None
        if since is None:
            raise
        raise AutoflowError(
            f'"{who}" was erased on {to_iso(since)[:10]}.', "Nothing is left of him that could be told."
        ) from error
