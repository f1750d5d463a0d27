from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.shop import DAY, Shop

OWNERS = "owners:\n  ana@shop.example: ['*']\n  ben@shop.example: [recipes/win-back]\n"


def test_only_owners_put_changes_of_their_files_in_force(shop: Shop) -> None:
    shop.write("owners.yaml", OWNERS)
    shop.environment["AUTOFLOW_USER"] = "ana@shop.example"
    shop.run("apply")
    shop.environment["AUTOFLOW_USER"] = "ben@shop.example"
    shop.replace("recipes/win-back.yaml", "30 days", "40 days")
    shop.run("apply")
    shop.replace("segments/lapsed-buyers.yaml", "90 days", "60 days")
    refused = shop.run("apply", status=1).stderr
    assert refused.startswith(
        "ben@shop.example may not change this file: segments/lapsed-buyers.yaml is for ana@shop.example.\n"
    )
    shop.write("owners.yaml", OWNERS.replace("[recipes/win-back]", "['*']"))  # nobody lets himself in
    assert "owners.yaml is for ana@shop.example" in shop.run("apply", status=1).stderr
    assert [each["by"] for each in shop.json("versions")["releases"]] == [
        "ben@shop.example",
        "ana@shop.example",
    ]


def test_the_first_apply_is_anybodys_and_owners_that_come_later_count_at_once(shop: Shop) -> None:
    shop.environment["AUTOFLOW_USER"] = "cy@shop.example"
    shop.run("apply")
    shop.write("owners.yaml", OWNERS)
    assert "owners.yaml is for ana@shop.example" in shop.run("apply", status=1).stderr


def test_a_start_goes_on_with_what_is_in_force_where_somebody_may_not_change_it(shop: Shop) -> None:
    shop.write("owners.yaml", OWNERS)
    shop.run("apply")
    shop.environment["AUTOFLOW_USER"] = "cy@shop.example"
    shop.replace("recipes/win-back.yaml", "30 days", "40 days")
    told = shop.run("run", "--until-idle").stdout
    assert told.startswith(
        "cy@shop.example may not change this file: recipes/win-back.yaml is for ana@shop.example,"
    )
    assert len(shop.json("versions")["releases"]) == 1


def test_stopping_and_going_back_are_changes_too(shop: Shop) -> None:
    shop.write("owners.yaml", OWNERS)
    shop.environment["AUTOFLOW_USER"] = "ana@shop.example"
    shop.run("apply")
    shop.replace("segments/lapsed-buyers.yaml", "90 days", "60 days")
    shop.run("apply")
    shop.environment["AUTOFLOW_USER"] = "ben@shop.example"
    assert "may not change" in shop.run("rollback", status=1).stderr
    shop.run("pause", "win-back")
    shop.environment["AUTOFLOW_USER"] = "cy@shop.example"
    assert shop.run("resume", "win-back", status=1).stderr.startswith(
        "cy@shop.example may not change this file"
    )


@pytest.fixture
def owned(shop: Shop) -> Shop:
    """Two releases by ana, to whom everything belongs but one recipe, which is ben's as well; cy is at the machine."""
    shop.write("owners.yaml", OWNERS)
    as_(shop, "ana")
    shop.run("apply")
    shop.replace("segments/lapsed-buyers.yaml", "90 days", "80 days")
    shop.run("apply")
    as_(shop, "cy")
    return shop


def as_(shop: Shop, name: str) -> None:
    shop.environment["AUTOFLOW_USER"] = f"{name}@shop.example"


def refused(shop: Shop) -> list[tuple[str, str, dict[str, list[str]]]]:
    """Of each refusal whose, of what, and of which files, the newest first."""
    return [
        (each["by"].partition("@")[0], each["what"], {file["path"]: file["owners"] for file in each["files"]})
        for each in shop.json("versions", "--refused")["refused"]
    ]


ANA = ["ana@shop.example"]
BOTH = ["ana@shop.example", "ben@shop.example"]
RECIPE, SEGMENT = "recipes/win-back.yaml", "segments/lapsed-buyers.yaml"


def _edit(shop: Shop) -> None:
    shop.replace(SEGMENT, "80 days", "60 days")


def _edit_and_plan(shop: Shop) -> None:
    shop.run("track", "ana", "purchased", "total=1")
    _edit(shop)
    shop.run("plan", "--weeks", "0", "--out", shop.folder / "the.plan")


def _edit_and_pause(shop: Shop) -> None:
    as_(shop, "ben")
    shop.run("pause", "win-back")
    as_(shop, "cy")


@pytest.mark.parametrize(
    ("before", "words", "what", "files"),
    [
        (_edit, ["apply"], "apply", {SEGMENT: ANA}),
        (_edit_and_plan, ["apply", "the.plan"], "apply", {SEGMENT: ANA}),
        (lambda _: None, ["rollback"], "rollback", {SEGMENT: ANA}),
        (lambda _: None, ["pause", "win-back"], "pause", {RECIPE: BOTH}),
        (lambda _: None, ["drain", "win-back"], "drain", {RECIPE: BOTH}),
        (_edit_and_pause, ["resume", "win-back"], "resume", {RECIPE: BOTH}),
    ],
)
def test_whatever_is_refused_is_kept(
    owned: Shop, before: Callable[[Shop], Any], words: list[str], what: str, files: dict[str, list[str]]
) -> None:
    before(owned)
    assert refused(owned) == []
    paths = [str(owned.folder / word) if word.endswith(".plan") else word for word in words]
    owned.run(*paths, status=1)
    owned.run(*paths, status=1)
    assert refused(owned) == [("cy", what, files)] * 2


