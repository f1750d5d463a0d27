from __future__ import annotations

import subprocess
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
    assert [line.partition(", by ")[2].partition(": ")[2] for line in told] == [
        "recipe win-back new; with that the files of release 1 again.",
        "recipe win-back removed.",
        "recipe win-back changed.",
        "everything is new.",
    ]
    assert told[0].endswith(", in force: recipe win-back new; with that the files of release 1 again.")
    assert [each["back_to"] for each in found] == [1, None, None, None]


@pytest.mark.usefixtures("lived")
def test_stops_by_hand_are_told_of_the_release_and_of_the_recipe(shop: Shop) -> None:
    """A pause that somebody forgot has a name and a date, in both lists."""
    for word in ("pause", "drain", "resume", "pause"):
        shop.clock.jump(shop.clock.now() + DAY)
        shop.run(word, "win-back")
    did = [line.rpartition(": ")[2] for line in shop.run("versions").stdout.splitlines()[:4]]
    assert did == [
        "win-back paused by hand.",
        "win-back let go on.",
        "win-back drained by hand.",
        "win-back paused by hand.",
    ]
    assert [each["halted"] for each in shop.json("versions")["releases"][:5]] == [
        {"win-back": "paused"},
        {"win-back": None},
        {"win-back": "draining"},
        {"win-back": "paused"},
        {},
    ]
    by = shop.json("versions")["releases"][0]["by"]
    told = shop.run("versions", "win-back").stdout.splitlines()
    assert told[-4:-1] == [
        f"Paused by hand since 2026-05-11 13:00 (by {by}): `autoflow resume win-back` lets it go on.",
        f"Drained by hand from 2026-05-09 13:00 (by {by}) to 2026-05-10 13:00 (by {by}).",
        f"Paused by hand from 2026-05-08 13:00 (by {by}) to 2026-05-09 13:00 (by {by}).",
    ]
    stopped = shop.json("versions", "win-back")["stopped"]
    assert [
        (each["state"], each["release"], each["until"] and each["until"]["release"]) for each in stopped
    ] == [
        ("paused", 8, None),
        ("draining", 6, 7),
        ("paused", 5, 6),
    ]


def test_much_that_changed_at_once_is_counted(shop: Shop) -> None:
    shop.run("apply")
    for number in range(7):
        shop.write(f"segments/s{number}.yaml", f"segment: s{number}\nconditions: [{{did: purchased}}]\n")
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 40 days")
    shop.replace("templates/win-back.html", "it has been a while", "hello")
    shop.run("apply")
    told = shop.run("versions").stdout.splitlines()[0]
    assert told.endswith(", in force: 7 segments new, recipe win-back and template win-back changed.")


def test_people_who_were_moved_are_told(shop: Shop, bring: Bring) -> None:
    bring(*ana())
    shop.run("run", "--until-idle")
    shop.clock.jump(parse_instant("2026-05-05 12:00"))
    shop.run("run", "--until-idle")
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 40 days")
    shop.run("apply", "--move-running")
    assert (
        shop.run("versions")
        .stdout.splitlines()[0]
        .endswith(": recipe win-back changed; those under way in win-back were moved.")
    )


def test_a_commit_whose_files_were_edited_since_is_told_as_that(shop: Shop) -> None:
    """The commit alone would lead whoever looks it up to other files than those that were applied."""

    def git(*words: str) -> None:
        who = ("-c", "user.name=Kim", "-c", "user.email=kim@shop.example", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *words], cwd=shop.folder, check=True, capture_output=True)

    git("init")
    git("add", "--all")
    git("commit", "--message", "begin")
    shop.run("apply")
    shop.replace("recipes/win-back.yaml", "wait: 30 days", "wait: 40 days")
    shop.run("apply")
    newest, oldest = shop.json("versions")["releases"]
    assert (oldest["edited"], newest["edited"]) == (False, True)
    assert newest["commit"] == oldest["commit"]
    told = shop.run("versions").stdout.splitlines()
    short = newest["commit"][:12]
    assert f", commit {short} and edits since, in force: " in told[0]
    assert f", commit {short}: " in told[1]
    shop.run("rollback", "1")
    assert shop.json("versions")["releases"][0]["edited"] is False


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
