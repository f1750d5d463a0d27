from __future__ import annotations

import pytest

from tests.language.small import workspace

TAGGED = "conditions: [{has_tag: warm}]\n"
UNTAGGED = "conditions: [{none: [{has_tag: warm}]}]\n"


def _recipe(trigger: str, *actions: str, reentry: str = "always") -> str:
    return f"trigger: {{{trigger}: s}}\nreentry: {reentry}\nactions: [{', '.join(actions)}]\n"


def _loops(segment: str, *recipes: str, **more: str) -> list[tuple[str, int]]:
    files = {"segments/s.yaml": segment, **{f"segments/{name}.yaml": text for name, text in more.items()}}
    files |= {f"recipes/r{number}.yaml": text for number, text in enumerate(recipes, 1)}
    found = workspace(files).problems
    assert {problem.code for problem in found} <= {"tag-loop"}
    return [(problem.file, problem.line) for problem in found]


ADDS = "{add_tag: warm}"
REMOVES = "{remove_tag: warm}"


@pytest.mark.parametrize(
    ("segment", "recipes"),
    [
        (TAGGED, [_recipe("segment_entered", REMOVES), _recipe("segment_left", ADDS)]),
        (UNTAGGED, [_recipe("segment_entered", ADDS), _recipe("segment_left", REMOVES)]),
        (TAGGED, [_recipe("segment_entered", REMOVES, "{wait: 1 day}", ADDS)]),
        (TAGGED, [_recipe("segment_left", ADDS, "{wait: 1 day}", REMOVES, reentry="after 1 day")]),
    ],
)
def test_round_and_round(segment: str, recipes: list[str]) -> None:
    assert _loops(segment, *recipes) == [("recipes/r1.yaml", 3)]


@pytest.mark.parametrize(
    ("segment", "recipes"),
    [
        (TAGGED, [_recipe("segment_entered", ADDS)]),
        (TAGGED, [_recipe("segment_entered", REMOVES)]),
        (TAGGED, [_recipe("segment_left", ADDS)]),
        (TAGGED, [_recipe("segment_entered", "{remove_tag: cold}"), _recipe("segment_left", ADDS)]),
        (TAGGED, [_recipe("segment_entered", REMOVES, reentry="never"), _recipe("segment_left", ADDS)]),
        (
            "conditions: [{has_tag: cold}]\n",
            [_recipe("segment_entered", REMOVES), _recipe("segment_left", ADDS)],
        ),
        (TAGGED, [_recipe("segment_entered", "{wait: 1 day}"), _recipe("segment_left", ADDS)]),
    ],
)
def test_it_comes_to_an_end(segment: str, recipes: list[str]) -> None:
    assert _loops(segment, *recipes) == []


def test_through_a_segment_of_segments() -> None:
    recipes = [_recipe("segment_entered", ADDS), _recipe("segment_left", REMOVES)]
    assert _loops("conditions: [{none: [{in_segment: t}]}]\n", *recipes, t=TAGGED) == [("recipes/r1.yaml", 3)]


def test_segments_in_a_circle_do_not_hang_it() -> None:
    files = {
        "segments/s.yaml": "conditions: [{in_segment: t}]\n",
        "segments/t.yaml": "conditions: [{in_segment: s}]\n",
        "recipes/r1.yaml": _recipe("segment_entered", ADDS),
    }
    assert [problem.code for problem in workspace(files).problems] == ["circle"]
