"""Two recipes that do not mean the same are not read back alike: each number, name and operator of the starters, and
of the shop, is changed by itself, and what is read back must be another text.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from autoflow.cli.explain.words import recipe_text, segment_text
from autoflow.language.definitions import Recipe, Segment, Workspace
from autoflow.language.explain.recipe import explain_recipe
from autoflow.language.explain.segment import explain_segment
from autoflow.language.names import Names
from autoflow.language.recipe import read_recipe
from autoflow.language.segment import read_segment
from autoflow.language.source import Report, Source
from autoflow.language.workspace import load_sources, read_workspace
from autoflow.language.yaml.nodes import plain_data, read_yaml
from autoflow.starters.catalogue import starters
from tests.language.small import SOURCES
from tests.starters.workspaces import fresh, with_starters

ROOT = Path(__file__).parents[3]
INSTEAD = {
    "at_least": ("at_most", "more_than"),
    "at_most": ("at_least", "less_than"),
    "more_than": ("at_least",),
    "less_than": ("at_most",),
    "is": ("is_not",),
    "is_not": ("is",),
    "in": ("not_in",),
    "starts_with": ("contains", "ends_with"),
    "before": ("after",),
    "within_last": ("longer_ago_than", "not_within_last", "within_next", "first_time_within_last"),
    "did": ("did_not",),
    "did_not": ("did",),
    "all": ("any", "none"),
    "any": ("all", "none"),
    "none": ("any", "all"),
    "then": ("otherwise",),
    "otherwise": ("then",),
    "goal": ("exit",),
    "exit": ("goal",),
    "conditions": ("keep_while",),
    "segment_entered": ("segment_left",),
    "add_tag": ("remove_tag",),
    "sum_of": ("average_of", "highest_of"),
    "never": ("always",),
    "always": ("never",),
    "restart": ("ignore", "parallel"),
    "ignore": ("restart",),
    "wait": ("skip",),
    "skip": ("wait",),
    "draft": ("live", "paused"),
    "purchased": ("unsubscribed",),
    "weekdays": ("weekend",),
}


@cache
def workspaces() -> tuple[Workspace, ...]:
    every = (with_starters(fresh(), starters().values()), load_sources(ROOT), SOURCES)
    return tuple(read_workspace(sources, {}) for sources in every)


def changed(tree: Any) -> Iterator[tuple[str, Any]]:
    """The same data with one thing in it changed, and what that is."""
    for path in _paths(tree):
        holder, key = _at(tree, path[:-1]), path[-1]
        if key in {"id", "color"} or path[0] in {"recipe", "segment"}:
            continue  # by which reports tell steps apart, how it is drawn, and the name of the file
        for other in INSTEAD.get(str(key), ()) if isinstance(holder, dict) else ():
            if other not in holder:
                made = copy.deepcopy(tree)
                beside = _at(made, path[:-1])
                kept = {other if name == key else name: each for name, each in beside.items()}
                beside.clear()
                beside.update(kept)
                yield f"{path} is {other}", made
        for value in _others(holder[key]):
            made = copy.deepcopy(tree)
            _at(made, path[:-1])[key] = value
            yield f"{path} is {value!r}", made


def _paths(tree: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    keys = tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield (*above, key)
        yield from _paths(tree[key], (*above, key))


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def _others(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        yield from (value + 1, value * 1000 + 0.5)
    elif isinstance(value, str):
        yield from INSTEAD.get(value, ())
        for number in re.finditer(r"\d+", value):
            yield f"{value[: number.start()]}{int(number[0]) + 1}{value[number.end() :]}"
        yield f"{value}, x"
    elif isinstance(value, list):
        yield from ([*value, "x"], [f"{value[0]}, x", *value[1:]] if value else ["x"])


def read(kind: str, name: str, tree: Any, found: Workspace) -> tuple[str, str] | None:
    """What it means, and how it is read back; None where it has mistakes."""
    names = Names(
        settings=found.settings,
        segments=frozenset(found.segments),
        templates=frozenset(found.templates),
        recipes=frozenset(found.recipes),
        declared=True,
    )
    text = json.dumps(tree)
    of: Recipe | Segment | None
    if kind == "recipes":
        recipe = read_recipe(name, text, names)
        problems, of = recipe.problems, recipe.recipe
    else:
        segment = read_segment(name, text, names)
        problems, of = segment.problems, segment.segment
    if of is None or any(each.severity == "error" for each in problems):
        return None
    said = (
        recipe_text(explain_recipe(of, found))
        if isinstance(of, Recipe)
        else segment_text(explain_segment(of, found))
    )
    return repr(replace(of, hash="")), said


def cases() -> Iterator[tuple[int, str]]:
    for number, found in enumerate(workspaces()):
        for path in found.sources:
            if path.startswith(("recipes/", "segments/")):
                yield number, path


@pytest.mark.parametrize(("number", "path"), list(cases()))
def test_what_means_something_else_is_read_back_otherwise(number: int, path: str) -> None:
    found = workspaces()[number]
    kind, _, name = path.removesuffix(".yaml").partition("/")
    root = read_yaml(Report(Source(path, found.sources[path])))
    assert root is not None
    tree = plain_data(root)
    before = read(kind, name, tree, found)
    assert before is not None
    other = [
        (what, after)
        for what, made in changed(tree)
        if (after := read(kind, name, made, found)) is not None and after[0] != before[0]
    ]
    assert other
    assert [what for what, after in other if after[1] == before[1]] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("in: [a, b]", 'in: ["a, b"]'),
        ("is: a", 'is: "a."'),
        ("is: a", 'is: " a"'),
        ("in: [a, b]", 'in: [a, "b and c"]'),
    ],
)
def test_a_text_is_kept_apart_from_the_sentence(one: str, other: str) -> None:
    def said(test: str) -> str:
        root = read_yaml(Report(Source("x.yaml", f"conditions: [{{attribute: city, {test}}}]")))
        assert root is not None
        found = read("segments", "vip", plain_data(root), workspaces()[2])
        assert found is not None
        return found[1]

    assert said(one) != said(other)
