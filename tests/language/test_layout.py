"""Files are put into one shape, and never say anything else than before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autoflow.language import layout
from autoflow.language.layout import in_shape
from autoflow.language.names import SETTINGS_FILE

ROOT = Path(__file__).parents[2]
FOLDERS = (
    ROOT / "autoflow/starter",
    *sorted((ROOT / "autoflow/starters/library").iterdir()),
    *sorted(path.parent for path in (ROOT / "tests/scenarios").rglob(SETTINGS_FILE)),
)
MESSY = """\
# yaml-language-server: $schema=../.autoflow/recipe.schema.json
# What it is about.
actions:
- send_email:   "win-back"      # hello
-   id: x
    wait: { until: "09:30" ,days: 'weekdays' }   # aligned


# Why it starts.
trigger:
     segment_entered: 'lapsed-buyers'
recipe:   r  \t
description: >-
      two

      lines
goal:
  # first
  -   did: purchased
      where:
            category: [ a,b ,
               "no" ]
  # last


"""
SHAPED = """\
# yaml-language-server: $schema=../.autoflow/recipe.schema.json
# What it is about.
recipe: r
description: >-
      two

      lines
# Why it starts.
trigger:
  segment_entered: lapsed-buyers
goal:
  # first
  - did: purchased
    where:
      category: [a, b,
         "no"]
  # last
actions:
  - send_email: win-back        # hello
  - id: x
    wait: {until: "09:30", days: weekdays}       # aligned
"""


def test_a_messy_file_comes_into_shape() -> None:
    assert in_shape("recipes/r.yaml", MESSY) == SHAPED
    assert in_shape("recipes/r.yaml", SHAPED) == SHAPED


@pytest.mark.parametrize(
    ("text", "shaped"),
    [
        ("conditions: {has_tag:   vip}", "conditions: {has_tag: vip}\n"),
        ("owner: \nconditions: {has_tag: }", "owner:\nconditions: {has_tag: }\n"),
        ("conditions:\r\n- has_tag: vip\r\n", "conditions:\n  - has_tag: vip\n"),
        ("conditions:\n   # a\n   - has_tag: vip\n   # b\n", "conditions:\n  # a\n  - has_tag: vip\n  # b\n"),
        ('conditions: {has_tag: "yes"}\n', 'conditions: {has_tag: "yes"}\n'),  # others read it as true
        ('conditions: {has_tag: "12"}\n', 'conditions: {has_tag: "12"}\n'),
        ('conditions: {has_tag: "a: b"}\n', 'conditions: {has_tag: "a: b"}\n'),
        ("description: |\n    two  \n     lines  \n", "description: |\n    two  \n     lines  \n"),
        ("conditions:\n- any:\n  - has_tag: a\n", "conditions:\n  - any:\n      - has_tag: a\n"),
        ("conditions: []\nkind: value # why\n", "kind: value # why\nconditions: []\n"),
    ],
)
def test_one_thing_at_a_time(text: str, shaped: str) -> None:
    assert in_shape("segments/s.yaml", text) == shaped


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_every_file_has_a_shape_and_says_the_same(folder: Path) -> None:
    for path in folder.rglob("*.yaml"):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(folder).as_posix()
        shaped = in_shape(name, text)
        assert shaped is not None, name
        again = in_shape(name, wider(text))
        assert again is not None, name
        assert [line.split() for line in again.splitlines()] == [line.split() for line in shaped.splitlines()]


def test_the_shipped_files_are_in_shape() -> None:
    paths = [
        path for name in ("recipes", "segments", "tests/recipes") for path in (ROOT / name).glob("*.yaml")
    ]
    paths += [ROOT / SETTINGS_FILE, *(ROOT / "autoflow/starter").rglob("*.yaml")]
    assert len(paths) > 30
    for path in paths:
        text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
        assert in_shape(name.removeprefix("autoflow/starter/"), text) == text, name


def wider(text: str) -> str:
    """The same file with four spaces a level and the ends of lines of Windows."""
    lines = (re.sub(r"^( *)- ", r"\1-   ", line) for line in text.splitlines())
    return "".join(f"{' ' * (len(line) - len(line.lstrip(' ')))}{line}\r\n" for line in lines)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("win-back", "other"), ("# hello", "# bye"), ("# Why it starts.\n", ""), ('"09:30"', "[")],
)
def test_what_would_say_something_else_is_left_alone(
    was: str, becomes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "_ordered", lambda text, _: text.replace(was, becomes))
    assert in_shape("recipes/r.yaml", SHAPED) is None


def test_what_would_not_stay_in_shape_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_blanks", lambda text: f"\n{text}")
    assert in_shape("recipes/r.yaml", SHAPED) is None
