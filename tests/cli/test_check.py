from __future__ import annotations

import json

import pytest

from tests.cli.shop import Shop

UNSUBSCRIBE = '<a href="{{ unsubscribe_url }}">Unsubscribe</a>'


def test_mistakes_are_shown_with_their_place(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "lapsed-buyers", "lapsed-buyer")
    result = shop.run("check", status=1)
    assert result.stdout == (
        'recipes/win-back.yaml:5:20: There is no segment called "lapsed-buyer".\n'
        "    5 |   segment_entered: lapsed-buyer\n"
        "      |                    ^^^^^^^^^^^^\n"
        '      Did you mean "lapsed-buyers" (segments/lapsed-buyers.yaml)?\n'
    )
    assert result.stderr == "1 error.\nMore about it: autoflow check --explain unknown-name\n"


def test_for_programs(shop: Shop) -> None:
    assert json.loads(shop.run("check", "--format", "json").stdout) == {"problems": []}
    shop.replace("recipes/win-back.yaml", "lapsed-buyers", "lapsed-buyer")
    result = shop.run("check", "--format", "json", status=1)
    assert json.loads(result.stdout) == {
        "problems": [
            {
                "file": "recipes/win-back.yaml",
                "line": 5,
                "column": 20,
                "severity": "error",
                "code": "unknown-name",
                "message": 'There is no segment called "lapsed-buyer".',
                "fix": 'Did you mean "lapsed-buyers" (segments/lapsed-buyers.yaml)?',
            }
        ]
    }
    assert result.stderr == ""


def test_for_github(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "lapsed-buyers", "lapsed-buyer")
    result = shop.run("check", "--format", "github", status=1)
    assert result.stdout.startswith(
        "::error file=recipes/win-back.yaml,line=5,col=20,title=unknown-name::There is no segment"
    )


def test_mistakes_in_recipe_tests_are_told_with_the_others(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "lapsed-buyers", "lapsed-buyer")
    shop.replace("tests/win-back.yaml", "[win-back], ended: fin", "[win-bak], ended: fin")
    result = shop.run("check", status=1)
    assert [line for line in result.stdout.splitlines() if line[0] != " "] == [
        'recipes/win-back.yaml:5:20: There is no segment called "lapsed-buyer".',
        'tests/win-back.yaml:12:44: There is no template called "win-bak".',
    ]
    assert "   12 |" in result.stdout
    assert result.stderr.startswith("2 errors.\n")


def test_a_mistake_in_a_recipe_test_alone_is_one_and_keeps_nothing_out_of_force(shop: Shop) -> None:
    shop.replace("tests/win-back.yaml", "cases:", "case:")
    found = json.loads(shop.run("check", "--format", "json", status=1).stdout)["problems"]
    assert [(each["file"], each["code"]) for each in found] == [
        ("tests/win-back.yaml", "missing-key"),
        ("tests/win-back.yaml", "unknown-key"),
    ]
    shop.run("apply")
    shop.run("run", "--until-idle")
    assert "::error file=tests/win-back.yaml" in shop.run("check", "--format", "github", status=1).stdout
    assert "tests/win-back.yaml" in shop.run("check", "--data", status=1).stdout


def test_a_test_of_what_cannot_be_read_has_no_mistake_for_that(shop: Shop) -> None:
    """Neither the steps of a recipe with a mistake are known, nor the names of an autoflow.yaml with one."""
    shop.replace("recipes/win-back.yaml", "send_email: win-back", "send_emial: win-back")
    shop.replace("autoflow.yaml", "total: money", "total: mony")
    found = json.loads(shop.run("check", "--format", "json", status=1).stdout)["problems"]
    assert {each["file"] for each in found} == {"autoflow.yaml", "recipes/win-back.yaml"}


