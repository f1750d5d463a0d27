"""Tasks: kept in the transaction of the tick, listed by when they are due, ticked off by people."""

from __future__ import annotations

import pytest

from autoflow.core.compiling import compile_program
from autoflow.language.workspace import read_workspace
from autoflow.model.effects import EMAIL, SENT, SKIPPED, TASKS, Effects, Message, effect_key
from autoflow.model.event import Incoming
from autoflow.store import batches, log, reports, tasks
from autoflow.store.database import Database, StoreError
from tests.engine.sources import workspace
from tests.engine.world import START, track
from tests.store.queries import seen

PROGRAM = compile_program(read_workspace(workspace({}, {}), {}))


def decided(who: str, title: str, due: str | None, *, to: str = "sam", outcome: str = SENT) -> Message:
    step = f"create_task:{title}"
    key = effect_key("welcome", 1, step, 1, who)
    values = {"title": title, "to": to, "due": due, "note": None}
    return Message(
        key,
        START,
        1,
        "welcome",
        1,
        1,
        step,
        TASKS,
        title,
        outcome,
        "holdout" * (outcome == SKIPPED),
        values=values,
    )


def save(database: Database, contact: int, *messages: Message) -> None:
    """What a tick does with what the core decided about a contact."""
    with database.write():
        loaded = batches.load(database, [contact], PROGRAM, START)
        batch = batches.Batch()
        batch.add(loaded[contact], Effects(messages=list(messages)))
        batch.save(database, 0)


@pytest.fixture
def store(database: Database) -> Database:
    """Ana (1), a visitor (2) and Bo (3), with a task each; Ana's is due last."""
    log.append(database, [track("looked"), Incoming("looked", None, "v"), track("looked", "bo")], START)
    save(database, 1, decided("u:ana", "Call Ana", "2026-03-09"))
    save(database, 2, decided("a:v", "Greet", None, to="kim"))
    save(database, 3, decided("u:bo", "Write to Bo", "2026-03-04", to="kim"))
    return database


def titles(found: list[tasks.Task]) -> list[str]:
    return [each.title for each in found]


def test_a_task_is_kept_and_not_sent(database: Database) -> None:
    log.append(database, [track("looked")], START)
    mail = Message("k", START, 2, "welcome", 1, 1, "s", EMAIL, "hello", SENT, klass="marketing")
    save(database, 1, decided("u:ana", "Call Ana", "2026-03-09"), mail)
    assert tasks.tasks(database) == [
        tasks.Task(
            1,
            "welcome/1/create_task:Call Ana/1/u:ana",
            START,
            "ana",
            "welcome",
            "create_task:Call Ana",
            "Call Ana",
            "sam",
            "2026-03-09",
            "",
            "open",
            None,
        )
    ]
    assert database.all("SELECT channel FROM outbox") == [(EMAIL,)]


def test_nobody_is_asked_for_what_the_gate_skipped(database: Database) -> None:
    log.append(database, [track("looked")], START)
    save(database, 1, decided("u:ana", "Call Ana", None, outcome=SKIPPED))
    assert tasks.tasks(database, done=True) == []
    assert database.all("SELECT * FROM outbox") == []


def test_a_task_has_one_row_for_its_key_and_stands_or_falls_with_its_tick(store: Database) -> None:
    mail = Message("k", START, 2, "welcome", 1, 1, "s", EMAIL, "hello", SENT)
    before = list(store.connection.iterdump())
    with pytest.raises(Exception, match=r"UNIQUE constraint failed: task\.key"):
        save(store, 1, decided("u:ana", "Call Ana", "2026-03-09"), mail)
    assert list(store.connection.iterdump()) == before


def test_open_tasks_come_by_the_day_and_those_done_after_them(store: Database) -> None:
    assert titles(tasks.tasks(store)) == ["Write to Bo", "Call Ana", "Greet"]
    assert tasks.tick_off(store, [3], START + 5) == 1
    assert tasks.tick_off(store, [1, 3], START + 9) == 1, "one was done already, and stays as it was"
    assert titles(tasks.tasks(store)) == ["Greet"]
    assert [(each.title, each.done_at) for each in tasks.tasks(store, done=True)] == [
        ("Greet", None),
        ("Call Ana", START + 9),
        ("Write to Bo", START + 5),
    ]
    assert tasks.counts(store) == {"open": 1, "done": 2}


def test_a_task_can_be_opened_again(store: Database) -> None:
    tasks.tick_off(store, [1, 2], START)
    assert tasks.reopen(store, [1, 3]) == 1
    assert titles(tasks.tasks(store)) == ["Write to Bo", "Call Ana"]
    assert tasks.tasks(store)[1].done_at is None


@pytest.mark.parametrize("change", [lambda db, ids: tasks.tick_off(db, ids, START), tasks.reopen])
def test_where_one_is_not_there_nothing_is_changed(store: Database, change: object) -> None:
    assert callable(change)
    tasks.tick_off(store, [2], START)
    before = store.all("SELECT * FROM task")
    with pytest.raises(StoreError, match=r"There are no tasks 7, 8\. Nothing was changed\."):
        change(store, [1, 2, 7, 8])
    assert store.all("SELECT * FROM task") == before


def test_of_some_owners(store: Database) -> None:
    assert tasks.owners(store) == ["kim", "sam"]
    assert titles(tasks.tasks(store, owners=["kim"])) == ["Write to Bo", "Greet"]


def test_the_tasks_of_a_visitor_are_those_of_the_person_he_turned_out_to_be(store: Database) -> None:
    log.append(store, [Incoming("looked", "ana", "v")], START + 1)
    assert [(each.title, each.contact) for each in tasks.tasks(store)] == [
        ("Write to Bo", "bo"),
        ("Call Ana", "ana"),
        ("Greet", "ana"),
    ]
    assert titles(reports.contact_story(store, "ana").tasks) == ["Call Ana", "Greet"]
    assert titles(reports.contact_story(store, "bo").tasks) == ["Write to Bo"]


def test_the_tasks_of_three_who_turned_out_to_be_one(database: Database) -> None:
    visits = [Incoming("looked", None, "first"), Incoming("looked", None, "second"), track("looked")]
    log.append(database, visits, START)
    for contact, who in enumerate(("a:first", "a:second", "u:ana"), 1):
        save(database, contact, decided(who, f"Call {contact}", None))
    log.append(database, [Incoming("looked", "ana", "second"), Incoming("looked", "ana", "first")], START + 1)
    assert titles(reports.contact_story(database, "ana").tasks) == ["Call 1", "Call 2", "Call 3"]
    assert {each.contact for each in tasks.tasks(database)} == {"ana"}


def test_open_tasks_are_found_by_their_index(store: Database) -> None:
    with seen(store) as statements:
        tasks.tasks(store)
        tasks.tasks(store, contact=1, done=True)
    plans = [
        "\n".join(row[3] for row in store.all(f"EXPLAIN QUERY PLAN {each}"))
        for each in statements
        if "FROM task" in each
    ]
    assert "task_open" in plans[0]
    assert "task_contact" in plans[1]
