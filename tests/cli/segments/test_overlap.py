"""`autoflow segments --overlap` on a store that the engine has worked on."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from autoflow.cli.group import cli
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from tests.cli.shop import Shop

WHO = {
    "germans": ("ana", "ben", "cleo"),
    "pros": ("ben", "cleo", "dora", "eva"),
    "buyers": ("cleo",),
    "nobody": (),
}
CONDITIONS = {
    "germans": "{attribute: country, is: DE}",
    "pros": "{attribute: city, is: Bonn}",
    "buyers": "{did: purchased}",
    "nobody": "{has_tag: none of them}",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("made") / "shop", VirtualClock(parse_instant("2026-03-10 12:00")))
    CliRunner().invoke(cli, ["init", str(shop.folder)], catch_exceptions=False)
    (shop.folder / "segments/lapsed-buyers.yaml").unlink()
    (shop.folder / "recipes/win-back.yaml").unlink()
    for name, condition in CONDITIONS.items():
        shop.write(f"segments/{name}.yaml", f"segment: {name}\nconditions: [{condition}]\n")
    shop.run("apply")
    for who in ("ana", "ben", "cleo", "dora", "eva", "fred"):
        traits = [
            f"country={'DE' if who in WHO['germans'] else 'FR'}",
            f"city={'Bonn' if who in WHO['pros'] else 'Ulm'}",
        ]
        shop.run("track", who, "identify", *traits)
    shop.run("track", "cleo", "purchased", "order_id=1", "total=9")
    shop.run("run", "--until-idle")
    return shop


@pytest.fixture
def shop(made: Shop, tmp_path: Path) -> Shop:
    return made.copy(tmp_path / "shop")


def test_two_segments(shop: Shop) -> None:
    assert shop.run("segments", "--overlap", "pros", "germans").stdout.splitlines() == [
        "pros and germans share 2 contacts.",
        "",
        "                 contacts  of pros  of germans",
        "in both                 2   50.0 %      66.7 %  ████████████",
        "only in pros            2   50.0 %              ████████████",
        "only in germans         1               33.3 %  ██████",
    ]


def test_several_segments(shop: Shop) -> None:
    assert shop.run("segments", "--overlap", "pros", "germans", "buyers").stdout.splitlines() == [
        "1 contact in all of them, 5 in at least one.",
        "",
        "of       members        pros     germans      buyers",
        "pros           4              2   50.0 %  1   25.0 %",
        "germans        3  2   66.7 %              1   33.3 %",
        "buyers         1  1  100.0 %  1  100.0 %",
        "",
        "A row says how many of its members are in the other segments too.",
    ]


def test_without_names_the_pairs_that_share_most(shop: Shop) -> None:
    assert shop.run("segments", "--overlap").stdout.splitlines() == [
        "segment  and      in both  of the first  of the second",
        "germans  pros           2        66.7 %         50.0 %  ███████████████",
        "buyers   germans        1       100.0 %         33.3 %  ███████▌",
        "buyers   pros           1       100.0 %         25.0 %  ███████▌",
        "",
        "3 pairs share nobody.",
    ]


def test_an_overlap_for_programs(shop: Shop) -> None:
    found = shop.json("segments", "--overlap", "germans", "pros")
    assert found == {
        "at": "2026-03-10T12:00:00.000007Z",
        "contacts": 6,
        "segments": [{"segment": "germans", "members": 3}, {"segment": "pros", "members": 4}],
        "in_all": 2,
        "in_any": 5,
        "pairs": [{"first": "germans", "second": "pros", "both": 2, "only_first": 1, "only_second": 2}],
        "building": None,
    }
    assert len(shop.json("segments", "--overlap")["pairs"]) == 6


def test_segments_that_share_nobody(shop: Shop) -> None:
    assert shop.run("segments", "--overlap", "nobody", "pros").stdout.startswith(
        "nobody and pros share nobody.\n"
    )


def test_what_cannot_overlap(shop: Shop) -> None:
    assert shop.run("segments", "--overlap", "pros", status=1).stderr == (
        "An overlap needs two segments.\n  For example: --overlap pros buyers.\n"
    )
    assert shop.run("segments", "--overlap", "pros", "german", status=1).stderr == (
        'There is no segment called "german".\n  Did you mean "germans"?\n'
    )
    shop.write("segments/new.yaml", "segment: new\nconditions: [{did: purchased}]\n")
    assert shop.run("segments", "--overlap", "pros", "new", status=1).stderr.startswith(
        'The segment "new" is not in force yet'
    )
    assert shop.run("segments", "--overlap", "--history", status=1).stderr.startswith(
        "--history and --overlap do not go together."
    )
