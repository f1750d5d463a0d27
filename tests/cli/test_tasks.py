from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoflow.model.effects import SENT, TASKS, Message
from autoflow.store import tasks
from autoflow.store.database import open_database
from tests.cli.shop import DAY, Shop, ana

NOON = 1_773_144_000_000_000  # 2026-03-10


def ask(shop: Shop, title: str, due: str = "", to: str = "sam@shop.example", note: str = "") -> None:
    """As a recipe does: a task about Ana, given at noon."""
    database = open_database("sqlite:///.autoflow/store.db", shop.folder)
    values = {"title": title, "to": to, "due": due, "note": note}
    message = Message(
        f"welcome/1/{title}/1/u:ana", NOON, 9, "welcome", 1, 1, title, TASKS, title, SENT, values=values
    )
    with database.write():
        tasks.add(database, [(1, 0, message)])
    database.close()


@pytest.fixture
def busy(shop: Shop, bring: Callable[..., Path]) -> Shop:
    bring(*ana())
    ask(shop, "Call Ana", "2026-03-09", note="She asked twice.")
    ask(shop, "Send the catalogue", "2026-03-10", to="kim@shop.example")
    ask(shop, "Say hello")
    return shop


def test_tasks_for_people(busy: Shop) -> None:
    assert busy.run("tasks").stdout == (
        "id  due         for               contact  what                        recipe\n"
        " 1  2026-03-09  sam@shop.example  ana      Call Ana: She asked twice.  welcome\n"
        " 2  2026-03-10  kim@shop.example  ana      Send the catalogue          welcome\n"
        " 3              sam@shop.example  ana      Say hello                   welcome\n"
        "3 open tasks: 1 overdue, 1 due today, 1 without a day.\n"
    )


def test_today_is_a_day_of_the_project(busy: Shop) -> None:
    """At half past midnight in London it is still the day before in UTC."""
    busy.clock.jump(NOON + 109 * DAY - 12 * 3_600_000_000 - 1_800_000_000)  # 2026-06-26 23:30 UTC
    ask(busy, "Water the plants", "2026-06-27")
    assert "1 due today" in busy.run("tasks").stdout


def test_tasks_of_one_colleague(busy: Shop) -> None:
    told = busy.run("tasks", "--of", "Kim@shop.example").stdout.splitlines()
    assert told[1].startswith(" 2  2026-03-10")
    assert told[2:] == ["1 open task for kim@shop.example, due today."]
    wrong = busy.run("tasks", "--of", "kym@shop.example", status=1)
    assert wrong.stderr == (
        'Nobody called "kym@shop.example" was ever given a task.\n  Did you mean "kim@shop.example"?\n'
    )


def test_tasks_for_programs(busy: Shop) -> None:
    found = busy.json("tasks")
    assert (found["open"], found["overdue"]) == (3, 1)
    assert found["tasks"][0] == {
        "id": 1,
        "key": "welcome/1/Call Ana/1/u:ana",
        "at": "2026-03-10T12:00:00Z",
        "contact": "ana",
        "recipe": "welcome",
        "step": "Call Ana",
        "title": "Call Ana",
        "owner": "sam@shop.example",
        "due": "2026-03-09",
        "note": "She asked twice.",
        "state": "open",
        "done_at": None,
    }
    assert found["tasks"][2]["due"] is None


def test_a_task_is_ticked_off_and_opened_again(busy: Shop) -> None:
    assert busy.run("tasks", "done", "1", "3").stdout == "2 tasks done. 1 open task in all.\n"
    assert busy.run("tasks", "done", "1").stdout == "0 tasks done, 1 had been already. 1 open task in all.\n"
    told = busy.run("tasks", "--all").stdout.splitlines()
    assert told[0].split()[-1] == "done"
    assert told[2].endswith("welcome  2026-03-10 12:00")
    assert told[-1] == "1 open task, due today. 2 tasks done."
    assert [each["done_at"] for each in busy.json("tasks", "--all")["tasks"]] == [
        None,
        "2026-03-10T12:00:00Z",
        "2026-03-10T12:00:00Z",
    ]
    assert busy.run("tasks", "reopen", "3").stdout == "1 task open again. 2 open tasks in all.\n"
    busy.run("tasks", "done", "2", "3")
    assert busy.run("tasks").stdout == "No open tasks.\n"


def test_a_task_that_is_not_there(busy: Shop) -> None:
    wrong = busy.run("tasks", "done", "1", "77", status=1)
    assert wrong.stderr == (
        "There is no task 77. Nothing was changed.\n  `autoflow tasks --all` lists every one with its number.\n"
    )
    assert busy.json("tasks")["open"] == 3


def test_a_contact_shows_what_was_asked_about_him(busy: Shop) -> None:
    busy.run("run", "--until-idle")
    busy.clock.jump(NOON + 60_000_000)
    busy.run("tasks", "done", "1")
    lines = [line.split("  ", 1)[-1] for line in busy.run("contact", "show", "ana").stdout.splitlines()]
    assert "task: Call Ana (welcome): for sam@shop.example, due 2026-03-09" in lines
    assert "task: Say hello (welcome): for sam@shop.example" in lines
    assert lines[-1] == "task done: Call Ana"
    story = busy.json("contact", "show", "ana")
    assert [(each["id"], each["state"]) for each in story["tasks"]] == [(1, "done"), (2, "open"), (3, "open")]
    assert story["timeline"][-1] == {
        "at": "2026-03-10T12:01:00Z",
        "source": "person",
        "kind": "task_done",
        "subject": "Call Ana",
        "recipe": "welcome",
        "detail": {"id": 1},
    }
