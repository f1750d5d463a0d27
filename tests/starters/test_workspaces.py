"""After `add`, a workspace has no mistakes and its tests pass: each starter, each two, all of them."""

from __future__ import annotations

from itertools import combinations

import pytest

from autoflow.language.formatting.layout import in_shape
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.source import Report, Source
from autoflow.language.yaml.nodes import plain_data, read_yaml
from autoflow.starters.catalogue import starter, starters
from autoflow.starters.renaming import renamed
from tests.starters.workspaces import Files, fresh, shipped, with_starters, wrong

NAMES = tuple(starters())
BASES = {"fresh": fresh(), "shipped": shipped()}
SETTINGS = {
    f"{zone}, {consent}": (zone, consent)
    for zone, consent in [
        ("America/Los_Angeles", "required"),
        ("Asia/Kolkata", "customers"),
        ("Pacific/Auckland", "not_refused"),
        ("Europe/London", "required"),
    ]
}


@pytest.fixture(params=BASES)
def base(request: pytest.FixtureRequest) -> Files:
    return BASES[request.param]


@pytest.mark.parametrize("name", NAMES)
def test_each_alone(name: str, base: Files) -> None:
    assert wrong(with_starters(base, [starter(name)])) == ""


@pytest.mark.parametrize("name", NAMES)
def test_each_is_in_the_shape_of_fmt(name: str) -> None:
    """So that `fmt --check` in somebody's CI does not stop at what `add` has copied."""
    files = {path: text for path, text in starter(name).files.items() if path.endswith(".yaml")}
    assert {path: in_shape(path, text) for path, text in files.items()} == files


@pytest.mark.parametrize("name", NAMES)
def test_each_under_another_name_beside_itself(name: str, base: Files) -> None:
    both = [starter(name), renamed(starter(name), "comeback")]
    assert wrong(with_starters(base, both)) == ""


@pytest.mark.parametrize("pair", list(combinations(NAMES, 2)), ids=" and ".join)
def test_each_two_in_either_order(pair: tuple[str, str]) -> None:
    one, other = (
        with_starters(fresh(), [starter(name) for name in names]) for names in (pair, tuple(reversed(pair)))
    )
    assert meaning(one) == meaning(other)
    assert wrong(one) == ""


def test_all_together(base: Files) -> None:
    assert wrong(with_starters(base, starters().values())) == ""
    assert wrong(with_starters(base, reversed(list(starters().values())))) == ""


@pytest.mark.parametrize("settings", SETTINGS)
def test_in_shops_elsewhere_with_other_rules(settings: str) -> None:
    zone, consent = SETTINGS[settings]
    base = fresh()
    text = (
        base[SETTINGS_FILE]
        .replace("Europe/London", zone)
        .replace("consent: customers", f"consent: {consent}")
    )
    rules = '  quiet_hours: {from: "21:00", to: "08:00"}\n  at_most: {emails: 4, per: 7 days}\n'
    elsewhere = with_starters({**base, SETTINGS_FILE: text + rules}, starters().values())
    recipes = [name for each in starters().values() for name in each.names("recipes")]
    assert wrong(elsewhere, recipes) == ""


def test_a_test_that_fails_would_be_seen() -> None:
    added = with_starters(fresh(), [starter("birthday-present")])
    late = added["recipes/birthday-present.yaml"].replace('"09:00"', '"09:01"')
    assert "at nine where the contact lives" in wrong({**added, "recipes/birthday-present.yaml": late})


def meaning(files: Files) -> object:
    """The files with autoflow.yaml as what it says, in whichever order."""
    root = read_yaml(Report(Source(SETTINGS_FILE, files[SETTINGS_FILE])))
    assert root is not None
    said = plain_data(root)
    said["stages"] = sorted(said.get("stages", []))
    return {**files, SETTINGS_FILE: said}
