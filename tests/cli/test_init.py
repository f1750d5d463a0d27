from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from autoflow.cli.group import cli
from tests.cli.shop import Shop

FILES = [
    ".autoflow/mapping.schema.json",
    ".autoflow/owners.schema.json",
    ".autoflow/recipe.schema.json",
    ".autoflow/segment.schema.json",
    ".autoflow/settings.schema.json",
    ".autoflow/tests.schema.json",
    ".gitignore",
    "autoflow.yaml",
    "recipes/win-back.yaml",
    "segments/lapsed-buyers.yaml",
    "templates/win-back.html",
    "tests/win-back.yaml",
]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_new_workspace_is_sound_and_tested(shop: Shop) -> None:
    assert files(shop.folder) == FILES
    assert shop.run("check", "--strict").stdout == "No mistakes: 1 recipe, 1 segment, 1 template.\n"
    assert shop.run("test").stdout.endswith("2 passed\n")
    assert shop.json("test")["unwalked"] == []


def test_every_file_is_told_with_what_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "my-shop"
    told = CliRunner().invoke(cli, ["init", str(folder)]).stdout.splitlines()
    named = [
        line.split()[0].rstrip(",") for line in told if line.startswith("  ") and "autoflow -C" not in line
    ]
    assert [each for each in FILES if not each.startswith(".")] == sorted(
        each for each in named if not each.startswith(".")
    )
    assert "  recipes/win-back.yaml         a recipe: who is written to, and when" in told
    assert f"  autoflow -C {folder} recipes           lists starter recipes to add" in told


def test_nothing_is_overwritten(shop: Shop) -> None:
    (shop.folder / "autoflow.yaml").unlink()
    shop.write("recipes/win-back.yaml", "mine")
    result = CliRunner().invoke(cli, ["init", str(shop.folder)])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{shop.folder} holds .gitignore, recipes/win-back.yaml, ")
    assert "autoflow.yaml" not in files(shop.folder)
    assert (shop.folder / "recipes/win-back.yaml").read_text() == "mine"


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    assert CliRunner().invoke(cli, ["init", str(tmp_path)]).exit_code == 0
    assert files(tmp_path) == sorted([*FILES, "README.md"])
