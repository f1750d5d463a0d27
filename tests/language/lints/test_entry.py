"""Recipes that nobody enters, or that end at once: what starts them beside their conditions, goals and exits."""

from __future__ import annotations

import pytest

from autoflow.language.lints.entry import Facts
from autoflow.language.source import FIRST, Report, Source
from tests.language.small import SETTINGS, workspace

STAGES = (
    SETTINGS
    + "stages: [prospect, customer]\nscores: {lead: {floor: 0, rules: [{when: {did: purchased}, add: 1}]}}\n"
)


def _found(text: str, **more: str) -> list[tuple[str, int, str]]:
    settings = STAGES.replace("{did: purchased}", "{purchased: {total: {at_least: 1}}}")
    files = {"autoflow.yaml": settings, "recipes/r.yaml": text + "actions: [{send_email: welcome}]\n"}
    files["recipes/fans.yaml"] = (
        "trigger: manual\nactions: [{add_to_audience: fans}, {remove_from_audience: fans}]\n"
    )
    files |= {f"segments/{name}.yaml": each for name, each in more.items()}
    return [(each.code, each.line, each.message) for each in workspace(files).problems]


def _codes(text: str, **more: str) -> list[tuple[str, int]]:
    return [each[:2] for each in _found(text, **more)]


@pytest.mark.parametrize(
    ("trigger", "condition"),
    [
        ("{segment_entered: vip}", "none: [{in_segment: vip}]"),
        ("{segment_entered: {segment: vip, for: 3 days}}", "none: [{in_segment: vip}]"),
        ("{segment_left: vip}", "{in_segment: vip}"),
        ("{tag_added: a}", "none: [{has_tag: b}, {has_tag: a}]"),
        ("{tag_removed: a}", "{has_tag: a}"),
        ("{stage_entered: customer}", "none: [{stage: customer}]"),
        ("{stage_left: customer}", "{stage: customer}"),
        ("{audience_joined: fans}", "none: [{in_audience: fans}]"),
        ("{audience_left: fans}", "{in_audience: fans}"),
        ("{event: purchased}", "{did_not: purchased}"),
        ("{event: purchased}", "{did_not: purchased, within_last: 1 day}"),
        ("{event: purchased}", "{did: purchased, exactly: 0 times}"),
        ("{event: purchased}", "{did: purchased, at_most: 0 times}"),
        ("{event: purchased}", "none: [{did: purchased}]"),
        (
            "{event: {name: purchased, where: {category: tea}}}",
            "{did_not: purchased, where: {category: tea}}",
        ),
        ("{page_visited: /a}", "{did_not: page_visited}"),
        ("{inactivity: {for: 30 days, of: [purchased]}}", "{did: purchased, within_last: 30 days}"),
        ("{attribute_changed: {attribute: city, to: London}}", "{attribute: city, is: Paris}"),
        ("{score_reached: {score: lead, at_least: 5}}", "{score: lead, less_than: 5}"),
        # what the segment asks is known of everybody in it
        ("{segment_entered: lapsed-buyers}", "{did: purchased, within_last: 30 days}"),
        ("{segment_entered: lapsed-buyers}", "{did_not: purchased}"),
        ("{segment_entered: vip}", "{sum_of: purchased.total, less_than: 100}"),
        ("{stage_entered: customer}", "{stage: prospect}"),
        ("{event: {name: purchased, where: {category: tea}}}", "{event_property: category, is: coffee}"),
        (
            "{event: {name: purchased, where: {total: {at_least: 80}}}}",
            "{event_property: total, less_than: 50}",
        ),
    ],
)
def test_nobody_gets_in(trigger: str, condition: str) -> None:
    found = _found(f"trigger: {trigger}\nconditions:\n  - {condition}\n")
    assert [each[:2] for each in found] == [("never-holds", 3)]
    assert found[0][2].startswith("Nobody who comes by the trigger in line 1 fulfils this")


