"""`autoflow enter`: what is appended, and what is refused before anything is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autoflow.store.database import open_database
from tests.cli.shop import Shop, ana, message

WELCOME = """recipe: welcome
trigger: manual
actions:
  - wait: 1 day
"""


@pytest.fixture
def shop(shop: Shop, bring: Callable[..., Path]) -> Shop:
    """Ana and Ben are known; `welcome` is a recipe that is entered by hand."""
    bring(*ana(), message("ben", "purchased", "2026-03-01T10:00:00Z", order_id="B1", total=9, items=1))
    shop.write("recipes/welcome.yaml", WELCOME)
    shop.run("run", "--until-idle")
    return shop


def rows(shop: Shop) -> list[tuple[Any, ...]]:
    database = open_database("sqlite:///.autoflow/store.db", shop.folder)
    try:
        return database.all(
            "SELECT c.name, e.origin, e.history, e.properties, e.at = e.occurred_at FROM event e"
            " JOIN contact c ON c.id = e.contact WHERE e.name = '$enter' ORDER BY e.seq"
        )
    finally:
        database.close()


def test_a_row_from_outside_says_who_is_to_enter_what(shop: Shop) -> None:
    told = shop.run("enter", "welcome", "ben", "ana@example.com", "ana").stdout
    assert told == "Put forward for welcome: ben, ana.\n"
    assert rows(shop) == [(who, 0, 0, '{"recipe":"welcome"}', 1) for who in ("ben", "ana")]
    shop.run("enter", "welcome", "ana")
    assert len(rows(shop)) == 3, "asked once more is asked once more"


def test_a_visitor_can_be_put_forward_too(shop: Shop) -> None:
    from autoflow.model.event import Incoming
    from autoflow.store import log

    database = open_database("sqlite:///.autoflow/store.db", shop.folder)
    log.append(database, [Incoming("looked", None, "browser")], shop.clock.now())
    database.close()
    shop.run("enter", "welcome", "browser")
    assert [row[0] for row in rows(shop)] == ["browser"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["welcome", "ana", "bens"],
            'There is no contact "bens".\n  Did you mean "ben"?\n',
        ),
        (
            ["welcom", "ana"],
            'No recipe called "welcom" was applied.\n  Did you mean "welcome"?\n',
        ),
        (
            ["new", "ana"],
            'No recipe called "new" was applied.\n  Where it is new, `autoflow apply` puts it in force.\n',
        ),
        (
            ["win-back", "ana"],
            (
                'The recipe "win-back" is not entered by hand.\n'
                "  Add `manual` to its triggers in recipes/win-back.yaml, then `autoflow apply`.\n"
            ),
        ),
    ],
    ids=["somebody unknown", "a slip", "not applied", "no manual trigger"],
)
def test_what_is_refused_is_refused_for_everybody(shop: Shop, words: list[str], told: str) -> None:
    shop.write("recipes/new.yaml", WELCOME.replace("welcome", "new"))
    assert shop.run("enter", *words, status=1).stderr == told
    assert rows(shop) == []


@pytest.mark.parametrize(("status", "told"), [("paused", "paused"), ("draft", "a draft")])
def test_nobody_enters_a_recipe_that_is_not_live(shop: Shop, status: str, told: str) -> None:
    shop.write("recipes/welcome.yaml", WELCOME.replace("trigger:", f"status: {status}\ntrigger:"))
    shop.run("apply")
    assert shop.run("enter", "welcome", "ana", status=1).stderr == (
        f'The recipe "welcome" is {told}, so nobody enters it.\n'
        "  Write `status: live` in recipes/welcome.yaml, then `autoflow apply`.\n"
    )
    assert rows(shop) == []


def test_what_was_applied_counts_and_not_what_lies_in_the_files(shop: Shop) -> None:
    shop.write("recipes/welcome.yaml", WELCOME.replace("trigger:", "status: paused\ntrigger:"))
    shop.run("enter", "welcome", "ana")
    assert len(rows(shop)) == 1


def test_who_is_put_forward_enters(shop: Shop) -> None:
    shop.run("enter", "welcome", "ana")
    shop.run("run", "--until-idle")
    assert [(each["recipe"], each["state"]) for each in shop.json("contact", "show", "ana")["runs"]] == [
        ("welcome", "running")
    ]


def test_the_row_is_told_of_its_contact_and_is_no_event_of_his(shop: Shop) -> None:
    before = shop.json("status")
    shop.run("enter", "welcome", "ana")
    after = shop.json("status")
    assert (after["events"], after["undeclared"]) == (before["events"], {})
    assert shop.run("status").stdout.count("Unread   1 row") == 1
    story = shop.json("contact", "show", "ana")
    assert story["events"] == 2
    assert (story["timeline"][-1]["kind"], story["timeline"][-1]["detail"]) == (
        "$enter",
        {"recipe": "welcome"},
    )
    told = shop.run("contact", "show", "ana").stdout.splitlines()[-1]
    assert told.endswith("put forward by hand (recipe: welcome)")
