"""Audiences and tags that are asked for and that nobody fills, and recipes that nobody enters."""

from __future__ import annotations

import pytest

from tests.language.small import SETTINGS, told, workspace

OUT = "trigger: {event: refunded}\nactions: [{remove_from_audience: fans}]\n"
IN = "trigger: {event: purchased}\nactions: [{add_to_audience: fans}]\n"


def _codes(*recipes: str, **files: str) -> list[tuple[str, str]]:
    sources = {f"recipes/r{number}.yaml": text for number, text in enumerate(recipes, 1)}
    sources |= {f"segments/{name}.yaml": text for name, text in files.items()}
    return [(each.file, each.code) for each in workspace(sources).problems]


@pytest.mark.parametrize(
    "text",
    [
        "trigger: {audience_joined: funs}\nactions: [exit]\n",
        "trigger: {audience_left: funs}\nactions: [exit]\n",
        "trigger: manual\nconditions: [{in_audience: funs}]\nactions: [exit]\n",
        "trigger: manual\nactions: [{choose: [{if: [{in_audience: funs}], actions: [exit]}]}]\n",
    ],
)
def test_an_audience_that_nobody_gets_into(text: str) -> None:
    assert _codes(IN, OUT, text) == [("recipes/r3.yaml", "audience-never-filled")]
    said = told({"recipes/r1.yaml": IN, "recipes/r2.yaml": OUT, "recipes/r3.yaml": text})
    assert 'Nobody ever gets into the audience "funs".' in said
    assert 'Did you mean "fans"?' in said
    assert _codes(IN, OUT, text.replace("funs", "fans")) == []


def test_a_segment_that_asks_for_an_audience() -> None:
    assert _codes(s="conditions: [{any: [{in_audience: fans}, {has_tag: x}]}]\n") == [
        ("segments/s.yaml", "audience-never-filled")
    ]


def test_an_audience_that_mirrors_a_segment_is_filled() -> None:
    mirror = SETTINGS + "audiences: {fans: {segment: vip}}\n"
    files = {"autoflow.yaml": mirror, "segments/s.yaml": "conditions: [{in_audience: fans}]\n"}
    assert workspace(files).problems == ()


def test_a_draft_takes_nobody_out_yet() -> None:
    draft = f"status: draft\n{OUT}"
    assert _codes(IN, OUT) == []
    assert _codes(IN, draft) == [("recipes/r1.yaml", "audience-never-emptied")]
    assert _codes(f"status: draft\n{IN}", draft) == []
    assert _codes(IN, draft, f"{OUT}status: paused\n") == []
    said = told({"recipes/r1.yaml": IN, "recipes/r2.yaml": draft})
    assert 'Nobody leaves the audience "fans": the recipe that takes contacts out is a draft.' in said
    assert "Remove the status in recipes/r2.yaml once it is ready." in said


def test_what_was_filled_once_may_still_be_emptied() -> None:
    assert _codes(OUT) == []


TAGS = "trigger: {event: purchased}\nactions: [{add_tag: interested in x200}]\n"


@pytest.mark.parametrize(
    "text",
    [
        "trigger: {tag_added: intrested in x200}\nactions: [exit]\n",
        "trigger: {tag_removed: Interested in x200}\nactions: [exit]\n",
        "trigger: manual\nconditions: [{none: [{has_tag: interested in x20}]}]\nactions: [exit]\n",
        "trigger: manual\nactions: [{remove_tag: interested in X200}]\n",
    ],
)
def test_a_tag_that_is_nearly_one_that_is_put_on(text: str) -> None:
    assert _codes(TAGS, text) == [("recipes/r2.yaml", "unknown-tag")]
    assert 'Did you mean "interested in x200"?' in told({"recipes/r1.yaml": TAGS, "recipes/r2.yaml": text})


def test_a_tag_of_another_name_may_come_from_elsewhere() -> None:
    assert _codes(TAGS, "trigger: manual\nconditions: [{has_tag: do not contact}]\nactions: [exit]\n") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("trigger: {event: {name: email_clicked, where: {template: welcom}}}\nactions: [exit]\n", "welcom"),
        (
            "trigger: manual\ngoal: [{did: email_opened, where: {template: [welcome, hello]}}]\nactions: [exit]\n",
            "hello",
        ),
        ("trigger: {event: {name: email_sent, where: {recipe: winback}}}\nactions: [exit]\n", "winback"),
    ],
)
def test_a_mail_of_a_template_that_there_is_not(text: str, said: str) -> None:
    [problem] = workspace({"recipes/r.yaml": text}).problems
    assert (problem.code, problem.severity) == ("unknown-name", "warning")
    assert f'called "{said}"' in problem.message


@pytest.mark.parametrize(
    "where",
    ["{template: welcome}", "{template: Welcome}", "{recipe: win-back}", "{template: {contains: elc}}"],
)
def test_a_mail_of_a_template_that_there_is(where: str) -> None:
    text = f"trigger: {{event: {{name: email_clicked, where: {where}}}}}\nactions: [exit]\n"
    assert workspace({"recipes/r.yaml": text}).problems == ()


@pytest.mark.parametrize(("status", "told_"), [("draft", "a draft"), ("paused", "paused")])
def test_a_recipe_that_is_not_live_lets_nobody_in(status: str, told_: str) -> None:
    calls = "trigger: {event: purchased}\nactions: [{enter_recipe: r2}]\n"
    called = f"trigger: manual\nstatus: {status}\nactions: [exit]\n"
    [problem] = workspace({"recipes/r1.yaml": calls, "recipes/r2.yaml": called}).problems
    assert (problem.file, problem.code) == ("recipes/r1.yaml", "recipe-not-live")
    assert problem.message == f'The recipe "r2" is {told_}, so nobody enters it.'
    assert _codes(calls, called.replace(status, "live")) == []
    assert _codes("status: draft\n" + calls, called) == []
