"""`autoflow pressure`, over history and over what the engine decided."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from autoflow.cli.group import cli
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from tests.cli.shop import DAY, Shop

RECIPE = """
recipe: {name}
trigger: {{event: {event}}}
while_running: parallel
{sending}
actions:
  - send_email: win-back
  - wait: 1 hour
"""
SKIPS = "sending: {at_most: {emails: 1, per: 30 days}, if_over: skip}"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Ana buys on three days, looks at something on the fourth, and gets mail for each but the last two."""
    shop = Shop(tmp_path_factory.mktemp("lived") / "shop", VirtualClock(parse_instant("2026-03-10 12:00")))
    CliRunner().invoke(cli, ["init", str(shop.folder)], catch_exceptions=False)
    (shop.folder / "recipes/win-back.yaml").unlink()
    shop.write("recipes/thanks.yaml", RECIPE.format(name="thanks", event="purchased", sending=""))
    shop.write("recipes/looked.yaml", RECIPE.format(name="looked", event="page_visited", sending=SKIPS))
    shop.replace("autoflow.yaml", "sending:", "sending:\n  at_most: {emails: 2, per: 7 days}")
    shop.run("run", "--until-idle")
    shop.run("track", "ana", "identify", "email=ana@example.com")
    shop.run("track", "ben", "identify", "email=ben@example.com")
    for event in ("purchased", "purchased", "purchased", "page_visited"):
        shop.run("track", "ana", event)
        shop.run("track", "ben", "purchased") if event == "page_visited" else None
        shop.run("run", "--until-idle")
        shop.clock.jump(shop.clock.now() + DAY)
        shop.run("run", "--until-idle")
    return shop


@pytest.fixture
def shop(lived: Shop, tmp_path: Path) -> Shop:
    return lived.copy(tmp_path / "shop")


TOLD = [
    "2 of 2 contacts got 3 marketing mails.",
    "Caps, in marketing mails: 2 per 7 days over all recipes; 1 per 30 days by looked.",
    "1 person met a cap, with 2 mails.",
    "",
    "recipe  sent  met a cap  held still  not sent  because of",
    "thanks     3          1           1",
    "looked     0          1                     1  a cap 1",
    "",
    "mails of  met a cap  filled by mails of  mails",
    "thanks            1  its own                 2  100.0 %  ███████████████",
    "looked            1  thanks                  2  100.0 %  ███████████████",
    "",
    "mails in a week  people's weeks",
    "              1               1  50.0 %  ███████████████",
    "              2               1  50.0 %  ███████████████",
    "",
    "met caps most  mails  got",
    "ana                2    2",
]


def test_the_recipes_played_over_what_is_recorded(shop: Shop) -> None:
    told = shop.run("pressure").stdout.splitlines()
    assert told[0] == "2026-03-10 12:00 to 2026-03-13 12:00 (Europe/London), by the files as they are."
    assert told[1:] == [*TOLD, "", "People do here what is recorded, mail or no mail."]


def test_what_the_engine_decided(shop: Shop) -> None:
    told = shop.run("pressure", "--sent").stdout.splitlines()
    assert told[0] == "2026-03-10 12:00 to 2026-03-13 12:00 (Europe/London), as the engine decided."
    assert told[1:] == TOLD


def test_the_pressure_for_programs(shop: Shop) -> None:
    found = shop.json("pressure")
    assert {
        key: found[key] for key in ("timezone", "source", "contacts", "mailed", "sent", "transactional")
    } == {
        "timezone": "Europe/London",
        "source": "simulated",
        "contacts": 2,
        "mailed": 2,
        "sent": 3,
        "transactional": 0,
    }
    assert found["capped"] == 1
    assert found["caps"] == [
        {"recipe": None, "emails": 2, "per": "7 days"},
        {"recipe": "looked", "emails": 1, "per": "30 days"},
    ]
    assert found["recipes"][1] == {
        "recipe": "thanks",
        "sent": 3,
        "capped": 1,
        "delayed": 0,
        "delay_seconds": 0,
        "held": {"cap": 1},
        "held_still": 1,
        "skipped": {},
    }
    assert found["slots"] == [
        {"loser": "looked", "winner": "thanks", "mails": 2},
        {"loser": "thanks", "winner": "thanks", "mails": 2},
    ]
    assert found["weeks"] == [{"mails": 1, "weeks": 1}, {"mails": 2, "weeks": 1}]
    assert found["most"] == [{"contact": "ana", "capped": 2, "sent": 2}]
    assert found["set_aside"] == []
    assert shop.json("pressure", "--sent") == {
        **found,
        "source": "decided",
        "from": shop.json("pressure", "--sent")["from"],
    }


