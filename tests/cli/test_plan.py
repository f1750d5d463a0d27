"""`autoflow plan`: what an apply would change, told before anybody applies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoflow.cli.plan_words import Line, as_markdown, as_text
from tests.cli.shop import Shop, ana


@pytest.fixture
def shop(shop: Shop, bring: Callable[..., Path]) -> Shop:
    """Ana is known, and the starter workspace is applied."""
    bring(*ana())
    shop.run("run", "--until-idle")
    return shop


def test_the_same_files_change_nothing(shop: Shop) -> None:
    assert shop.run("plan").stdout == "Nothing has changed since release 1 was applied.\n"
    assert shop.json("plan")["changes"] == []


def test_a_change_in_words(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    shop.replace("recipes/win-back.yaml", "reentry:", "status: paused\nreentry:")
    assert shop.run("plan").stdout == (
        "Changed since release 1 was applied: 1 recipe.\n"
        "\n"
        "Recipe win-back: changed, version 2 after version 1\n"
        "  - for everybody at once, those under way too:\n"
        "    - status paused instead of live\n"
        "  - for who enters from then on; those under way stay on version 1, or what they entered:\n"
        "    - waits 20 days instead of 30 after send_email:win-back\n"
    )
    assert shop.json("plan") == {
        "applied": 1,
        "changes": [
            {
                "kind": "recipe",
                "name": "win-back",
                "how": "changed",
                "version": 2,
                "applied": 1,
                "changes": [
                    {
                        "part": "status",
                        "says": "status paused instead of live",
                        "reaches": "everybody",
                        "step": None,
                    },
                    {
                        "part": "actions",
                        "says": "waits 20 days instead of 30 after send_email:win-back",
                        "reaches": "entering",
                        "step": "wait:30 days",
                    },
                ],
            }
        ],
    }


def test_nothing_is_changed_by_looking(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    store = shop.folder / ".autoflow/store.db"
    before = (store.read_bytes(), sorted(path.name for path in store.parent.iterdir()))
    shop.run("plan")
    assert (store.read_bytes(), sorted(path.name for path in store.parent.iterdir())) == before


def test_before_anything_was_applied(shop: Shop, bring: Callable[..., Path]) -> None:
    (shop.folder / ".autoflow/store.db").unlink()
    bring(*ana())
    told = shop.run("plan").stdout
    assert told.startswith("Nothing was applied yet, so everything is new.\n\nautoflow.yaml: new\n\nRecipe")
    assert [(each["kind"], each["name"], each["how"]) for each in shop.json("plan")["changes"]] == [
        ("settings", "autoflow.yaml", "added"),
        ("recipe", "win-back", "added"),
        ("segment", "lapsed-buyers", "added"),
        ("template", "win-back", "added"),
    ]


def test_mistakes(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "lapsed-buyers", "lapsed-buyer")
    found = shop.run("plan", status=1)
    assert "There is no segment called “lapsed-buyer”." in found.stderr.replace(
        '"lapsed-buyer"', "“lapsed-buyer”"
    )
    assert found.stdout == ""
    assert shop.json("plan", status=1)["problems"][0]["file"] == "recipes/win-back.yaml"


def test_a_store_without_history(shop: Shop) -> None:
    (shop.folder / ".autoflow/store.db").unlink()
    assert shop.run("plan", status=1).stderr.startswith("There is no store at ")
    shop.run("apply")
    assert shop.run("plan", status=1).stderr == (
        "Nothing is recorded, so there is nobody for whom a change could be planned.\n"
        "  `autoflow import FILE` brings in what happened.\n"
    )


def test_as_a_comment_of_a_pull_request(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 20 days")
    assert shop.run("plan", "--format", "markdown").stdout == (
        "**Changed since release 1 was applied: 1 recipe.**\n"
        "\n"
        "**Recipe win-back: changed, version 2 after version 1**\n"
        "\n"
        "- for who enters from then on; those under way stay on version 1, or what they entered:\n"
        "  - waits 20 days instead of 30 after send\\_email:win-back\n"
    )


def test_what_people_are_called_means_nothing_in_markdown() -> None:
    lines = [Line(0, "<b>*x*</b>"), Line(1, "`a_b` and c_d, @bob"), Line(2, "a ` alone")]
    assert as_markdown(lines) == ("**\\<b\\>\\*x\\*\\</b\\>**\n\n- `a_b` and c\\_d, \\@bob\n  - a ' alone")
    assert as_text(lines) == "<b>*x*</b>\n  - `a_b` and c_d, @bob\n    - a ` alone"
