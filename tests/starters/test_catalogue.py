from __future__ import annotations

import re
from importlib.resources import files

import pytest

from autoflow.language.names import SETTINGS_FILE
from autoflow.language.workspace import read_workspace
from autoflow.model.problems import AutoflowError
from autoflow.starters.catalogue import Yours, starter, starters, whole_words
from tests.starters.workspaces import ROOT, fresh, with_starters

NAMES = [
    "abandoned-cart",
    "birthday-present",
    "browse-abandonment",
    "lead-handover",
    "loyalty-levels",
    "price-drop",
    "re-permission",
    "replenishment",
    "review-request",
    "sales-sequence",
    "struggling-buyers",
    "vip-audience",
    "vip-care",
    "webinar-reminders",
    "welcome-series",
    "win-back-test",
]


def test_the_starters_that_there_are() -> None:
    assert list(starters()) == NAMES


def test_the_package_holds_their_files() -> None:
    library = files("autoflow.starters") / "library"
    assert sorted(each.name for each in library.iterdir()) == sorted([*NAMES, "shared"])
    assert (library / "shared" / "templates" / "_starter.html").is_file()


def test_the_wheel_takes_everything_below_the_package() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "[tool.hatch.build.targets.wheel]\n" in text
    assert 'packages = ["autoflow"]\n' in text
    assert "exclude" not in text.partition("[tool.hatch.build]")[2].partition("# ---")[0]


def test_one_of_them() -> None:
    found = starter("abandoned-cart")
    assert found.title == "Abandoned cart"
    assert found.about.startswith("A reminder three hours after the last change of a cart")
    assert found.description == (
        "A reminder of each cart that was left, three hours after the last change, and one more the day after."
    )
    assert found.declared == {
        "events": {
            "cart_updated": {"cart_id": "text", "total": "money", "items": "number"},
            "cart_emptied": {"cart_id": "text"},
            "purchased": {"order_id": "text", "cart_id": "text", "total": "money"},
        }
    }
    assert list(found.files) == [
        "recipes/abandoned-cart.yaml",
        "templates/_starter.html",
        "templates/cart-last-call.html",
        "templates/cart-reminder.html",
        "tests/abandoned-cart.yaml",
    ]
    assert found.shared == {"templates/_starter.html"}
    assert found.names("templates") == ["cart-last-call", "cart-reminder"]
    assert found.yours()[1:] == [
        Yours("templates/cart-last-call.html", 12, "where a cart is opened again"),
        Yours("templates/cart-reminder.html", 16, "where a cart is opened again"),
    ]


def test_who_names_a_shared_file_brings_it_along() -> None:
    sharing = {name for name, each in starters().items() if "segments/vip-buyers.yaml" in each.shared}
    assert sharing == {"vip-audience", "vip-care"}
    assert starter("lead-handover").shared == frozenset()


@pytest.mark.parametrize("name", NAMES)
def test_what_every_starter_has(name: str) -> None:
    found = starter(name)
    workspace = read_workspace(with_starters(fresh(), [found]), {})
    recipes = [workspace.recipes[each] for each in found.names("recipes")]
    assert {each.status for each in recipes} == {"draft"}
    assert all(each.description for each in recipes)
    assert all(
        each.description and each.kind
        for each in map(workspace.segments.get, found.names("segments"))
        if each
    )
    tests = {
        each.removeprefix("tests/").removesuffix(".yaml") for each in found.files if each.startswith("tests/")
    }
    assert tests == set(found.names("recipes"))
    assert found.title
    assert len(found.about) > 80
    assert SETTINGS_FILE not in found.files


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_it_is_of_one_machine_or_one_shop(name: str) -> None:
    told = "\n".join([starter(name).about, starter(name).declares, *starter(name).files.values()])
    addresses = set(re.findall(r"https?://([^/\s\"'{]+)", told)) | set(re.findall(r"@([\w.-]+\.\w+)", told))
    assert addresses <= {"shop.example", "example.com", "cafe.example", "www.w3.org"}


@pytest.mark.parametrize("name", NAMES)
def test_every_address_that_a_mail_leads_to_is_marked_as_to_be_changed(name: str) -> None:
    marked = {each.file for each in starter(name).yours()}
    leading = {
        path
        for path, text in starter(name).files.items()
        if path.startswith("templates/") and "shop.example/" in text
    }
    unmarked = {
        # the address of the shop's own front page
        path
        for path in leading - marked
        if re.findall(r'https://shop\.example/([^"]*)"', starter(name).files[path]) != [""]
    }
    assert unmarked == set()


def test_a_name_that_is_none() -> None:
    with pytest.raises(AutoflowError) as caught:
        starter("abandoned-carts")
    assert str(caught.value) == (
        'There is no starter recipe called "abandoned-carts". Did you mean "abandoned-cart"?'
    )
    with pytest.raises(AutoflowError, match="`autoflow recipes` lists them"):
        starter("nothing-like-it-at-all")


def test_whole_words() -> None:
    found = whole_words(["vip", "vip-hello"]).findall(
        "vip vips vip-hello VIP my-vip (vip) vip_1 vip-hellos send:vip"
    )
    assert found == ["vip", "vip-hello", "vip", "vip"]


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_that_reads_what_autoflow_works_out_can_be_looked_at_before_that_is_applied(name: str) -> None:
    found = starter(name)
    computed = [each for each, how in found.declared.get("attributes", {}).items() if isinstance(how, dict)]
    for path, text in found.files.items():
        for attribute in computed if path.startswith("templates/") else ():
            assert len(re.findall(rf"contact\.{attribute}\b", text)) == len(
                re.findall(rf"contact\.{attribute} \| default\(", text)
            ), path