def test_other_files_other_pressure(shop: Shop) -> None:
    shop.replace("autoflow.yaml", "emails: 2, per: 7 days", "emails: 9, per: 7 days")
    assert [each["capped"] for each in shop.json("pressure")["recipes"]] == [1, 0]
    assert [each["capped"] for each in shop.json("pressure", "--sent")["recipes"]] == [1, 1]


def test_without_caps_nobody_meets_one(shop: Shop) -> None:
    shop.replace("autoflow.yaml", "\n  at_most: {emails: 2, per: 7 days}", "")
    shop.replace("recipes/looked.yaml", SKIPS, "")
    told = shop.run("pressure").stdout.splitlines()
    assert told[2] == "No cap is set, so nobody meets one: `sending: {at_most: …}` in autoflow.yaml sets it."
    assert "met caps most" not in "\n".join(told)


def test_a_span(shop: Shop) -> None:
    found = shop.json("pressure", "--from", "2026-03-12", "--to", "2026-03-12")
    assert (found["from"], found["to"]) == ("2026-03-12T00:00:00Z", "2026-03-12T23:59:59.999999Z")
    assert [(each["recipe"], each["capped"]) for each in found["recipes"]] == [("thanks", 1)]
    told = shop.run("pressure", "--from", "2026-03-12").stdout
    assert told.endswith(
        "\nNobody is under way at the start, so there is less mail at first; --under-way takes them along.\n"
    )
    assert "under-way" not in shop.run("pressure", "--from", "2026-03-12", "--under-way").stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "soon"], '--from: "soon" is not a date.\n  Write 2011-03-01, or "2011-03-01 14:00".\n'),
        (["--from", "2026-03-12", "--to", "2026-03-11"], "--to lies before --from.\n  Turn the two round.\n"),
        (["--from", "2027-01-01"], "Nothing is known after 2027-01-01.\n  Choose an earlier --from.\n"),
        (
            ["--sent", "--from", "2027-01-01"],
            "Nothing is known after 2027-01-01.\n  Choose an earlier --from.\n",
        ),
        (
            ["--to", "2020-01-01"],
            (
                "Nothing is recorded up to then, so there is nothing to play the recipes over.\n"
                "  `autoflow import FILE` brings in what happened.\n"
            ),
        ),
        (
            ["--under-way"],
            "--under-way is for a span that begins later.\n  Say from when on with --from.\n",
        ),
        (
            ["--under-way", "--sent"],
            "--under-way goes with a simulation, not with --sent.\n  Leave it out.\n",
        ),
    ],
)
def test_what_cannot_be_told(shop: Shop, options: list[str], said: str) -> None:
    assert shop.run("pressure", *options, status=1).stderr == said


def test_a_store_in_which_nothing_was_decided(lived: Shop, tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", VirtualClock(lived.clock.now()))
    CliRunner().invoke(cli, ["init", str(shop.folder)], catch_exceptions=False)
    shop.run("run", "--until-idle")
    assert shop.run("pressure", "--sent", status=1).stderr == (
        "The engine has not decided about any mail yet.\n  Without --sent the recipes are simulated.\n"
    )
    assert shop.run("pressure", status=1).stderr == (
        "Nothing is recorded, so there is nothing to play the recipes over.\n"
        "  `autoflow import FILE` brings in what happened.\n"
    )
