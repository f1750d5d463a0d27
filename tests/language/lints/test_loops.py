from __future__ import annotations

import pytest

from tests.language.small import SETTINGS, workspace

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


@pytest.mark.parametrize(
    ("triggers", "actions"),
    [
        (["tag_added: warm"], [[REMOVES, ADDS]]),
        (["tag_added: warm", "tag_removed: warm"], [[REMOVES], [ADDS]]),
        (["tag_removed: warm"], [["{wait: 1 day}", ADDS, "{wait: 2 days}", REMOVES]]),
    ],
)
def test_round_and_round_by_tags_alone(triggers: list[str], actions: list[list[str]]) -> None:
    recipes = [
        f"trigger: {{{trigger}}}\nreentry: always\nactions: [{', '.join(each)}]\n"
        for trigger, each in zip(triggers, actions, strict=True)
    ]
    assert [file for file, _ in _loops(TAGGED, *recipes)] == ["recipes/r1.yaml"]


@pytest.mark.parametrize("action", [ADDS, REMOVES])
def test_a_tag_that_nothing_undoes_starts_nothing_again(action: str) -> None:
    assert _loops(TAGGED, f"trigger: {{tag_added: warm}}\nactions: [{action}]\n") == []


def _circles(*recipes: str) -> list[tuple[str, int, str]]:
    files = {f"recipes/r{number}.yaml": text for number, text in enumerate(recipes, 1)}
    found = workspace(files).problems
    assert {problem.code for problem in found} <= {"recipe-loop"}
    return [(problem.file, problem.line, problem.message) for problem in found]


def test_recipes_that_let_into_each_other_with_nothing_in_between() -> None:
    recipes = [
        f"trigger: manual\nactions:\n  - add_tag: x\n  - enter_recipe: r{other}\n" for other in (2, 3, 1)
    ]
    said = 'By this step the recipe starts "r2", then "r3", then "r1", round and round.'
    assert _circles(*recipes) == [("recipes/r1.yaml", 4, said)]


def test_a_recipe_that_records_what_starts_it() -> None:
    text = "trigger: {event: purchased}\nactions: [{record_event: {name: purchased, with: {total: 1}}}]\n"
    said = "By this step the recipe starts itself again, round and round."
    assert _circles(text) == [("recipes/r1.yaml", 2, said)]


@pytest.mark.parametrize(
    "rest",
    [
        "reentry: never\nactions: [{record_event: purchased}]\n",
        "reentry: after 1 day\nactions: [{record_event: purchased}]\n",
        "conditions: [{has_tag: a}]\nactions: [{record_event: purchased}]\n",
        "exit: [{has_tag: a}]\nactions: [{record_event: purchased}]\n",
        "status: draft\nactions: [{record_event: purchased}]\n",
        "actions: [{wait: 1 day}, {record_event: purchased}]\n",
        "actions: [{record_event: refunded}]\n",
        "actions: [{choose: [{if: [{has_tag: a}], actions: [{record_event: purchased}]}]}]\n",
    ],
)
def test_something_holds_it_up(rest: str) -> None:
    assert _circles(f"trigger: {{event: purchased}}\n{rest}") == []


def test_what_is_recorded_does_not_start_what_asks_for_more() -> None:
    text = "trigger: {event: {name: purchased, where: {total: {at_least: 5}}}}\nactions: [{record_event: purchased}]\n"
    assert _circles(text) == []


STAGED = SETTINGS + "stages: [new, warm, cold]\n"


def _moved(*recipes: str) -> list[tuple[str, str]]:
    files = {f"recipes/m{number}.yaml": text for number, text in enumerate(recipes, 1)}
    found = workspace({"autoflow.yaml": STAGED, **files}).problems
    return [(each.file, each.message) for each in found if each.code != "audience-never-emptied"]


WARMS = "trigger: {stage_entered: cold}\nactions: [{set_stage: warm}]\n"
COOLS = "trigger: {stage_entered: warm}\nactions: [{set_stage: cold}]\n"
LEAVES = "trigger: {audience_joined: fans}\nactions: [{remove_from_audience: fans}%s]\n"
JOINS = "trigger: {audience_left: fans}\nactions: [{add_to_audience: fans}]\n"


def test_by_stages_and_audiences() -> None:
    around = 'this recipe starts "m2", then "m1", round and round.'
    assert _moved(WARMS, COOLS) == [("recipes/m1.yaml", f"By stages {around}")]
    assert _moved("trigger: {stage_left: new}\nactions: [{set_stage: new}, {set_stage: warm}]\n") == [
        ("recipes/m1.yaml", "By this stage the recipe starts itself again, round and round.")
    ]
    assert _moved(LEAVES % "", JOINS) == [("recipes/m1.yaml", f"By audiences {around}")]
    assert _moved(LEAVES % ", {add_to_audience: fans}") == [
        ("recipes/m1.yaml", "By this audience the recipe starts itself again, round and round.")
    ]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("actions: [", "actions: [{wait: 90 days}, "),
        ("actions: [", "conditions: [{did: purchased}]\nactions: ["),
        ("actions: [", "reentry: never\nactions: ["),
        ("{set_stage: cold}", "{choose: [{if: [{did_not: purchased}], actions: [{set_stage: cold}]}]}"),
        ("{set_stage: cold}", "{set_stage: warm}"),
        ("{set_stage: cold}", "{set_stage: new}"),
    ],
)
def test_a_life_that_goes_round_in_its_own_time(was: str, becomes: str) -> None:
    assert _moved(WARMS, COOLS.replace(was, becomes)) == []
