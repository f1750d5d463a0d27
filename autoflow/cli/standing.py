"""What questions about people rest on: what is in force, how far the engine has read, and whom it has met."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from autoflow.cli.output import count, note
from autoflow.cli.state import State
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.store.database import Database
    from autoflow.store.definitions import Applied


def tell_where_it_is(database: Database, *, building: bool) -> None:
    """Say, beside the outcome, what the engine has not read yet, and how far `building` is."""
    from autoflow.store import reports, standing

    unread = reports.counts(database).lag
    if unread:
        note(f"The engine has not read {count(unread, 'row')} yet: `autoflow run --until-idle` does.")
    progress = standing.building(database) if building else None
    if progress is not None:
        note(
            f"Building: {progress[0]:,} of {count(progress[1], 'contact')} are counted by what is new so far."
        )


def in_force(state: State, database: Database) -> Applied:
    """What the engine goes by; raises `AutoflowError` where that is nothing yet."""
    from autoflow.store.definitions import load_release
    from autoflow.store.standing import standing

    release = standing(database).release
    if release:
        return load_release(database, release, state.project.environment)
    if database.one("SELECT 1 FROM release") is not None:
        raise AutoflowError(
            "The engine has not come to what was applied yet.", "`autoflow run --until-idle` takes it on."
        )
    raise AutoflowError(
        "Nothing has been applied yet, so nobody is in any segment.", "`autoflow run` applies the files."
    )


def refuse_nobody(database: Database) -> None:
    """Raise `AutoflowError` where the engine has not met anybody yet."""
    from autoflow.store.standing import standing

    if not standing(database).known_to:
        raise AutoflowError(
            "The engine knows nobody yet, so there is nobody to ask about.",
            "`autoflow import FILE` brings in what happened, and `autoflow run` reads it.",
        )


def refuse_unknown_to_the_engine(names: Collection[str], known: Collection[str]) -> None:
    """Raise `AutoflowError` for a segment that lies in the files alone."""
    for name in names:
        if name not in known:
            raise AutoflowError(
                f'The segment "{name}" is not in force yet, so the engine knows nothing of it.',
                "`autoflow apply` puts the files in force.",
            )