@pytest.mark.parametrize(
    ("trigger", "condition"),
    [
        ("{segment_entered: vip}", "{in_segment: vip}"),
        ("{segment_entered: vip}", "none: [{in_segment: lapsed-buyers}]"),
        ("{segment_left: vip}", "none: [{in_segment: vip}]"),
        ("{segment_left: lapsed-buyers}", "{did: purchased, within_last: 30 days}"),
        ("{event: purchased}", "{did_not: purchased, within_last: 2 hours}"),
        ("{event: purchased}", "{did_not: purchased, at_least: 2 times}"),
        ("{event: purchased}", "{did: purchased, exactly: 1 times}"),
        ("{event: purchased}", "{did_not: refunded}"),
        ("{event: purchased}", "{did_not: purchased, where: {category: tea}}"),
        (
            "{event: {name: purchased, where: {category: tea}}}",
            "{did_not: purchased, where: {category: coffee}}",
        ),
        ("{event: purchased}", "{did_not: purchased, longer_ago_than: 2 days}"),
        ("{inactivity: {for: 30 days, of: [purchased]}}", "{did: purchased, within_last: 31 days}"),
        ("{inactivity: {for: 30 days}}", "{did: purchased, within_last: 3 days}"),
        ("{attribute_changed: city}", "{attribute: city, is: Paris}"),
        ("{score_reached: {score: lead, at_least: 5}}", "{score: lead, less_than: 10}"),
        ("{segment_entered: lapsed-buyers}", "{did: purchased, within_last: 180 days}"),
        ("{segment_entered: vip}", "any: [{has_tag: a}, {none: [{in_segment: vip}]}]"),
        ("manual", "{did_not: purchased}"),
    ],
)
def test_somebody_gets_in(trigger: str, condition: str) -> None:
    assert _codes(f"trigger: {trigger}\nconditions:\n  - {condition}\n") == []


def test_an_event_that_may_be_late_is_counted_by_its_own_time() -> None:
    late = STAGES.replace("purchased: {order_id", "purchased: {triggers_within: 7 days, order_id")
    late = late.replace("{did: purchased}", "{purchased: {total: {at_least: 1}}}")
    text = "trigger: {event: purchased}\nactions: [{send_email: welcome}]\n"
    text += "conditions:\n  - {did_not: purchased, within_last: %s}\n"
    for window, codes in (("2 days", []), ("7 days", ["never-holds"])):
        found = workspace({"autoflow.yaml": late, "recipes/r.yaml": text % window})
        assert [each.code for each in found.problems] == codes


def test_one_trigger_of_two_that_lets_nobody_in_is_told() -> None:
    text = (
        "trigger:\n  - {segment_entered: vip}\n  - {segment_left: vip}\nconditions:\n  - {in_segment: vip}\n"
    )
    assert _found(text) == [("never-holds", 5, "Nobody who comes by the trigger in line 3 fulfils this.")]


@pytest.mark.parametrize(
    "rest",
    [
        "exit:\n  - {in_segment: vip}\n",
        "exit:\n  - {has_tag: x}\n  - all: [{in_segment: vip}, {has_tag: a}]\n",
        "goal:\n  - {has_tag: a}\n",
        "goal:\n  - {sum_of: purchased.total, at_least: 500}\n",
        "keep_while:\n  - none: [{has_tag: a}]\n",
        "keep_while:\n  - none: [{in_segment: vip}]\n",
    ],
)
def test_it_ends_at_once(rest: str) -> None:
    text = f"trigger: {{segment_entered: vip}}\nconditions: [{{has_tag: a}}]\n{rest}"
    assert [code for code, _ in _codes(text)] == ["ends-at-once"]


@pytest.mark.parametrize(
    "rest",
    [
        "exit:\n  - none: [{in_segment: vip}]\n",
        "exit:\n  - all: [{in_segment: vip}, {has_tag: b}]\n",
        "goal:\n  - {did: purchased}\n",
        "keep_while:\n  - {in_segment: vip}\n  - none: [{has_tag: b}]\n",
    ],
)
def test_it_goes_on(rest: str) -> None:
    text = f"trigger: {{segment_entered: vip}}\nconditions: [{{has_tag: a}}, {{did: purchased}}]\n{rest}"
    assert _codes(text) == []


@pytest.mark.parametrize(
    ("asked", "rest"),
    [
        ("{has_tag: a}", "exit: {did: purchased, within_last: 30 days}"),
        ("{has_tag: a}", "goal: {did: purchased, within_last: 1 day}"),
        ("{has_tag: a}", "goal: {event_property: total, more_than: 5}"),
        ("{attribute: plan, is: free}", "exit: {attribute: plan, in: [free, pro]}"),
        ("{attribute: income, at_least: 10}", "exit: {attribute: income, more_than: 5}"),
        ("{attribute: plan, is: free}", "goal: {attribute: plan, is_set: true}"),
        ("{attribute: plan, is: free}", "goal: {attribute: plan, is_not: pro}"),
        ("{has_tag: a}", "exit: {none: [{none: [{has_tag: a}]}]}"),
        ("{has_tag: a}", "exit: {any: [{has_tag: b}, {has_tag: a}]}"),
        ("{attribute: plan, is: free}", "keep_while: {attribute: plan, is: pro}"),
        # nothing has been done since the start by then
        ("{has_tag: a}", "exit: {did_not: refunded}"),
        ("{has_tag: a}", "exit: {did: refunded, exactly: 0 times}"),
        ("{has_tag: a}", "exit: {did: refunded, at_most: 3 times}"),
        ("{has_tag: a}", "goal: {none: [{did: refunded}]}"),
        ("{has_tag: a}", "exit: {any: [{has_tag: b}, {did_not: refunded}]}"),
        ("{has_tag: a}", "exit: {all: [{has_tag: a}, {did_not: refunded}]}"),
        ("{has_tag: a}", "exit: {did_not: refunded, then: purchased}"),
        ("{has_tag: a}", "keep_while: {did: refunded, since: start}"),
    ],
)
def test_it_ends_at_once_in_every_disguise(asked: str, rest: str) -> None:
    trigger = "trigger: {event: {name: purchased, where: {total: {at_least: 10}}}}"
    assert _codes(f"{trigger}\nconditions: [{asked}]\n{rest}\n") == [("ends-at-once", 3)]


