"""Recipes and segments that nobody reads are told, and whatever else lies about is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoflow.language.workspace import load_sources, read_workspace

RECIPE = "recipe: hello\ntrigger: manual\nactions: [{add_tag: greeted}]\n"
SEGMENT = "segment: vips\nconditions: [{has_tag: vip}]\n"


def _told(folder: Path, path: str, text: str) -> list[tuple[str, int, str, str]]:
    (folder / "autoflow.yaml").write_text("name: Shop\n")
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    found = read_workspace(load_sources(folder), {})
    assert found.sound  # a warning: what lies there harms nobody
    assert set(found.sources) <= {"autoflow.yaml", "recipes/README.txt"}
    return [(each.file, each.line, each.code, each.fix) for each in found.problems]


@pytest.mark.parametrize(
    ("path", "text", "home"),
    [
        ("hello.yaml", RECIPE, "recipes/hello.yaml"),
        ("Hello World.yml", RECIPE, "recipes/hello-world.yaml"),
        ("recipe/hello.yaml", RECIPE, "recipes/hello.yaml"),
        ("recipes/mail/hello.yaml", RECIPE, "recipes/hello.yaml"),
        ("recipes/hello.yaml.txt", RECIPE, "recipes/hello.yaml"),
        ("flows/hello.yaml", RECIPE, "recipes/hello.yaml"),
        ("vips.yaml", SEGMENT, "segments/vips.yaml"),
        ("segments/old/vips.yaml", SEGMENT, "segments/vips.yaml"),
    ],
)
def test_what_nobody_reads_is_told(path: str, text: str, home: str, tmp_path: Path) -> None:
    assert _told(tmp_path, path, text) == [(path, 1, "file-name", f"Move it to {home}.")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docker-compose.yaml", "services: {db: {image: postgres}}\n"),
        (".hello.yaml", RECIPE),
        ("recipes/README.txt", "What our recipes do.\n"),
        ("notes/hello.yaml", RECIPE),
        ("recipes/mail/notes.md", RECIPE),
    ],
)
def test_whatever_else_lies_about_is_left_alone(path: str, text: str, tmp_path: Path) -> None:
    assert _told(tmp_path, path, text) == []
