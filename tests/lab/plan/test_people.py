"""Which segments a change can move people in and out of, and which recipes it concerns: by what conditions ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoflow.core.compiling import compile_program
from autoflow.core.program import Program
from autoflow.lab.plan.existing import concerned
from autoflow.lab.plan.people import Population, touched
from autoflow.lab.plan.waiting import Fate, Waiting, waiting
from autoflow.language.definitions import Workspace
from autoflow.language.workspace import read_workspace
from autoflow.store.reports import UnderWay

SETTINGS = """\
name: Shop
timezone: Europe/London
events: {purchased: {total: money}}
attributes: {rhythm: {usual_gap_between: purchased}, plan: text}
scores: {lead: {rules: [{when: purchased, add: 5}]}}
audiences: {ads: {segment: buyers}}
"""
FILES = {
    "autoflow.yaml": SETTINGS,
    "segments/buyers.yaml": "segment: buyers\nconditions: [{did: purchased}]\n",
    "segments/of-buyers.yaml": "segment: of-buyers\nconditions: [{in_segment: buyers}]\n",
    "segments/of-those.yaml": "segment: of-those\nconditions: [none: [{in_segment: of-buyers}]]\n",
    "segments/regular.yaml": "segment: regular\nconditions: [{attribute: rhythm, at_most: 30}]\n",
    "segments/keen.yaml": "segment: keen\nconditions: [{score: lead, at_least: 10}]\n",
    "segments/shown.yaml": "segment: shown\nconditions: [{in_audience: ads}]\n",
    "segments/pro.yaml": "segment: pro\nconditions: [{attribute: plan, is: pro}]\n",
    "segments/staff.yaml": "segment: staff\nkind: deny\nconditions: [{attribute: email, ends_with: '@shop'}]\n",
    "recipes/r.yaml": "recipe: r\ntrigger: {segment_entered: of-buyers}\nactions: [{wait: 1 day}, {add_tag: a}]\n",
    "recipes/s.yaml": "recipe: s\ntrigger: {segment_entered: pro}\nactions: [{add_tag: b}]\n",
    "recipes/t.yaml": "recipe: t\ntrigger: {segment_left: buyers}\nactions: [{add_tag: c}]\n",
}


def read(files: dict[str, str]) -> tuple[Workspace, Program]:
    workspace = read_workspace(files, {})
    assert workspace.sound, workspace.problems
    return workspace, compile_program(workspace)


def after(**edits: str) -> dict[str, str]:
    """The files with other words in one of them: `buyers="purchased, at_least: 2 times"`."""
    files = dict(FILES)
    for name, edit in edits.items():
        path = next(path for path in files if path.split("/")[-1].startswith(f"{name.replace('_', '-')}."))
        old, new = edit.split(" -> ")
        assert old in files[path]
        files[path] = files[path].replace(old, new)
    return files


@pytest.mark.parametrize(
    ("edits", "segments", "audiences"),
    [
        ({}, set(), False),
        ({"pro": "is: pro -> is: free"}, {"pro"}, False),
        ({"buyers": "purchased -> purchased, at_least: 2 times"}, {"buyers", "of-buyers", "of-those", "shown"}, True),
        ({"autoflow": "usual_gap_between: purchased -> count_of: purchased"}, {"regular"}, False),
        ({"autoflow": "add: 5 -> add: 6"}, {"keen"}, False),
        ({"autoflow": "segment: buyers -> segment: pro"}, {"shown"}, True),
        ({"staff": "'@shop' -> '@shop.example'"}, {"staff", "shown"}, True),
        ({"staff": "kind: deny -> kind: value"}, {"shown"}, True),
        ({"pro": "segment: pro -> segment: pro\ndescription: Hm"}, set(), False),
        ({"r": "wait: 1 day -> wait: 2 days"}, set(), False),
        ({"autoflow": "Europe/London -> Europe/Paris"}, {path[9:-5] for path in FILES if "segments/" in path}, True),
    ],
)  # fmt: skip
def test_what_a_change_can_move(edits: dict[str, str], segments: set[str], audiences: bool) -> None:
    found = touched(read(FILES)[1], read(after(**edits))[1])
    assert (set(found.segments), found.audiences) == (segments, audiences)
    assert bool(found) is bool(segments or audiences)


def test_segments_that_come_and_go() -> None:
    files = {
        path: text for path, text in FILES.items() if path not in {"segments/pro.yaml", "recipes/s.yaml"}
    }
    files["segments/new.yaml"] = "segment: new\nconditions: [{in_segment: keen}]\n"
    assert touched(read(FILES)[1], read(files)[1]).segments == {"pro", "new"}


@pytest.mark.parametrize(
    ("edits", "recipes"),
    [
        ({}, []),
        ({"buyers": "purchased -> purchased, at_least: 2 times"}, ["r"]),
        ({"r": "of-buyers -> pro"}, ["r"]),
        ({"r": "wait: 1 day -> wait: 2 days"}, []),
        ({"s": "trigger: -> status: paused\ntrigger:"}, []),
        ({"autoflow": "usual_gap_between: purchased -> count_of: purchased"}, []),
    ],
)  # fmt: skip
def test_whom_a_change_concerns(edits: dict[str, str], recipes: list[str]) -> None:
    (before, old), (then, new) = read(FILES), read(after(**edits))
    assert concerned(before, then, new, touched(old, new).segments) == recipes


def test_a_recipe_that_is_new_or_goes_live_concerns_those_who_match() -> None:
    (before, old), (then, new) = read(after(s="trigger: -> status: draft\ntrigger:")), read(FILES)
    assert concerned(before, then, new, touched(old, new).segments) == ["s"]
    nothing = replace(before, recipes={})
    assert concerned(nothing, then, new, ()) == ["r", "s"]


def test_a_population_counts_who_comes_and_goes() -> None:
    found = Population("vip")
    for who, before, then in (("a", True, True), ("b", False, True), ("c", True, False), ("d", False, True)):
        found.take(who, before=before, after=then, examples=1)
    assert (found.now, found.after, found.joins, found.leaves) == (2, 3, 2, 1)
    assert (found.joining, found.leaving) == (["b"], ["c"])


UNDER_WAY = [UnderWay("r", 1, "wait:1 day", 3), UnderWay("r", 2, "wait:1 day", 4), UnderWay("r", 2, "old", 5)]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("add_tag: a -> add_tag: z", []),
        ("wait: 1 day -> wait: 2 days", [("", 0, 0)]),
        ("trigger: -> status: paused\ntrigger:", [("paused", 0, 12)]),
        ("trigger: -> status: draft\ntrigger:", [("draft", 0, 12)]),
    ],
)
def test_those_under_way(edit: str, told: list[tuple[str, int, int]]) -> None:
    found = list(waiting(read(FILES)[0], read(after(r=edit))[0], UNDER_WAY))
    if told == [("", 0, 0)]:
        assert found == [
            Waiting("r", 1, "wait:1 day", 3, "step"),
            Waiting("r", 2, "wait:1 day", 4, "step"),
        ]
    else:
        assert [(each.fate, each.version, each.people) for each in found] == told


@pytest.mark.parametrize(("status", "fate"), [("paused", "resumed"), ("draft", None)])
def test_a_recipe_that_goes_live(status: str, fate: Fate | None) -> None:
    before = read(after(r=f"trigger: -> status: {status}\ntrigger:"))[0]
    found = list(waiting(before, read(FILES)[0], UNDER_WAY))
    assert found == ([Waiting("r", 0, "", 12, fate)] if fate else [])


def test_a_recipe_that_is_removed_or_was_long_ago() -> None:
    files = {path: text for path, text in FILES.items() if path != "recipes/r.yaml"}
    assert list(waiting(read(FILES)[0], read(files)[0], UNDER_WAY)) == [Waiting("r", 0, "", 12, "removed")]


def test_a_paused_recipe_that_is_removed_holds_its_people() -> None:
    paused = {**FILES, "recipes/r.yaml": f"status: paused\n{FILES['recipes/r.yaml']}"}
    files = {path: text for path, text in FILES.items() if path != "recipes/r.yaml"}
    assert list(waiting(read(paused)[0], read(files)[0], UNDER_WAY)) == [Waiting("r", 0, "", 12, "paused")]
    assert list(waiting(read(files)[0], read(files)[0], UNDER_WAY)) == []