def test_people_in_a_recipe_are_moved_and_let_in_by_its_owners_alone(owned: Shop) -> None:
    """Also where somebody else changes no file of it."""
    owned.replace(RECIPE, "30 days", "40 days")
    as_(owned, "ben")
    owned.run("apply")
    as_(owned, "cy")
    for words in (["--move-running"], ["--move-running", "win-back"], ["--include-existing", "win-back"]):
        told = owned.run("apply", *words, status=1).stderr
        assert told.startswith(
            f"cy@shop.example may not change this file: {RECIPE} is for ana@shop.example, ben"
        )
    assert refused(owned) == [("cy", "apply", {RECIPE: BOTH})] * 3
    as_(owned, "ben")
    owned.run("apply", "--move-running", "win-back", "--include-existing", "win-back")


def _delete(shop: Shop) -> None:
    (shop.folder / RECIPE).unlink()


def _rename(shop: Shop) -> None:
    text = (shop.folder / RECIPE).read_text().replace("recipe: win-back", "recipe: mine")
    shop.write("recipes/mine.yaml", text)
    _delete(shop)


def _twin(shop: Shop) -> None:
    shop.write("templates/win-back.txt", "{{ unsubscribe_url }}")


def _settings(shop: Shop) -> None:
    shop.replace("autoflow.yaml", "Europe/London", "Europe/Paris")


def _take_owners_away(shop: Shop) -> None:
    (shop.folder / "owners.yaml").unlink()


@pytest.mark.parametrize("edit", [_delete, _rename, _twin, _settings, _take_owners_away, _edit])
@pytest.mark.parametrize("words", [["apply"], ["run", "--until-idle"]])
def test_no_door_leads_around_the_owners(owned: Shop, edit: Callable[[Shop], Any], words: list[str]) -> None:
    edit(owned)
    assert "cy@shop.example may not change" in owned.run(*words, status=words == ["apply"]).output
    assert len(owned.json("versions")["releases"]) == 2


def test_what_is_allowed_or_fails_otherwise_is_no_refusal(owned: Shop) -> None:
    as_(owned, "ana")
    _edit(owned)
    owned.run("apply")
    owned.replace(SEGMENT, "60 days", "60 dyas")
    as_(owned, "cy")
    owned.run("apply", status=1)
    assert owned.run("versions", "--refused").stdout == "Nothing was ever refused.\n"


def test_a_start_that_is_refused_again_and_again_is_kept_once(owned: Shop) -> None:
    _edit(owned)
    for _ in range(3):
        owned.run("run", "--until-idle")
        owned.clock.jump(owned.clock.now() + DAY)
    assert refused(owned) == [("cy", "run", {SEGMENT: ANA})]
    as_(owned, "ben")
    owned.run("run", "--until-idle")
    owned.run("apply", status=1)
    owned.run("run", "--until-idle")
    kinds = [each[:2] for each in refused(owned)]
    assert kinds == [("ben", "run"), ("ben", "apply"), ("ben", "run"), ("cy", "run")]


def test_refusals_for_people(owned: Shop) -> None:
    assert "refused" not in owned.run("versions").stdout
    _edit(owned)
    owned.replace(RECIPE, "30 days", "40 days")
    owned.run("apply", status=1)
    assert owned.run("versions", "--refused").stdout == (
        "2026-03-10 12:00, by cy@shop.example, `autoflow apply`: recipes/win-back.yaml is for ana@shop.example, "
        "ben@shop.example; segments/lapsed-buyers.yaml is for ana@shop.example.\n"
    )
    told = owned.run("versions").stdout
    assert told.endswith("\n1 change was refused: `autoflow versions --refused` tells whom.\n")
    asked = owned.run("versions", "win-back", "--refused", status=1).stderr
    assert asked == "--refused tells of all files.\n  Leave the recipe out.\n"


def test_refusals_for_programs(owned: Shop) -> None:
    _edit(owned)
    owned.run("apply", status=1)
    assert owned.json("versions", "--refused") == {
        "refused": [
            {
                "release": 2,
                "at": "2026-03-10T12:00:00Z",
                "by": "cy@shop.example",
                "commit": None,
                "edited": False,
                "what": "apply",
                "files": [{"path": SEGMENT, "owners": ANA}],
            }
        ]
    }


def test_without_a_store_there_is_nothing_to_be_refused(shop: Shop) -> None:
    shop.write("owners.yaml", OWNERS)
    as_(shop, "cy")
    assert "There is no store" in shop.run("pause", "win-back", status=1).stderr
    assert "There is no store" in shop.run("versions", "--refused", status=1).stderr
    shop.run("apply")
    assert refused(shop) == []
