from __future__ import annotations

from tests.cli.shop import Shop

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
