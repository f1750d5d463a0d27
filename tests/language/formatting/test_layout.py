"""Files are put into one shape, and never say anything else than before."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.language.formatting import layout
from autoflow.language.formatting.layout import in_shape
from autoflow.language.formatting.tokens import protected
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.source import Report, Source
from autoflow.language.yaml.nodes import plain_data, read_yaml

ROOT = Path(__file__).parents[3]
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
        ("conditions:\r  - has_tag: vip # a\r\r\r# b\r", "conditions:\n  - has_tag: vip # a\n\n# b\n"),
        ("\ufeffconditions:\n- has_tag: vip\n", "conditions:\n  - has_tag: vip\n"),
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


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029"])
def test_lines_that_end_strangely_are_left_alone(end: str) -> None:
    assert in_shape("segments/s.yaml", f"conditions:{end}- has_tag: vip\n") is None
    assert in_shape("segments/s.yaml", f"description: >\n  a{end}  b\nconditions: []\n") is None


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


def _turned(text: str) -> str:
    """The same sections in another order."""
    head, *sections = re.split(r"(?m)^(?=\w+:)", text)
    return f"{head}{''.join(reversed(sections))}"


WRITTEN = [
    (path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))
    for folder in FOLDERS
    for path in sorted(folder.rglob("*.yaml"))
]
_NOTES = st.lists(
    st.tuples(
        st.integers(0, 400), st.sampled_from(["above", "behind", "blank", "wide", "deep"]), st.integers(0, 9)
    ),
    min_size=1,
    max_size=8,
)


@given(
    file=st.sampled_from(WRITTEN),
    notes=_NOTES,
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    begin=st.sampled_from(["", "\ufeff", "---\n"]),
    turned=st.booleans(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_comment_is_lost_wherever_it_stands(
    file: tuple[str, str], notes: list[tuple[int, str, int]], end: str, begin: str, *, turned: bool
) -> None:
    path, text = file[0], _turned(file[1]) if turned else file[1]
    written = f"{begin}{_annotated(text, notes)}".replace("\n", end)
    if not _sound(path, written):
        return
    shaped = in_shape(path, written)
    assert shaped is not None
    assert in_shape(path, shaped) == shaped
    assert _meant(path, shaped) == _meant(path, text)
    said = re.findall(r"# \w+ \d+ of mine$", written.replace("\r", "\n"), re.MULTILINE)
    assert sorted(re.findall(r"# \w+ \d+ of mine$", shaped, re.MULTILINE)) == sorted(said)
    if not turned:  # what goes with which section is shown above
        assert _heads(shaped) == _heads(written.removeprefix(begin).replace(end, "\n"))


def _annotated(text: str, notes: list[tuple[int, str, int]]) -> str:
    """A file with comments, blank lines and spaces in it that say nothing; not inside texts of several lines."""
    lines, kept = text.rstrip("\n").split("\n"), protected(text)
    for number, (line, how, space) in enumerate(sorted(notes, reverse=True)):
        at = line % len(lines)
        if at in kept or at + 1 in kept or not lines[at].strip():
            continue
        indent = len(lines[at]) - len(lines[at].lstrip(" "))
        if how in {"above", "deep"}:
            depth, what = (indent, "note") if how == "above" else (space, "aside")
            lines.insert(at, f"{' ' * depth}# {what} {number} of mine")
        elif how == "behind":
            lines[at] += f"{' ' * (1 + space)}# aside {number} of mine"
        elif how == "blank":
            lines.insert(at, " " * space)
        elif how == "wide":
            lines[at] = re.sub(r"^( *)- ", rf"\1-{' ' * (1 + space)}", lines[at])
        kept = protected("\n".join(lines))
    return "\n".join(lines) + "\n"


def _heads(text: str) -> dict[str, str]:
    """What stands below each comment that is as deep as it; an aside may go with what is above."""
    lines = [line.strip() for line in text.split("\n")]
    found = {}
    for number, line in enumerate(lines):
        if line.startswith("# note "):
            below = next((each for each in lines[number:] if each and not each.startswith("#")), "")
            found[line] = re.sub(r"[\s\"']|\s#.*", "", below)
    return found


def _sound(path: str, text: str) -> bool:
    report = Report(Source(path, text))
    return read_yaml(report) is not None and not report.problems


def _meant(path: str, text: str) -> Any:
    root = read_yaml(Report(Source(path, text)))
    assert root is not None
    return plain_data(root)
