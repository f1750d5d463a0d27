"""Putting a workspace in force: the next release, written at its place in the log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import islice

from autoflow.language.definitions import Workspace
from autoflow.model.event import APPLY, DEFINITION, Incoming
from autoflow.model.problems import AutoflowError
from autoflow.store import orders
from autoflow.store.database import Database
from autoflow.store.definitions import RECIPE, TEMPLATE, files_in, latest_release, latest_versions
from autoflow.store.log import append_within
from autoflow.store.orders import NOTHING, Orders

_AT_ONCE = 10_000  # messages


class OvertakenError(AutoflowError):
    """Something else was applied between the look at what is in force and now."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has applied something at this very moment.",
            "See `autoflow versions`, then try again. Nothing was changed.",
        )


def apply(
    database: Database,
    workspace: Workspace,
    now: int,
    *,
    by: str,
    commit: str = "",
    behind: Iterable[Incoming] = (),
    ordered: Orders = NOTHING,
) -> int | None:
    """Write a sound workspace as the next release, with what is `ordered` beside the files; returns its number, or
    None where nothing has changed.

    Right `behind` its place in the log, in the same transaction, these messages are appended; where nothing has
    changed, they alone. Raises `OvertakenError` where what it was decided upon is the latest release no more.
    """
    with database.write():
        return apply_within(database, workspace, now, by=by, commit=commit, behind=behind, ordered=ordered)


def apply_within(
    database: Database,
    workspace: Workspace,
    now: int,
    *,
    by: str,
    commit: str = "",
    behind: Iterable[Incoming] = (),
    ordered: Orders = NOTHING,
) -> int | None:
    """The same inside a transaction that somebody else has begun."""
    if ordered.upon not in {None, latest_release(database)}:
        raise OvertakenError
    release = _write_release(database, workspace, now, (by, commit), ordered)
    messages = iter(behind)
    while some := list(islice(messages, _AT_ONCE)):
        append_within(database, some, now)
    return release


def files_of(workspace: Workspace) -> dict[str, str]:
    """A hash of each file, by path."""
    return {path: hashlib.sha256(text.encode()).hexdigest() for path, text in workspace.sources.items()}


def _write_release(
    database: Database, workspace: Workspace, now: int, whose: tuple[str, str], ordered: Orders
) -> int | None:
    hashes = files_of(workspace)
    latest = latest_release(database)
    before = orders.halts(database, latest)
    halted = before if ordered.halted is None else ordered.halted
    if latest and files_in(database, latest) == hashes and halted == before and not ordered.moved:
        return None
    release = latest + 1
    database.many(
        "INSERT OR IGNORE INTO source VALUES (?, ?)",
        [(hashes[path], text) for path, text in workspace.sources.items()],
    )
    database.do("INSERT INTO release VALUES (?, ?, ?, ?)", release, now, *whose)
    database.many(
        "INSERT INTO release_file VALUES (?, ?, ?)",
        [(release, path, each) for path, each in hashes.items()],
    )
    _count_versions(database, workspace, release)
    orders.write(database, release, halted, ordered.moved)
    state = database.one("SELECT max(last_at, horizon) FROM state")
    last = database.one("SELECT coalesce(max(seq), 0) FROM event")
    assert state is not None and last is not None
    at = max(now, state[0] + 1)
    text = f'{{"release":{release}}}'
    database.do(
        "INSERT INTO event VALUES (?, 0, 0, ?, ?, ?, 0, ?, ?, NULL)",
        last[0] + 1,
        at,
        at,
        DEFINITION,
        APPLY,
        text,
    )
    database.do("UPDATE state SET last_at = ?", at)
    return release


def _count_versions(database: Database, workspace: Workspace, release: int) -> None:
    latest = latest_versions(database)
    current = {
        name: (int(version), digest)
        for name, version, digest in database.all(
            "SELECT name, version, hash FROM version WHERE kind = ?", RECIPE
        )
        if int(version) == latest[name]
    }
    for name, recipe in workspace.recipes.items():
        version, digest = current.get(name, (0, ""))
        if digest != recipe.hash:
            database.do(
                "INSERT INTO version VALUES (?, ?, ?, ?, ?)",
                RECIPE,
                name,
                str(version + 1),
                recipe.hash,
                release,
            )
    database.many(
        "INSERT OR IGNORE INTO version VALUES (?, ?, ?, ?, ?)",
        [(TEMPLATE, name, each.version, each.version, release) for name, each in workspace.templates.items()],
    )
