"""Who is set aside: contacts over whom the engine stumbled, so that everybody else's goes on.

What came in for them stays unread from where they stopped, and nothing is sent to them, until they are tried
again (`store.retry`).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from autoflow.model.contact import unpack
from autoflow.store.database import Database, is_trouble, listed
from autoflow.store.history import last_before, persons

if TYPE_CHECKING:
    from autoflow.store.standing import Standing

DRAWN = "turned out to be one with a contact who is set aside"
_PACKAGE = Path(__file__).parents[1]


class Aside(NamedTuple):
    """One who is set aside: from where he stopped (`cursor` and `horizon`, under `release`), and why."""

    contact: int
    since: int
    error: str
    cursor: int
    horizon: int
    release: int


def unless_done(
    database: Database,
    at: Standing,
    groups: Iterable[Collection[int]],
    work: Callable[[Collection[int], int], int],
    now: int,
) -> tuple[int, int]:
    """Inside a transaction, `work` for each group of contacts; those for whom it fails are as they were, and aside.

    `work` is given a group and how many lines the journal has, and returns how many it has then; so does this, with
    how many contacts were set aside.
    """
    rows, aside = at.journal_rows, 0
    for group in groups:
        try:
            with database.undone_alone():
                rows = work(group, rows)
        except Exception as error:
            if is_trouble(error):
                raise
            stop(database, at, group, in_words(error), now)
            aside += len(group)
    return rows, aside


def stop(database: Database, at: Standing, people: Collection[int], error: str, now: int) -> None:
    """Set contacts aside where they are: before this tick, or before definitions that they had not yet taken on."""
    for contact, blob in database.all(
        "SELECT id, record FROM contact WHERE id IN (SELECT value FROM json_each(?))", listed(people)
    ):
        where = (at.cursor, at.horizon, at.release)
        if blob is not None and contact > at.built_to and unpack(blob).epoch < at.epoch:
            where = (last_before(database, at.applied_at), at.applied_at - 1, at.release - 1)
        database.do("INSERT INTO set_aside VALUES (?, ?, ?, ?, ?, ?, 0)", contact, now, error, *where)


def still(database: Database, people: Collection[int], error: str) -> None:
    """They were tried again, and failed again: they stay where they stopped."""
    database.do(
        "UPDATE set_aside SET error = ?, asked = 0 WHERE contact IN (SELECT value FROM json_each(?))",
        error,
        listed(people),
    )


def contacts(database: Database) -> set[int]:
    """Everybody who is set aside; nearly always nobody."""
    return {row[0] for row in database.all("SELECT contact FROM set_aside")}


def silent(database: Database) -> set[int]:
    """Everybody to whom nothing is sent meanwhile: those set aside, and who was merged into them before."""
    found = contacts(database)
    return {*found, *persons(database, found)} if found else found


def everybody(database: Database) -> list[Aside]:
    """Everybody who is set aside, the first one first."""
    return [
        Aside(*row)
        for row in database.all(
            "SELECT contact, since, error, cursor, horizon, release FROM set_aside ORDER BY since, contact"
        )
    ]


def ask(database: Database) -> int:
    """Have the engine try everybody again; returns how many are set aside."""
    with database.write():
        return database.do("UPDATE set_aside SET asked = 1")


def asked(database: Database) -> bool:
    """Whether somebody wants one of them tried again."""
    return database.one("SELECT 1 FROM set_aside WHERE asked LIMIT 1") is not None


def take_back(database: Database, people: Collection[int]) -> None:
    """They go on with everybody else."""
    database.do("DELETE FROM set_aside WHERE contact IN (SELECT value FROM json_each(?))", listed(people))


def in_words(error: BaseException) -> str:
    """What went wrong, and where: nothing of the error's own text, which may hold what the contact told us."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    where = ""
    if ours:
        file = Path(ours[-1].filename).relative_to(_PACKAGE).as_posix()
        where = f" in {file}, line {ours[-1].lineno}"
    notes = "".join(f", {note}" for note in getattr(error, "__notes__", ()))
    return f"{type(error).__name__}{where}{notes}"
