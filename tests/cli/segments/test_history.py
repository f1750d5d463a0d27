"""`autoflow segments --history` on a store that the engine has worked on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from autoflow.cli.group import cli
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from tests.cli.shop import DAY, Shop, ana

Bring = Callable[..., Path]
BUYERS = """
segment: buyers
description: Bought lately.
conditions: [{did: purchased, within_last: 3 days}]
"""


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Buyers come and go from the 10th to the 16th of March, with another window from the 13th on."""
    shop = Shop(tmp_path_factory.mktemp("week") / "shop", VirtualClock(parse_instant("2026-03-10 12:00")))
    CliRunner().invoke(cli, ["init", str(shop.folder)], catch_exceptions=False)
    shop.write("segments/buyers.yaml", BUYERS)
    shop.run("run", "--until-idle")
    for day in range(1, 7):
        shop.clock.jump(shop.clock.now() + DAY)
        if day == 3:
            shop.replace("segments/buyers.yaml", "3 days", "36 hours")
            shop.run("apply")
        for who in {1: ("ben", "cleo", "dora"), 2: ("ben", "cleo"), 3: ("ben",)}.get(day, ()):
            shop.run("track", who, "purchased", f"order_id={who}{day}", "total=9")
        shop.run("run", "--until-idle")
    return shop


@pytest.fixture
def lived(week: Shop, tmp_path: Path) -> Shop:
    """A copy of it."""
    return week.copy(tmp_path / "shop")


def test_one_segment_by_day(lived: Shop) -> None:
    assert lived.run("segments", "buyers", "--history").stdout.splitlines() == [
        "buyers: 0 members on 2026-03-16. Bought lately.",
        "2026-03-10 to 2026-03-16 (Europe/London), as the engine saw it at 2026-03-16 12:00.",
        "",
        "day         size                      joined          left      otherwise",
        "2026-03-10     0",
        "2026-03-11     3  ██████████████████       3  ██████",
        "2026-03-12     3  ██████████████████",
        "2026-03-13     2  ████████████                                         -1",
        "2026-03-14     1  ██████                                 1  ██",
        "2026-03-15     0                                         1  ██",
        "2026-03-16     0",
        "",
        "What was applied changed sizes by itself: whoever a release puts in or takes out neither joins nor leaves.",
        "  release 2 on 2026-03-13 12:00: 1 went out",
    ]


def test_all_segments_have_a_line_each(lived: Shop) -> None:
    assert lived.run("segments", "--history", "--from", "2026-03-11").stdout.splitlines()[:5] == [
        "2026-03-11 to 2026-03-16 (Europe/London), as the engine saw it at 2026-03-16 12:00.",
        "",
        "segment        before  joined  left  otherwise  now  size",
        "buyers              0       3     2         -1    0  ██▆▃",
        "lapsed-buyers       0       0     0         +0    0",
    ]


def test_the_past_for_programs(lived: Shop) -> None:
    found = lived.json("segments", "buyers", "--history", "--from", "2026-03-12", "--to", "2026-03-13")
    assert found == {
        "at": found["at"],
        "timezone": "Europe/London",
        "from": "2026-03-12",
        "to": "2026-03-13",
        "segments": [
            {
                "segment": "buyers",
                "before": 3,
                "members": 2,
                "joined": 0,
                "left": 0,
                "otherwise": -1,
                "days": [
                    {"day": "2026-03-12", "members": 3, "joined": 0, "left": 0, "otherwise": 0},
                    {"day": "2026-03-13", "members": 2, "joined": 0, "left": 0, "otherwise": -1},
                ],
                "releases": [
                    {"release": 2, "at": found["segments"][0]["releases"][0]["at"], "came": 0, "went": 1}
                ],
                "merges": {"came": 0, "went": 0},
                "rough_until": None,
            }
        ],
        "erased": 0,
        "building": None,
    }
    assert found["at"].startswith("2026-03-16T12:00:00")
    assert found["segments"][0]["releases"][0]["at"].startswith("2026-03-13T12:00:00")


