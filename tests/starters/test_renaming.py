from __future__ import annotations

import pytest

from autoflow.language.modelines import without_modeline
from autoflow.model.problems import AutoflowError
from autoflow.starters.catalogue import starter, starters, whole_words
from autoflow.starters.renaming import renamed


def test_what_is_its_own_is_called_by_the_new_name() -> None:
    found = renamed(starter("win-back-test"), "comeback")
    assert list(found.files) == [
        "recipes/comeback.yaml",
        "segments/comeback-lost-regulars.yaml",
        "templates/_starter.html",
        "templates/comeback-news.html",
        "templates/comeback-offer.html",
        "tests/comeback.yaml",
    ]
    assert found.name == "comeback"
    recipe = found.files["recipes/comeback.yaml"]
    assert without_modeline(recipe).startswith("recipe: comeback\n")
    assert "trigger: {segment_entered: comeback-lost-regulars}\n" in recipe
    assert "actions: [{send_email: comeback-offer}]\n" in recipe
    assert "\nsegment: comeback-lost-regulars\n" in found.files["segments/comeback-lost-regulars.yaml"]
    assert "\ntests: comeback\n" in found.files["tests/comeback.yaml"]
    assert found.description == starter("win-back-test").description


def test_scores_and_audiences_are_its_own_and_attributes_and_events_are_the_shops() -> None:
    leads = renamed(starter("lead-handover"), "partners")
    assert list(leads.declared["scores"]) == ["partners-buying-interest"]
    assert leads.declared["stages"] == ["prospect", "sales lead", "customer"]
    assert "also: [partners-lead-customer]\n" in leads.files["tests/partners.yaml"]
    assert "score: partners-buying-interest," in leads.files["segments/partners-warm-leads.yaml"]
    refill = renamed(starter("replenishment"), "refills")
    assert refill.declared == starter("replenishment").declared
    vips = renamed(starter("vip-audience"), "best-people").files["recipes/best-people.yaml"]
    assert "add_to_audience: best-people\n" in vips


def test_what_several_starters_share_keeps_its_name() -> None:
    found = renamed(starter("vip-care"), "care")
    assert "segments/vip-buyers.yaml" in found.files
    assert "{in_segment: vip-buyers}" in found.files["recipes/care.yaml"]
    assert found.files["templates/_starter.html"] == starter("vip-care").files["templates/_starter.html"]


@pytest.mark.parametrize("name", list(starters()))
def test_nothing_of_the_old_names_is_left(name: str) -> None:
    old = starter(name)
    own = {path.rpartition("/")[2].partition(".")[0] for path in old.files if path not in old.shared}
    found = renamed(old, "another")
    told = "\n".join(
        [found.declares, *(text for path, text in found.files.items() if path not in old.shared)]
    )
    assert whole_words(own).findall(told) == []
    assert {path for path in found.files if path not in found.shared}.isdisjoint(old.files)
    assert whole_words({"another"}).sub(name, found.recipe).count("\n") == old.recipe.count("\n")


def test_a_name_that_is_none() -> None:
    with pytest.raises(AutoflowError) as caught:
        renamed(starter("vip-care"), "VIP Care!")
    assert str(caught.value) == (
        '"VIP Care!" cannot be the name of a recipe: small letters, digits, - and _. For example --as vip-care.'
    )
