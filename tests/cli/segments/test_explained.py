"""`autoflow segments NAME --explain` on a store that the engine has worked on."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from autoflow.cli.group import cli
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from autoflow.store.database import open_database
from autoflow.store.definitions import enter_release, load_release
from tests.cli.shop import Shop

SEGMENT = """
segment: locals
description: Bought, and does not live in France.
conditions:
  - {did: purchased}
  - any:
      - {attribute: city, is: Bonn}
      - {did: purchased, at_least: 2 times}
  - none:
      - {attribute: country, is: FR}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("made") / "shop", VirtualClock(parse_instant("2026-03-10 12:00")))
    CliRunner().invoke(cli, ["init", str(shop.folder)], catch_exceptions=False)
    shop.write("segments/locals.yaml", SEGMENT)
    shop.write("segments/buyers.yaml", "segment: buyers\nconditions: [{did: purchased}]\n")
    shop.run("apply")
    people = {
        "ana": ("DE", "Bonn", 1),
        "ben": ("FR", "Bonn", 1),
        "cleo": (None, "Ulm", 2),
        "dora": ("DE", "Ulm", 1),
    }
    for who, (country, city, orders) in people.items():
        shop.run("track", who, "identify", f"city={city}", *([f"country={country}"] if country else []))
        for number in range(orders):
            shop.run("track", who, "purchased", f"order_id={number}", "total=9")
    shop.run("track", "eva", "identify", "city=Bonn")
    shop.run("run", "--until-idle")
    return shop


@pytest.fixture
def shop(made: Shop, tmp_path: Path) -> Shop:
    return made.copy(tmp_path / "shop")


def test_its_conditions_as_a_tree(shop: Shop) -> None:
    assert shop.run("segments", "locals", "--explain").stdout.splitlines() == [
        "locals: 2 of 5 contacts (40.0 %), at 2026-03-10 12:00 (Europe/London).",
        "Bought, and does not live in France.",
        "",
        "fulfil it                    without it        no value  condition",
        "        2  40.0 %  ████                                  all of these:",
        "        4  80.0 %  ████████           3  (+1)              has done purchased",
        "        4  80.0 %  ████████           3  (+1)              at least one of these:",
        "        3  60.0 %  ██████             1  (-1)                city is Bonn",
        "        1  20.0 %  ██                 1  (-1)                has done purchased at least 2 times",
        "        4  80.0 %  ████████           3  (+1)              none of these:",
        "        1  20.0 %  ██                 3  (+1)         2      country is FR",
        "",
        "“has done purchased” keeps most out: without it there would be 1 more.",
        "“city is Bonn” lets most in: without it there would be 1 fewer.",
        "2 contacts count for lack of a value, in “country is FR”.",
    ]


def test_its_conditions_for_programs(shop: Shop) -> None:
    found = shop.json("segments", "locals", "--explain")
    condition = found.pop("condition")
    assert found == {
        "segment": "locals",
        "at": found["at"],
        "contacts": 5,
        "members": 2,
        "left_out": 0,
        "release": 1,
        "file": "same",
        "building": None,
    }
    assert found["at"].startswith("2026-03-10T12:00:00")
    parts = condition.pop("parts")
    assert condition == {
        "words": "(has done purchased and (city is Bonn or has done purchased at least 2 times) and country is not FR)",
        "group": "all",
        "fulfil": 2,
        "without": 5,
        "no_value": 0,
        "takes_in": 0,
    }
    assert [each["group"] for each in parts] == [None, "any", "none"]
    assert parts[2]["parts"] == [
        {
            "words": "country is FR",
            "group": None,
            "fulfil": 1,
            "without": 3,
            "no_value": 2,
            "takes_in": 2,
            "parts": [],
        }
    ]


def test_a_single_condition_is_all_there_is(shop: Shop) -> None:
    assert shop.run("segments", "buyers", "--explain").stdout.splitlines() == [
        "buyers: 4 of 5 contacts (80.0 %), at 2026-03-10 12:00 (Europe/London).",
        "",
        "fulfil it                    without it    condition",
        "        4  80.0 %  ████████                has done purchased",
    ]


def test_a_file_that_says_otherwise_by_now(shop: Shop) -> None:
    shop.replace("segments/locals.yaml", "is: FR", "is: AT")
    assert shop.run("segments", "locals", "--explain").stdout.endswith(
        "\nThis is what is in force (release 1). segments/locals.yaml says otherwise by now.\n"
    )
    assert shop.json("segments", "locals", "--explain")["file"] == "changed"
    (shop.folder / "segments/locals.yaml").unlink()
    assert shop.run("segments", "locals", "--explain").stdout.endswith(
        "\nThis is what is in force (release 1). segments/locals.yaml is no longer in the files.\n"
    )
    assert shop.json("segments", "locals", "--explain")["file"] == "gone"


def test_a_file_with_a_mistake_says_otherwise(shop: Shop) -> None:
    shop.replace("segments/locals.yaml", "is: FR", "iss: FR")
    assert shop.json("segments", "locals", "--explain")["file"] == "changed"


def test_what_is_being_built_is_counted_as_if_it_were_done(shop: Shop) -> None:
    shop.write("segments/new.yaml", "segment: new\nconditions: [{did: purchased, within_last: 9 days}]\n")
    shop.run("apply")
    with closing(open_database("sqlite:///.autoflow/store.db", shop.folder)) as database:
        [(fence,)] = database.all("SELECT fence FROM lease")
        enter_release(database, load_release(database, 2, {}), fence)  # and there the engine was stopped
    told = shop.run("segments", "new", "--explain")
    assert told.stdout.startswith("new: 4 of 5 contacts")
    assert told.stderr == "What is new is still being built; here everybody is counted as if it were done.\n"
    assert shop.json("segments", "new", "--explain")["building"] == {"done": 0, "contacts": 5}
    assert shop.json("segments", "new")["segments"] == [{"segment": "new", "members": 0}]


def test_what_cannot_be_explained(shop: Shop) -> None:
    named = "--explain tells of one segment.\n  Name it: autoflow segments NAME --explain.\n"
    assert shop.run("segments", "--explain", status=1).stderr == named
    assert shop.run("segments", "locals", "lapsed-buyers", "--explain", status=1).stderr == named
    assert shop.run("segments", "local", "--explain", status=1).stderr == (
        'There is no segment called "local".\n  Did you mean "locals"?\n'
    )
    shop.write("segments/new.yaml", "segment: new\nconditions: [{did: purchased}]\n")
    assert shop.run("segments", "new", "--explain", status=1).stderr.startswith(
        'The segment "new" is not in force yet, so the engine knows nothing of it.'
    )


@pytest.mark.parametrize(
    "question",
    [("lapsed-buyers", "--explain"), ("--history",), ("--overlap",)],
    ids=lambda question: question[-1],
)
def test_a_store_in_which_nobody_is_known(made: Shop, tmp_path: Path, question: tuple[str, ...]) -> None:
    shop = Shop(tmp_path / "shop", VirtualClock(made.clock.now()))
    CliRunner().invoke(cli, ["init", str(shop.folder)], catch_exceptions=False)
    shop.run("run", "--until-idle")
    assert shop.run("segments", *question, status=1).stderr == (
        "The engine knows nobody yet, so there is nobody to ask about.\n"
        "  `autoflow import FILE` brings in what happened, and `autoflow run` reads it.\n"
    )
