"""What recipes ask of colleagues: tasks are kept, listed, and ticked off by people."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from autoflow.model.effects import SENT, Message
from autoflow.store.database import Database, StoreError, listed
from autoflow.store.history import persons

OPEN, DONE = "open", "done"


class Task(NamedTuple):
    """One task. `contact` is what people call the contact by; `due` is a day (`2026-03-06`), or empty."""

    id: int
    key: str
    at: int
    contact: str
    recipe: str
    step: str
    title: str
    owner: str
    due: str
    note: str
    state: str
    done_at: int | None


def add(database: Database, decided: Iterable[tuple[int, int, Message]]) -> None:
    """Keep the tasks that were decided, each given as (contact, partition, message), inside a transaction.

    Those that the gate skipped are left out: nobody is asked for anything.
    """
    database.many(
        "INSERT INTO task (key, part, contact, at, recipe, step, title, owner, due, note, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (each.key, part, contact, each.at, each.recipe, each.step, *_said(each.values), OPEN)
            for contact, part, each in decided
            if each.outcome == SENT
        ],
    )


def tasks(
    database: Database,
    *,
    contact: int | None = None,
    owners: Collection[str] | None = None,
    done: bool = False,
) -> list[Task]:
    """Open ones by the day on which they are due (those without one last); with `done` then those, latest first.

    Of one contact or of everybody, of some owners or of all. Who was merged into another is that other one here.
    """
    where, bound = ["state != 'erased'"], []
    if not done:
        where.append("state = 'open'")  # word for word the condition of the index on them
    if contact is not None:
        where.append("contact IN (SELECT value FROM json_each(?))")
        bound.append(listed(persons(database, [contact])))
    if owners is not None:
        where.append("owner IN (SELECT value FROM json_each(?))")
        bound.append(listed(owners))
    rows = database.all(
        f"WITH RECURSIVE chosen AS (SELECT * FROM task WHERE {' AND '.join(where)}),"
        " person (contact, now) AS (SELECT DISTINCT contact, contact FROM chosen UNION ALL"
        " SELECT p.contact, c.merged_into FROM person p JOIN contact c ON c.id = p.now"
        " WHERE c.merged_into IS NOT NULL)"  # whoever is merged goes into an elder: the lowest is he
        " SELECT t.id, t.key, t.at, c.name, t.recipe, t.step, t.title, t.owner, t.due, t.note, t.state, t.done_at"
        " FROM chosen t JOIN (SELECT contact, min(now) AS now FROM person GROUP BY contact) p"
        " ON p.contact = t.contact JOIN contact c ON c.id = p.now"
        " ORDER BY t.done_at IS NOT NULL, t.done_at DESC, t.due = '', t.due, t.at, t.id",
        *bound,
    )
    return [Task(*row) for row in rows]


def owners(database: Database) -> list[str]:
    """Everybody who was ever given a task."""
    return [
        row[0] for row in database.all("SELECT DISTINCT owner FROM task WHERE owner != '' ORDER BY owner")
    ]


def counts(database: Database) -> dict[str, int]:
    """How many tasks are open, and how many done."""
    found: dict[str, int] = dict(database.all("SELECT state, count(*) FROM task GROUP BY state"))
    return {state: found.get(state, 0) for state in (OPEN, DONE)}


def tick_off(database: Database, ids: Collection[int], now: int) -> int:
    """Say that tasks are done; returns how many were open. Raises `StoreError` where there is no such task, and
    then changes nothing.
    """
    return _set(database, ids, OPEN, "state = 'done', done_at = ?", now)


def reopen(database: Database, ids: Collection[int]) -> int:
    """Say that tasks are not done after all; returns how many were. Raises `StoreError` as `tick_off` does."""
    return _set(database, ids, DONE, "state = 'open', done_at = ?", None)


def _set(database: Database, ids: Collection[int], state: str, change: str, value: int | None) -> int:
    with database.write():
        found = database.all("SELECT id FROM task WHERE id IN (SELECT value FROM json_each(?))", listed(ids))
        missing = sorted(set(ids) - {row[0] for row in found})
        if missing:
            one = len(missing) == 1
            raise StoreError(
                f"There {'is no task' if one else 'are no tasks'} {', '.join(map(str, missing))}."
                " Nothing was changed.",
                "`autoflow tasks --all` lists every one with its number.",
            )
        return database.do(
            f"UPDATE task SET {change} WHERE state = ? AND id IN (SELECT value FROM json_each(?))",
            value,
            state,
            listed(ids),
        )


def _said(values: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(values.get(name) or "") for name in ("title", "to", "due", "note"))