@pytest.mark.parametrize(
    ("asked", "rest"),
    [
        ("{has_tag: a}", "exit: {did: purchased, within_last: 2 hours}"),
        ("{has_tag: a}", "exit: {did: purchased, at_least: 2 times, within_last: 30 days}"),
        ("{has_tag: a}", "exit: {did: purchased}"),
        ("{has_tag: a}", "exit: {did: refunded, at_least: 0 times, at_most: 3 times, within_last: 3 days}"),
        ("{has_tag: a}", "exit: {did_not: refunded, within_last: 30 days}"),
        ("{has_tag: a}", "exit: {did: refunded, then: purchased}"),
        ("{has_tag: a}", "exit: {all: [{has_tag: b}, {did_not: refunded}]}"),
        ("{attribute: plan, in: [free, pro]}", "exit: {attribute: plan, is: free}"),
        ("{attribute: income, at_least: 10}", "exit: {attribute: income, more_than: 10}"),
        ("{has_tag: a}", "keep_while: {did_not: refunded, since: start}"),
    ],
)
def test_it_does_not_end_at_once(asked: str, rest: str) -> None:
    trigger = "trigger: {event: {name: purchased, where: {total: {at_least: 10}}}}"
    assert _codes(f"{trigger}\nconditions: [{asked}]\n{rest}\n") == []


def test_who_is_let_in_by_another_recipe_comes_by_no_trigger() -> None:
    text = "trigger: {event: purchased}\nexit: {did: purchased, within_last: 30 days}\n"
    assert _codes(text) == [("ends-at-once", 2)]
    other = "trigger: {event: refunded}\nactions: [{enter_recipe: r}]\n"
    found = workspace(
        {"recipes/r.yaml": f"{text}actions: [{{send_email: welcome}}]\n", "recipes/a.yaml": other}
    )
    assert found.problems == ()


@pytest.mark.parametrize(
    ("trigger", "condition", "codes"),
    [
        ("{event: purchased}", "{did: purchased}", ["always-holds"]),
        ("{event: purchased}", "{did: purchased, within_last: 30 days}", ["always-holds"]),
        ("{event: purchased}", "all: [{has_tag: a}, {did: purchased}]", ["always-holds"]),
        ("{page_visited: /a}", "{did: page_visited, where: {path: /a}}", []),  # a pattern, and a path
        ("{event: purchased}", "{did: purchased, at_least: 2 times}", []),
        ("{event: purchased}", "{did: purchased, longer_ago_than: 1 day}", []),
        ("{event: purchased}", "{did: purchased, where: {category: tea}}", []),
        ("[{event: purchased}, {event: refunded}]", "{did: purchased}", []),
        ("{segment_entered: lapsed-buyers}", "{did: purchased}", []),  # said once more, and harmless
    ],
)
def test_whether_somebody_did_what_starts_it(trigger: str, condition: str, codes: list[str]) -> None:
    assert [code for code, _ in _codes(f"trigger: {trigger}\nconditions:\n  - {condition}\n")] == codes


def test_with_two_triggers_only_the_conditions_are_known() -> None:
    text = "trigger: [{segment_entered: vip}, {event: purchased}]\nexit: [{in_segment: vip}]\n"
    assert _codes(text) == []
    text = (
        "trigger: [{event: refunded}, {event: purchased}]\nconditions: [{has_tag: a}]\nexit: [{has_tag: a}]\n"
    )
    assert _codes(text) == [("ends-at-once", 3)]


def test_through_segments_of_segments() -> None:
    quiet = "conditions:\n  - {in_segment: lapsed-buyers}\n  - {attribute: city, is: London}\n"
    found = _found(
        "trigger: manual\nconditions:\n  - {in_segment: quiet}\n  - {attribute: city, is: Paris}\n",
        quiet=quiet,
    )
    assert found == [
        (
            "never-holds",
            4,
            'This and the condition in line 3 can never both hold (see the segment "quiet").',
        )
    ]
    found = _found(
        "trigger: manual\nconditions:\n  - {in_segment: quiet}\n  - {did_not: purchased}\n", quiet=quiet
    )
    assert [each[:2] for each in found] == [("never-holds", 4)]


