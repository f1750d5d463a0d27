from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autoflow.model.instants import parse_instant
from tests.cli.shop import Shop, ana

Bring = Callable[..., Path]


@pytest.fixture
def edited(shop: Shop, bring: Bring) -> None:
    """ana is under way in the first version of win-back; then two edits were applied."""
    bring(*ana())
    shop.run("run", "--until-idle")
    shop.clock.jump(parse_instant("2026-05-05 12:00"))
    shop.run("run", "--until-idle")
    for days in ("40", "50"):
        shop.replace("recipes/win-back.yaml", f"wait: {int(days) - 10} days", f"wait: {days} days")
        shop.run("apply")


def in_force(shop: Shop) -> int:
    return int(shop.json("versions")["releases"][0]["release"])


@pytest.mark.usefixtures("edited")
def test_what_was_in_force_before_is_in_force_again(shop: Shop) -> None:
    told = shop.run("rollback").stdout.splitlines()
    assert told[0] == "Release 4 has the files of release 2 again."
    assert told[2] == "Recipe win-back: changed, version 4 after version 3"
    assert told[4] == "    - waits 40 days instead of 50 after send_email:win-back"
    shop.run("run", "--until-idle")
    assert [each["under_way"] for each in shop.json("versions", "win-back")["versions"]] == [0, 0, 0, 1]
    assert shop.run("rollback").stdout.splitlines()[0] == "Release 5 has the files of release 1 again."
    assert shop.run("rollback", status=1).stderr.startswith("There is nothing older to go back to.\n")


@pytest.mark.usefixtures("edited")
def test_a_start_leaves_alone_what_was_rolled_back_and_an_apply_does_not(shop: Shop) -> None:
    shop.run("rollback", "1")
    told = shop.run("run", "--until-idle").stdout
    assert told.startswith(
        "The files are those of release 3, which was rolled back. `autoflow apply` puts them in"
    )
    assert in_force(shop) == 4
    assert shop.run("apply").stdout == "Release 5: 1 live recipe, 1 segment.\n  recipe win-back changed\n"
    assert "rolled back" not in shop.run("run", "--until-idle").stdout
    shop.run("rollback")
    shop.replace("recipes/win-back.yaml", "50 days", "60 days")
    assert shop.run("run", "--until-idle").stdout.startswith("Applied release 7")


@pytest.mark.usefixtures("edited")
def test_whoever_goes_back_to_what_was_rolled_back_wants_it_again(shop: Shop) -> None:
    shop.run("rollback", "1")
    shop.run("rollback", "3")
    assert "rolled back" not in shop.run("run", "--until-idle").stdout
    assert in_force(shop) == 5


@pytest.mark.usefixtures("edited")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("9", "There is no release 9."),
        ("0", "There is no release 0."),
        ("3", "The files of release 3 are in force."),
    ],
)
def test_mistakes(shop: Shop, asked: str, said: str) -> None:
    assert shop.run("rollback", asked, status=1).stderr.startswith(said)
    assert in_force(shop) == 3
