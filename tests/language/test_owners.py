from __future__ import annotations

import pytest

from autoflow.language.owners import NotAllowedError, check_changes, read_owners
from autoflow.language.workspace import read_workspace

TEXT = """owners:
  growth@shop.example: ["recipes/win-*", segments/vip]
  crm@shop.example: ["segments/*"]
  ops@shop.example: ["*"]
"""


def test_who_may_change_which_file() -> None:
    owners, report = read_owners(TEXT)
    assert report.problems == []
    assert owners.of("recipes/win-back.yaml") == ("growth@shop.example", "ops@shop.example")
    assert owners.of("segments/vip.yaml") == ("growth@shop.example", "crm@shop.example", "ops@shop.example")
    assert owners.may("Growth@Shop.example", "recipes/win-back.yaml")
    assert not owners.may("growth@shop.example", "segments/lapsed.yaml")
    assert not owners.may("somebody@else.example", "autoflow.yaml")


def test_a_file_that_nobody_owns_is_anybodys() -> None:
    owners, _ = read_owners("owners:\n  crm@shop.example: [segments/vip]\n")
    assert owners.may("anybody", "recipes/win-back.yaml")
    assert not owners.may("anybody", "segments/vip.yaml")
    assert owners.may("anybody", "segments/vip-2.yaml")


@pytest.mark.parametrize("pattern", ["owners.yaml", "owners", "'*'", "own*"])
def test_somebody_owns_the_file_itself(pattern: str) -> None:
    owners, report = read_owners(
        f"owners:\n  crm@shop.example: [segments/vip]\n  ops@shop.example: [{pattern}]\n"
    )
    assert report.problems == []
    assert owners.of("owners.yaml") == ("ops@shop.example",)


def test_every_file_that_is_refused_is_told_with_whose_it_is() -> None:
    owners, _ = read_owners(TEXT)
    before = {"segments/vip.yaml": "a", "recipes/win-back.yaml": "a", "recipes/hello.yaml": "a"}
    after = {"segments/vip.yaml": "b", "recipes/win-back.yaml": "b", "templates/new.html": "b"}
    with pytest.raises(NotAllowedError) as raised:
        check_changes(before, after, owners, "growth@shop.example")
    assert raised.value.message == (
        "growth@shop.example may not change these files: recipes/hello.yaml is for ops@shop.example;"
        " templates/new.html is for ops@shop.example."
    )
    check_changes(before, after, owners, "ops@shop.example")
    check_changes(before, before, owners, "nobody@shop.example")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("owners: [a]\n", '"owners" is written as people, each with files.'),
        ("owner: {a: b}\n", "owner"),
        ("owners: {ana: [/etc/*]}\n", '"/etc/*" fits no file of a workspace.'),
        ("owners: {ana: [[x]]}\n", "A pattern of files takes one value, not a list."),
        ("owners: {ana: [recipes/*]}\n", "owners.yaml itself is nobody's, so anybody could let himself in."),
    ],
)
def test_mistakes_stand_at_their_place(text: str, said: str) -> None:
    read = read_workspace({"autoflow.yaml": "name: Shop\n", "owners.yaml": text}, {})
    found = [each for each in read.problems if each.file == "owners.yaml"]
    assert found
    assert said in found[0].message
    assert not read.sound
