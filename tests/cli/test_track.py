from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.shop import Shop, ana

UNAPPLIED = (
    "No files are in force yet, so this counts and starts nothing: `autoflow apply` puts them in force.\n"
)


def last(shop: Shop, who: str) -> dict[str, object]:
    return dict(shop.json("contact", "show", who)["timeline"][-1])


def test_values_are_read_by_their_declared_types(shop: Shop) -> None:
    result = shop.run("track", "ana", "purchased", "order_id=007", "total=24.50", "items=2")
    assert result.stdout == "Recorded: ana purchased.\n"
    assert result.stderr == "ana was not known before and is a contact now.\n" + UNAPPLIED
    assert last(shop, "ana")["detail"] == {"order_id": "007", "total": 24.5, "items": 2}


def test_what_comes_before_the_first_release_is_told_to_start_nothing(shop: Shop) -> None:
    shop.write(
        "recipes/hello.yaml", "recipe: hello\ntrigger: {event: purchased}\nactions: [{add_tag: new}]\n"
    )
    assert shop.run("track", "ana", "purchased").stderr.endswith(UNAPPLIED)
    shop.run("run", "--until-idle")
    assert shop.json("contact", "show", "ana")["runs"] == []
    shop.run("apply")
    assert shop.run("track", "ana", "purchased").stderr == ""
    shop.run("run", "--until-idle")
    assert len(shop.json("contact", "show", "ana")["runs"]) == 1


@pytest.mark.parametrize("who", ["ana", "ana@example.com", "ANA@example.com"])
def test_who_is_found_by_id_or_address(shop: Shop, bring: Callable[..., object], who: str) -> None:
    bring(*ana())
    shop.run("run", "--until-idle")
    assert shop.run("track", who, "purchased", "total=1").stderr == ""
    assert last(shop, "ana")["kind"] == "purchased"
    assert shop.json("status")["contacts"] == 1


def test_an_address_of_nobody_makes_no_contact(shop: Shop, bring: Callable[..., object]) -> None:
    bring(*ana())
    shop.run("run", "--until-idle")
    result = shop.run("track", "anna@example.com", "purchased", status=1)
    assert 'Did you mean "ana@example.com"?' in result.stderr
    assert shop.json("status")["contacts"] == 1


def test_identify_sets_attributes_and_an_empty_one_unsets(shop: Shop) -> None:
    shop.run("track", "ana", "identify", "first_name=Ana", "country=Japan")
    shop.run("track", "ana", "identify", "country=")
    shop.run("run", "--until-idle")
    assert shop.json("contact", "show", "ana")["attributes"] == {"first_name": "Ana"}
    assert shop.json("status")["events"] == 0


def test_what_is_not_declared_is_kept_with_a_word(shop: Shop) -> None:
    result = shop.run("track", "ana", "purchsed", "totl=3")
    assert (
        'autoflow.yaml declares no event "purchsed"; it is kept all the same. Did you mean "purchased"?'
        in result.stderr
    )
    assert 'declares no "totl" for purchased' in shop.run("track", "ana", "purchased", "totl=3").stderr
    assert shop.json("status")["undeclared"] == {"purchsed": 1}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["ana", "purchased", "total"], '"total" is not KEY=VALUE.\n  For example total=24.50.\n'),
        (["ana", "purchased", "=3"], '"=3" is not KEY=VALUE.'),
        (["ana", "purchased", "total=much"], 'total: "much" is not a number.\n'),
        (["ana", "$apply"], '"$apply" cannot be an event.'),
        (["  ", "purchased"], "A user id is one line of at most 255 characters."),
        (["a\nb", "purchased"], "A user id is one line of at most 255 characters."),
    ],
)
def test_mistakes(shop: Shop, args: list[str], said: str) -> None:
    result = shop.run("track", *args, status=1)
    assert result.stderr.startswith(said)
    assert result.stdout == ""