def test_more_days_than_fit_are_put_together_to_weeks(lived: Shop) -> None:
    lived.clock.jump(lived.clock.now() + 40 * DAY)
    lived.run("run", "--until-idle")
    told = lived.run("segments", "buyers", "--history").stdout.splitlines()
    assert [line.split()[:2] for line in told[3:6]] == [
        ["week", "of"],
        ["2026-03-09", "0"],
        ["2026-03-16", "0"],
    ]


def test_people_who_were_erased_are_counted(lived: Shop) -> None:
    lived.run("contact", "erase", "ben", "--yes")
    assert lived.json("segments", "buyers", "--history")["erased"] == 1
    assert lived.run("segments", "buyers", "--history").stdout.endswith(
        "\n1 person has been erased; the past is told as if he had never been there.\n"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "soon"], '--from: "soon" is not a day.\n  Write 2011-03-01.\n'),
        (["--to", "2026-02-30"], '--to: "2026-02-30" is not a day.\n  Write 2011-03-01.\n'),
        (["--from", "2026-03-12", "--to", "2026-03-11"], "--to lies before --from.\n  Turn the two round.\n"),
        (
            ["--from", "2026-03-17"],
            "Nothing is known of 2026-03-17 yet: the engine is at 2026-03-16 12:00.\n",
        ),
        (
            ["--to", "2026-03-09"],
            "Nothing was applied up to 2026-03-09: segments have a history from 2026-03-10 on.\n",
        ),
        (["--members"], "--members and --history do not go together.\n  Ask one after the other.\n"),
    ],
)
def test_spans_that_there_are_not(lived: Shop, options: list[str], said: str) -> None:
    assert lived.run("segments", "--history", *options, status=1).stderr == said


def test_days_without_the_question_are_a_mistake(lived: Shop) -> None:
    assert (
        lived.run("segments", "--to", "2026-03-12", status=1).stderr == "--from and --to go with --history.\n"
    )


def test_a_segment_that_is_not_in_force_yet(lived: Shop) -> None:
    lived.write("segments/new.yaml", "segment: new\nconditions: [{did: purchased}]\n")
    assert lived.run("segments", "new", "--history", status=1).stderr == (
        'The segment "new" is not in force yet, so the engine knows nothing of it.\n'
        "  `autoflow apply` puts the files in force.\n"
    )
    assert lived.run("segments", "now", "--history", status=1).stderr == (
        'There is no segment called "now".\n  Did you mean "new"?\n'
    )


def test_a_segment_that_was_deleted_can_still_be_asked_for(lived: Shop) -> None:
    (lived.folder / "segments/buyers.yaml").unlink()
    lived.run("apply")
    lived.run("run", "--until-idle")
    assert lived.json("segments", "buyers", "--history")["segments"][0]["joined"] == 3
    assert "\nbuyers" not in lived.run("segments", "--history").stdout


def test_sizes_between_two_releases_that_changed_a_segment_are_an_estimate(lived: Shop) -> None:
    lived.replace("segments/buyers.yaml", "36 hours", "2 hours")
    lived.run("apply")
    lived.run("run", "--until-idle")
    assert lived.run("segments", "buyers", "--history").stdout.endswith(
        "\nSeveral releases changed buyers. Whoever one of them put in and a later one took out, and who neither"
        "\njoined nor left in between, has left no trace: sizes before 2026-03-16 12:00 are an estimate.\n"
    )
    found = lived.json("segments", "buyers", "--history")["segments"][0]
    assert found["rough_until"].startswith("2026-03-16T12:00:00")


def test_a_store_without_history(shop: Shop, bring: Bring) -> None:
    assert shop.run("segments", "--history", status=1).stderr.startswith("There is no store at ")
    bring(*ana())
    shop.run("apply")
    assert shop.run("segments", "--history", status=1).stderr == (
        "The engine has not read 4 rows yet: `autoflow run --until-idle` does.\n"
        "Building: 0 of 1 contact are counted by what is new so far.\n"
        "The engine has not come to what was applied yet.\n  `autoflow run --until-idle` takes it on.\n"
    )


def test_a_store_in_which_nothing_was_applied(shop: Shop, bring: Bring) -> None:
    bring(*ana())
    assert shop.run("segments", "--history", status=1).stderr.endswith(
        "\nNothing has been applied yet, so nobody is in any segment.\n  `autoflow run` applies the files.\n"
    )
