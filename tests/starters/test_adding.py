from __future__ import annotations

import pytest

from autoflow.lab.testing.reader import read_tests
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.workspace import read_workspace
from autoflow.model.problems import AutoflowError
from autoflow.starters.adding import addition
from autoflow.starters.catalogue import starter, starters
from autoflow.starters.renaming import renamed
from tests.starters.workspaces import fresh, with_starters


def test_what_is_written_and_in_which_order() -> None:
    found = addition(starter("lead-handover"), fresh(), {})
    assert list(found.files) == [
        "autoflow.yaml",
        "segments/warm-leads.yaml",
        "recipes/lead-customer.yaml",
        "recipes/lead-handover.yaml",
        "tests/lead-customer.yaml",
        "tests/lead-handover.yaml",
    ]
    assert [need.said() for need in found.declared.added] == [
        "the event pricing_downloaded",
        "the event webinar_attended",
        "the event trial_started",
        "the event demo_requested",
        "the event plan_bought",
        "the score buying-interest",
        "the stage prospect",
        "the stage sales lead",
        "the stage customer",
    ]


@pytest.mark.parametrize("name", starters())
def test_wherever_somebody_is_killed_on_the_way_there_is_no_mistake(name: str) -> None:
    written = fresh()
    for path, text in addition(starter(name), written, {}).files.items():
        written[path] = text
        workspace = read_workspace(written, {})
        tests = {each: found for each, found in written.items() if each.startswith("tests/")}
        problems = [*workspace.problems, *read_tests(tests, workspace)[1]]
        assert [each for each in problems if each.severity == "error"] == [], path


def test_added_twice_there_is_nothing_to_write() -> None:
    once = with_starters(fresh(), [starter("vip-care")])
    assert addition(starter("vip-care"), once, {}).files == {}


def test_files_with_other_line_endings_are_the_same() -> None:
    once = with_starters(fresh(), [starter("vip-care")])
    windows = {path: text.replace("\n", "\r\n") for path, text in once.items()}
    assert addition(starter("vip-care"), windows, {}).files == {}


def test_what_is_missing_alone_is_written_again() -> None:
    once = with_starters(fresh(), [starter("vip-care")])
    del once["templates/vip-care-hello.html"]
    assert list(addition(starter("vip-care"), once, {}).files) == ["templates/vip-care-hello.html"]


def test_a_file_in_the_way_is_never_overwritten_unasked() -> None:
    mine = {**fresh(), "templates/cart-reminder.html": "mine", "recipes/abandoned-cart.yaml": "mine"}
    with pytest.raises(AutoflowError) as caught:
        addition(starter("abandoned-cart"), mine, {})
    assert caught.value.message == (
        "recipes/abandoned-cart.yaml and templates/cart-reminder.html stand in the workspace already "
        "and read otherwise, by your own hand or because somebody has changed what was copied before. "
        "Nothing was copied."
    )
    assert caught.value.fix == (
        "Copy it under another name with --as, for example --as my-abandoned-cart, "
        "or overwrite what stands there with --force."
    )
    forced = addition(starter("abandoned-cart"), mine, {}, force=True)
    assert forced.replaced == ("recipes/abandoned-cart.yaml", "templates/cart-reminder.html")
    assert (
        forced.files["templates/cart-reminder.html"]
        == starter("abandoned-cart").files["templates/cart-reminder.html"]
    )


def test_the_way_out_leads_out() -> None:
    mine = with_starters(fresh(), [starter("abandoned-cart")])
    mine["recipes/abandoned-cart.yaml"] = mine["recipes/abandoned-cart.yaml"].replace("3 hours", "4 hours")
    found = addition(renamed(starter("abandoned-cart"), "my-abandoned-cart"), mine, {})
    assert set(found.files).isdisjoint(mine)
    assert found.replaced == ()


def test_shared_files_stay_as_the_shop_has_made_them_even_when_forced() -> None:
    mine = with_starters(fresh(), [starter("vip-care")])
    mine["templates/_starter.html"] = mine["templates/_starter.html"].replace("#14606b", "#ff0000")
    mine["segments/vip-buyers.yaml"] = mine["segments/vip-buyers.yaml"].replace(
        "at_least: 500", "at_least: 900"
    )
    for force in (False, True):
        found = addition(starter("vip-audience"), mine, {}, force=force)
        assert found.left == ("segments/vip-buyers.yaml", "templates/_starter.html")
        assert not {"segments/vip-buyers.yaml", "templates/_starter.html"} & set(found.files)


def test_mistakes_that_it_would_bring_are_told_and_nothing_is_written() -> None:
    mine = fresh()
    mine[SETTINGS_FILE] = mine[SETTINGS_FILE].partition("\nsending:")[0] + "\n"
    mine = {path: text for path, text in mine.items() if path == SETTINGS_FILE}
    with pytest.raises(AutoflowError) as caught:
        addition(starter("welcome-series"), mine, {})
    assert caught.value.message == (
        "With it the workspace would have mistakes that it does not have now. Nothing was copied."
    )
    assert "consent" in caught.value.fix


def test_mistakes_that_are_there_already_are_no_hindrance() -> None:
    mine = {**fresh(), "recipes/half-written.yaml": "recipe: half-written\ntrigger: {event: purchas\n"}
    assert "recipes/birthday-present.yaml" in addition(starter("birthday-present"), mine, {}).files


def test_what_autoflow_yaml_says_otherwise_is_in_the_way_too_and_may_be_kept() -> None:
    mine = fresh()
    mine[SETTINGS_FILE] += (
        "\nattributes: {spent_in_a_year: {sum_of: purchased.total, within_last: 365 days}}\n"
    )
    with pytest.raises(AutoflowError, match="the attribute spent_in_a_year is"):
        addition(starter("loyalty-levels"), mine, {})
    found = addition(starter("loyalty-levels"), mine, {}, force=True)
    assert [need.said() for need in found.declared.kept] == ["the attribute spent_in_a_year"]
    assert SETTINGS_FILE not in found.files
