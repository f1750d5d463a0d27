from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoflow.model.instants import parse_instant
from tests.cli.shop import DAY, Shop, ana

Bring = Callable[..., Path]


@pytest.fixture
def lived(shop: Shop, bring: Bring) -> None:
    """win-back as it came, with ana under way in it; then a longer wait; then gone; then back as it was at first."""
    bring(*ana())
    shop.run("run", "--until-idle")
    shop.clock.jump(parse_instant("2026-05-05 12:00"))
    shop.run("run", "--until-idle")
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 40 days")
    shop.run("apply")
    text = (shop.folder / "recipes/win-back.yaml").read_text()
    (shop.folder / "recipes/win-back.yaml").unlink()
    shop.clock.jump(shop.clock.now() + DAY)
    shop.run("apply")
    shop.clock.jump(shop.clock.now() + DAY)
    shop.write("recipes/win-back.yaml", text.replace("40 days", "30 days"))
    shop.run("apply")


@pytest.mark.usefixtures("lived")
def test_every_version_with_when_it_was_in_force_and_who_walks_on_it(shop: Shop) -> None:
    found = shop.json("versions", "win-back")["versions"]
    assert [
        (
            each["version"],
            each["release"],
            each["until"] and each["until"]["release"],
            each["entered"],
            each["under_way"],
        )
        for each in found
    ] == [(3, 4, None, 0, 0), (2, 2, 3, 0, 0), (1, 1, 2, 1, 1)]
    told = shop.run("versions", "win-back").stdout.splitlines()
    assert told[0] == "win-back: 3 versions (times in Europe/London)."
    assert "in force" in told[3]
    assert told[-1] == "`autoflow versions win-back --diff 2..3` tells what changed."


def test_a_version_that_came_back_is_in_force(shop: Shop) -> None:
    shop.run("apply")
    (shop.folder / "recipes/win-back.yaml").unlink()
    shop.run("apply")
    shop.run("rollback")
    [found] = shop.json("versions", "win-back")["versions"]
    assert (found["version"], found["release"], found["until"]) == (1, 1, None)


@pytest.mark.usefixtures("lived")
def test_every_release_with_what_it_changed(shop: Shop) -> None:
    found = shop.json("versions")["releases"]
    assert [each["release"] for each in found] == [4, 3, 2, 1]
    assert [[(one["name"], one["how"]) for one in each["changes"]] for each in found[:3]] == [
        [("win-back", "added")],
        [("win-back", "removed")],
        [("win-back", "changed")],
    ]
    told = shop.run("versions").stdout.splitlines()
    assert told[0].endswith(", in force: 1 recipe.")
    assert told[3].endswith(": everything is new.")


@pytest.mark.usefixtures("lived")
def test_what_two_versions_say_otherwise(shop: Shop) -> None:
    told = shop.run("versions", "win-back", "--diff", "1..2").stdout.splitlines()
    assert told == [
        "Recipe win-back: changed, version 2 after version 1",
        "  - for who enters from then on; those under way stay on version 1, or what they entered:",
        "    - waits 40 days instead of 30 after send_email:win-back",
    ]
    same = shop.run("versions", "win-back", "--diff", "1..3").stdout
    assert same == "Versions 1 and 3 of win-back say the same.\n"
    assert shop.json("versions", "win-back", "--diff", "2..1")["changes"][0]["part"] == "actions"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["winback"], 'There was never a recipe called "winback" in force.\n  Did you mean "win-back"?\n'),
        (["win-back", "--diff", "1..9"], "win-back has no version 9.\n  There is 1.\n"),
        (["win-back", "--diff", "new"], '--diff: "new" does not name two versions.\n'),
        (["--diff", "1..2"], "--diff compares two versions of a recipe.\n"),
    ],
)
def test_mistakes(shop: Shop, args: list[str], said: str) -> None:
    shop.run("apply")
    assert shop.run("versions", *args, status=1).stderr.startswith(said)


def test_before_anything_is_applied(shop: Shop, bring: Bring) -> None:
    bring(*ana())
    assert shop.run("versions").stdout.startswith("Nothing was applied yet")