def test_github_is_told_where_the_file_lies_in_the_repository(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a workspace in a folder of the repository GitHub would otherwise mark nothing."""
    shop.replace("recipes/win-back.yaml", "lapsed-buyers", "lapsed-buyer")
    monkeypatch.chdir(shop.folder.parent)
    told = shop.run("check", "--format", "github", status=1).stdout
    assert told.startswith("::error file=shop/recipes/win-back.yaml,line=5,")
    monkeypatch.chdir(shop.folder)
    told = shop.run("check", "--format", "github", status=1).stdout
    assert told.startswith("::error file=recipes/win-back.yaml,line=5,")


def test_warnings_count_when_asked(shop: Shop) -> None:
    shop.replace("templates/win-back.html", UNSUBSCRIBE, "")
    told = shop.run("check")
    assert "warning: " in told.stdout
    assert shop.run("check", "--strict", status=1).stdout == told.stdout


def test_a_code_is_explained(shop: Shop) -> None:
    told = shop.run("check", "--explain", "circle").stdout
    assert told.startswith(
        "circle: Segments use each other in a circle.\n\nWho is in the one would depend on"
    )
    assert "\n\nBroken, segments/calm.yaml:\n    segment: calm\n    conditions:\n" in told
    assert '\n\ncheck says:\n    segments/calm.yaml:3:25: A segment cannot use itself: "calm"' in told
    assert told.endswith(
        "Mended, segments/upset.yaml:\n    segment: upset\n    conditions:\n      - {has_tag: complained}\n"
    )


def test_a_code_is_explained_outside_of_a_workspace_and_for_programs(shop: Shop) -> None:
    (shop.folder / "autoflow.yaml").unlink()
    found = shop.run("check", "--explain", "yaml-tab", "--format", "json").stdout
    assert json.loads(found).keys() == {"code", "summary", "page", "text"}
    assert json.loads(found)["summary"] == "A tab stands where spaces belong."


def test_a_code_that_is_none(shop: Shop) -> None:
    result = shop.run("check", "--explain", "yaml-tabs", status=1)
    assert result.stderr == 'There is no code "yaml-tabs".\n  Did you mean "yaml-tab"?\n'
    assert "The codes are always-holds, " in shop.run("check", "--explain", "qqq", status=1).stderr


def test_several_codes_are_named(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "lapsed-buyers", "lapsed-buyer")
    shop.replace("templates/win-back.html", UNSUBSCRIBE, "")
    assert shop.run("check", status=1).stderr == (
        "1 error, 1 warning.\n"
        "More about each: autoflow check --explain CODE, with unknown-name and unsubscribe-missing.\n"
    )


def test_an_unsound_workspace_stops_the_other_commands_in_the_same_form(shop: Shop) -> None:
    shop.replace("recipes/win-back.yaml", "lapsed-buyers", "lapsed-buyer")
    problems = json.loads(shop.run("check", "--format", "json", status=1).stdout)
    assert shop.json("simulate", status=1) == problems
    assert shop.json("test", status=1) == problems
    for command in (["simulate"], ["apply"], ["run", "--until-idle"], ["test"]):
        result = shop.run(*command, status=1)
        assert result.stdout == ""
        assert result.stderr.startswith("recipes/win-back.yaml:5:20: ")
        assert result.stderr.endswith("The workspace has 1 mistake.\n")


def test_a_store_is_not_guessed_where_autoflow_yaml_is_broken(shop: Shop) -> None:
    shop.replace("autoflow.yaml", "timezone: Europe/London", "timezone: Europe/Lundon")
    for command in ("status", "segments"):
        assert shop.json(command, status=1)["problems"][0]["file"] == "autoflow.yaml"
    shop.run("track", "ana", "purchased", status=1)
    assert not (shop.folder / ".autoflow/store.db").exists()


def test_tracking_goes_on_while_a_recipe_is_half_saved(shop: Shop) -> None:
    shop.write("recipes/win-back.yaml", "recipe: win-back\ntrigger:")
    shop.run("track", "ana", "purchased", "total=3")
