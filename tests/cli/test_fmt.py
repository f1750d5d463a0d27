from __future__ import annotations

from tests.cli.shop import Shop

PATH = "segments/lapsed-buyers.yaml"


def test_a_new_workspace_is_in_shape(shop: Shop) -> None:
    assert shop.run("fmt", "--check").stdout == "4 files in shape.\n"


def test_files_are_put_in_shape(shop: Shop) -> None:
    before = (shop.folder / PATH).read_text(encoding="utf-8")
    shop.replace(PATH, "  - {", "-   { ")
    assert shop.run("fmt", "--check", status=1).stdout == (
        f"{PATH} is in another shape.\n1 file to be put in shape, 3 in shape before.\n"
    )
    assert (shop.folder / PATH).read_text(encoding="utf-8") != before
    shown = shop.run("fmt", "--diff").stdout
    assert "-conditions:" not in shown
    assert "+  - {did: purchased, at_least: 2 times}\n" in shown
    assert shop.run("fmt", PATH).stdout == f"{PATH}\n1 file put in shape, 0 in shape before.\n"
    assert (shop.folder / PATH).read_text(encoding="utf-8") == before
    assert sorted(each.name for each in (shop.folder / "segments").iterdir()) == ["lapsed-buyers.yaml"]


def test_a_file_with_mistakes_is_left_alone_and_named(shop: Shop) -> None:
    shop.replace(PATH, "  - {did: purchased", "-   {did:   purchsed")
    before = (shop.folder / PATH).read_text(encoding="utf-8")
    result = shop.run("fmt", status=1)
    assert result.stderr.startswith(f"{PATH} is left alone: it has mistakes, ")
    assert (shop.folder / PATH).read_text(encoding="utf-8") == before


def test_what_is_no_file_of_the_workspace_is_said(shop: Shop) -> None:
    result = shop.run("fmt", "templates", status=1)
    assert result.stderr.startswith("There is no YAML file of this workspace at templates.")
