"""`autoflow apply --include-existing`: who is let in, what is said of it, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.shop import DAY, Shop, ana, message

HI = "recipe: hi\ntrigger: {segment_entered: buyers}\nactions: [{wait: 1 day}]\n"
BUYERS = "segment: buyers\nconditions: [{did: purchased}]\n"


@pytest.fixture
def shop(shop: Shop, bring: Callable[..., Path]) -> Shop:
    """Ana and Ben have bought; then somebody writes a recipe for buyers."""
    bring(*ana(), message("ben", "purchased", "2026-03-01T10:00:00Z", order_id="B1", total=9, items=1))
    shop.run("run", "--until-idle")
    shop.write("segments/buyers.yaml", BUYERS)
    shop.write("recipes/hi.yaml", HI)
    return shop


def entered(shop: Shop) -> int:
    shop.run("run", "--until-idle")
    return sum(
        run["recipe"] == "hi" for who in ("ana", "ben") for run in shop.json("contact", "show", who)["runs"]
    )


def test_nobody_enters_because_a_file_changed(shop: Shop) -> None:
    assert shop.run("apply").stdout == (
        "Release 2: 2 live recipes, 2 segments.\n  recipe hi and segment buyers new\n"
    )
    assert entered(shop) == 0


def test_on_purpose_they_do(shop: Shop) -> None:
    assert shop.run("apply", "--include-existing").stdout == (
        "Release 2: 2 live recipes, 2 segments.\n  recipe hi and segment buyers new\n"
        "Put forward for hi: 2 people who match already.\n"
    )
    assert entered(shop) == 2
    assert shop.run("apply", "--include-existing", "hi").stdout == (
        "Nothing has changed since the last apply.\nPut forward for hi: nobody matches it already.\n"
    )
    assert entered(shop) == 2


def test_one_after_the_other(shop: Shop) -> None:
    told = shop.run("apply", "--include-existing", "hi", "--pace", "1 per day").stdout
    assert told.endswith("Put forward for hi: 2 people who match already, the last on 2026-03-11 12:00.\n")
    assert entered(shop) == 1
    waits = {who: shop.run("contact", "show", who).stdout for who in ("ana", "ben")}
    said = "put forward for hi, for he matched it already"
    assert sorted(f"{said}, to enter on 2026-03-11 12:00" in story for story in waits.values()) == [
        False,
        True,
    ]
    assert all(said in story for story in waits.values())
    shop.clock.jump(shop.clock.now() + DAY + 1_000)
    assert entered(shop) == 2


def test_afterwards_where_it_was_forgotten(shop: Shop) -> None:
    shop.run("apply")
    shop.run("run", "--until-idle")
    assert shop.run("apply", "--include-existing", "hi").stdout == (
        "Nothing has changed since the last apply.\nPut forward for hi: 2 people who match already.\n"
    )
    assert entered(shop) == 2


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--pace", "5 per day"], "--pace says how fast those enter who match already.\n  It goes with"),
        (["--include-existing", "--pace", "fast"], 'A pace says how many in which time, not "fast".\n'),
        (["--include-existing", "hei"], 'There is no recipe called "hei".\n  Did you mean "hi"?\n'),
        (
            ["--include-existing", "visits"],
            'The recipe "visits" has no trigger `segment_entered`, so nobody stands where it would let him in.\n',
        ),
        (
            ["--include-existing", "sleeping"],
            'The recipe "sleeping" is paused, so nobody enters it.\n  Write `status: live` in recipes/sleeping',
        ),
    ],
)
def test_what_is_refused_changes_nothing(shop: Shop, args: list[str], told: str) -> None:
    shop.write(
        "recipes/visits.yaml",
        HI.replace("hi", "visits").replace("segment_entered: buyers", "event: purchased"),
    )
    shop.write("recipes/sleeping.yaml", HI.replace("hi", "sleeping\nstatus: paused"))
    assert shop.run("apply", *args, status=1).stderr.startswith(told)
    assert shop.json("status")["release"] == 1
    assert shop.json("plan")["applied"] == 1


def test_where_nothing_is_concerned(shop: Shop) -> None:
    shop.run("apply")
    assert shop.run("apply", "--include-existing", status=1).stderr == (
        "This change concerns no recipe into which those could be let who match already.\n"
        "  Name the recipe: `--include-existing RECIPE`.\n"
    )


def test_what_is_paused_by_hand_lets_nobody_in(shop: Shop) -> None:
    shop.run("apply")
    shop.run("pause", "hi")
    assert shop.run("apply", "--include-existing", "hi", status=1).stderr == (
        'The recipe "hi" is paused, so nobody enters it.\n  `autoflow resume hi` lets it go on.\n'
    )