def test_segments_that_share_segments_are_looked_into_once() -> None:
    shared = {
        f"segments/s{n}.yaml": f"conditions: [{{in_segment: s{n + 1}}}, {{in_segment: s{n + 2}}}, {{has_tag: t{n}}}]\n"
        for n in range(20)
    }
    ends = {f"segments/s{n}.yaml": f"conditions: [{{has_tag: t{n}}}]\n" for n in (20, 21)}
    segments = workspace({**shared, **ends}).segments
    report = Report(Source("x.yaml", "x"))
    facts = Facts(segments).of([(segments["s0"].conditions, FIRST)], report, "condition")
    assert len(facts) == 2 * 20 + 22  # each segment is asked for by two, and has a tag


def test_segments_that_exclude_each_other() -> None:
    rich = "conditions:\n  - {in_segment: vip}\n  - {sum_of: purchased.total, at_most: 100}\n"
    assert _codes("trigger: manual\n", rich=rich) == [("never-holds", 3)]


def test_segments_in_a_circle_are_told_as_that_alone() -> None:
    a, b = "conditions: [{in_segment: b}, {has_tag: x}]\n", "conditions: [{in_segment: a}]\n"
    assert [code for code, _ in _codes("trigger: {segment_entered: a}\n", a=a, b=b)] == ["circle"]


@pytest.mark.parametrize(
    "actions",
    [
        "[{choose: [{if: [{has_tag: a}, {none: [{has_tag: a}]}], actions: [exit]}]}]",
        "[{wait_for: {conditions: [{attribute: city, is: A}, {attribute: city, is: B}], up_to: 1 day}}]",
    ],
)
def test_conditions_of_steps_are_compared_as_well(actions: str) -> None:
    found = workspace({"recipes/r.yaml": f"trigger: manual\nactions: {actions}\n"}).problems
    assert [each.code for each in found] == ["never-holds"]


@pytest.mark.parametrize(
    ("above", "asked", "codes"),
    [
        ("{has_tag: a}", "{has_tag: a}", ["unreachable-step"]),
        ("{has_tag: b}", "{has_tag: a}", []),
        ("{attribute: income, at_least: 50}", "{attribute: income, at_least: 200}", ["unreachable-step"]),
        ("{attribute: income, at_least: 200}", "{attribute: income, at_least: 50}", []),
        ("{has_tag: a}", "{has_tag: a}, {attribute: city, is: Bath}", ["unreachable-step"]),
        ("{has_tag: a}, {attribute: city, is: Bath}", "{has_tag: a}", []),
        ("{attribute: plan, in: [free, pro]}", "{attribute: plan, is: pro}", ["unreachable-step"]),
        ("{any: [{has_tag: a}, {has_tag: b}]}", "{has_tag: b}", ["unreachable-step"]),
        ("{has_tag: a}", "{any: [{has_tag: a}, {has_tag: b}]}", []),
    ],
)
def test_a_case_of_which_one_above_takes_everybody(above: str, asked: str, codes: list[str]) -> None:
    cases = f"[{{if: [{above}], actions: [{{add_tag: x}}]}}, {{if: [{asked}], actions: [exit]}}]"
    found = workspace({"recipes/r.yaml": f"trigger: manual\nactions: [{{choose: {cases}}}]\n"}).problems
    assert [each.code for each in found] == codes


@pytest.mark.parametrize(
    ("test", "codes"),
    [
        ("less_than: 0", ["never-holds"]),
        ("at_most: -1", ["never-holds"]),
        ("is: -3", ["never-holds"]),
        ("at_least: 0", ["always-holds"]),
        ("more_than: -1", ["always-holds"]),
        ("more_than: 0", []),
        ("at_most: 0", []),
        ("between: [0, 3]", []),
    ],
)
def test_a_score_beside_its_floor(test: str, codes: list[str]) -> None:
    assert [
        code for code, _ in _codes(f"trigger: manual\nconditions:\n  - {{score: lead, {test}}}\n")
    ] == codes


def test_whoever_has_no_points_is_below_a_floor_that_is_above_nothing() -> None:
    raised = STAGES.replace("{did: purchased}", "{purchased: {total: {at_least: 1}}}").replace(
        "floor: 0", "floor: 5"
    )
    segment = "conditions: [{score: lead, less_than: 5}]\n"
    assert workspace({"autoflow.yaml": raised, "segments/s.yaml": segment}).problems == ()


def test_at_least_none_of_what_we_brought_about() -> None:
    text = "trigger: manual\nconditions:\n  - {received: welcome, at_least: 0}\n"
    assert _codes(text) == [("always-holds", 3)]
