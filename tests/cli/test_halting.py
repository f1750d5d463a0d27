from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoflow.model.instants import parse_instant
from tests.cli.shop import Shop, ana

Bring = Callable[..., Path]


@pytest.fixture
def under_way(shop: Shop, bring: Bring) -> None:
    """ana is under way in win-back, waiting for 30 days after its mail."""
    bring(*ana())
    shop.run("run", "--until-idle")
    shop.clock.jump(parse_instant("2026-05-05 12:00"))
    shop.run("run", "--until-idle")


@pytest.mark.usefixtures("under_way")
def test_a_recipe_is_paused_drained_and_goes_on(shop: Shop) -> None:
    assert shop.run("pause", "win-back").stdout == (
        "win-back is paused: nobody enters, and 1 person under way stays where he is.\n"
        "`autoflow resume win-back` lets them go on; an apply does not.\n"
    )
    assert shop.run("pause", "win-back").stdout == "win-back is paused already.\n"
    assert shop.run("apply").stdout == "Nothing has changed since the last apply.\n"
    assert shop.run("drain", "win-back").stdout.startswith(
        "win-back drains: nobody enters, and 1 person under way goes on to the end.\n"
    )
    assert shop.run("resume", "win-back").stdout == (
        "win-back goes on as its file says, for 1 person under way too.\n"
    )
    assert shop.run("resume", "win-back").stdout == "win-back was not stopped by hand.\n"
    changes = [each["changes"][0]["changes"][0]["says"] for each in shop.json("versions")["releases"][:3]]
    assert changes == [
        "status live instead of draining",
        "status draining instead of paused",
        "status paused instead of live",
    ]


def test_where_nobody_is_under_way_nobody_is_said_to_stay_or_to_leave(shop: Shop) -> None:
    shop.run("apply")
    told = [shop.run(word, "win-back").stdout.splitlines()[0] for word in ("pause", "drain", "resume")]
    assert told == [
        "win-back is paused: nobody enters. Nobody is under way.",
        "win-back drains: nobody enters. Nobody is under way.",
        "win-back goes on as its file says. Nobody is under way.",
    ]


@pytest.mark.usefixtures("under_way")
def test_what_is_stopped_by_hand_stands_in_the_status(shop: Shop) -> None:
    assert shop.json("status")["halted"] == {}
    shop.run("drain", "win-back")
    shop.run("run", "--until-idle")
    assert shop.json("status")["halted"] == {"win-back": "draining"}
    assert (
        "Draining win-back, by hand: `autoflow resume win-back` lets it go on\n" in shop.run("status").stdout
    )
    shop.run("pause", "win-back")
    shop.run("run", "--until-idle")
    assert (
        "Paused   win-back, by hand: `autoflow resume win-back` lets it go on\n" in shop.run("status").stdout
    )
    shop.run("resume", "win-back")
    shop.run("run", "--until-idle")
    assert "by hand" not in shop.run("status").stdout


@pytest.mark.usefixtures("under_way")
def test_a_deleted_recipe_is_paused_and_goes_on(shop: Shop) -> None:
    (shop.folder / "recipes/win-back.yaml").unlink()
    shop.run("apply")
    assert shop.run("pause", "win-back").stdout.startswith(
        "win-back is paused: nobody enters, and 1 person under way stays where he is.\n"
    )
    assert shop.run("resume", "win-back").stdout == (
        "win-back is stopped no more. Its file is deleted: nobody enters, and 1 person under way goes on to the end.\n"
    )


@pytest.mark.parametrize("word", ["pause", "drain", "resume"])
def test_mistakes(shop: Shop, word: str) -> None:
    shop.run("apply")
    assert shop.run(word, "winback", status=1).stderr == (
        'No recipe called "winback" is in force.\n  Did you mean "win-back"?\n'
    )
    shop.replace("recipes/win-back.yaml", "reentry:", "status: draft\nreentry:")
    shop.run("apply")
    assert shop.run(word, "win-back", status=1).stderr == (
        "win-back is a draft by its file.\n"
        "  Change its status in recipes/win-back.yaml, then `autoflow apply`.\n"
    )


@pytest.mark.usefixtures("under_way")
def test_those_under_way_are_moved_to_the_new_version(shop: Shop) -> None:
    assert shop.run("apply", "--move-running").stdout == (
        "Nothing has changed since the last apply.\nNobody is under way on an older version.\n"
    )
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 40 days")
    told = shop.run("apply", "--move-running", "win-back").stdout.splitlines()
    assert told[2] == (
        "win-back: 1 person under way moves from version 1 to version 2, with what they have waited credited."
    )
    shop.run("run", "--until-idle")
    [run] = shop.json("contact", "show", "ana")["runs"]
    assert (run["version"], run["step"], run["state"]) == (2, "wait:40 days", "running")
    shop.replace("recipes/win-back.yaml", "wait: 40 days", "add_tag: written")
    told = shop.run("apply", "--move-running").stdout.splitlines()
    assert told[2] == (
        "win-back: 1 person at wait:40 days stays on version 2: no step of the new one stands for it."
    )
    assert shop.run("apply", "--move-running", "winback", status=1).stderr.startswith(
        'There is no recipe called "winback".\n  Did you mean "win-back"?\n'
    )
