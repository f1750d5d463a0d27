"""A segment read back, and every place that uses it."""

from __future__ import annotations

import pytest

from autoflow.language.explain.segment import explain_segment
from autoflow.language.explain.told import Line, SegmentTold
from tests.language.small import SETTINGS, VIP, workspace

MORE = """\
stages: [new, old]
scores: {lead: {halves_every: 14 days, floor: 0, rules: [
  {when: {page_visited: {path: /pricing*}}, add: 10, at_most: 1 per day}, {when: refunded, add: -2.5}]}}
audiences: {best: {segment: vip}, others: {segment: lapsed-buyers}}
"""


def told(conditions: str, *, kind: str = "value", more: str = "") -> SegmentTold:
    found = workspace(
        {
            "autoflow.yaml": SETTINGS.replace("  birthday: date\n", f"  birthday: date\n{more}") + MORE,
            "segments/asked.yaml": f"kind: {kind}\nconditions:\n{conditions}",
        }
    )
    assert found.sound, found.problems
    return explain_segment(found.segments["asked"], found)


def test_who_is_in_it() -> None:
    assert told("  - {attribute: country, is: GB}\n").conditions == Line(
        "A contact is in it while country is GB."
    )
    assert told("  - {has_tag: a}\n  - none: [{stage: [new]}]\n").conditions == Line(
        "A contact is in it while all of this holds:",
        (
            Line('he has the tag "a"'),
            Line("he does not stand at the stage new", (Line("Whoever stands at no stage counts too."),)),
        ),
    )


TIME = Line("Time alone moves people in and out too, each at the very second, though nothing happens.")


@pytest.mark.parametrize(
    ("condition", "moves"),
    [
        ("{did: purchased}", False),
        ("{did: purchased, within_last: 9 days}", True),
        ("any: [{has_tag: a}, {sum_of: purchased.total, within_last: 9 days, at_least: 5}]", True),
        ("{attribute: birthday, within_next: 9 days}", True),
        ("{attribute: country, is: GB}", False),
    ],
)
def test_that_time_alone_moves_people(condition: str, moves: bool) -> None:
    assert (TIME in told(f"  - {condition}\n").beside) is moves


def test_a_segment_of_kind_deny() -> None:
    assert told("  - {has_tag: a}\n", kind="deny").beside == (
        Line("Its kind is deny: whoever is in it gets no marketing mail and is in no audience."),
    )


def test_what_its_names_stand_for() -> None:
    computed = "  rhythm: {usual_gap_between: purchased, where: {category: tea}}\n"
    computed += "  spent: {sum_of: purchased.total, within_last: 30 days}\n"
    found = told(
        "  - {attribute: rhythm, at_least: 5}\n  - {attribute: spent, at_least: 5}\n"
        "  - {score: lead, at_least: 5}\n  - {in_audience: best}\n  - {attribute: plan, is: pro}\n",
        more=computed,
    )
    assert [line.says for line in found.named] == [
        (
            'attribute "rhythm": the usual time from one purchased to the next, in days, once there'
            " were 3, where category"
            " is tea."
        ),
        'attribute "spent": the sum of purchased.total within the last 30 days.',
        (
            'score "lead": +10 for page_visited, where path matches /pricing* (at most 1 per day); -2.5'
            " for refunded; half"
            " of it is left after 14 days; never below 0."
        ),
        'audience "best": always those of the segment "vip".',
    ]


def test_where_it_is_used() -> None:
    found = workspace(
        {
            "autoflow.yaml": SETTINGS + MORE,
            "segments/vip.yaml": VIP,
            "segments/inner.yaml": "conditions: [{any: [{none: [{in_segment: vip}]}, {has_tag: a}]}]\n",
            "recipes/a.yaml": "trigger: {segment_entered: vip}\nkeep_while: [{in_segment: vip}]\nactions: [exit]\n",
            "recipes/b.yaml": (
                "trigger: {schedule: {every: day, segment: vip}}\nconditions: [{none: [{in_segment: vip}]}]\n"
                "goal: {in_segment: vip}\nexit: {in_segment: lapsed-buyers}\n"
                "actions:\n  - wait_for: {conditions: [{in_segment: vip}], up_to: 1 day}\n"
                "  - choose: [{if: [{in_segment: vip}], actions: [{id: last, choose: [{if: [{in_segment: vip}],"
                " actions: [exit]}]}]}]\n"
            ),
        }
    )
    assert found.sound, found.problems
    assert [tuple(each) for each in explain_segment(found.segments["vip"], found).used] == [
        ("recipe", "a", "what it begins with"),
        ("recipe", "a", "who may go on"),
        ("recipe", "b", "what it begins with"),
        ("recipe", "b", "who may enter"),
        ("recipe", "b", "its goal"),
        ("recipe", "b", "step wait_for:conditions"),
        ("recipe", "b", "step choose"),
        ("recipe", "b", "step last"),
        ("segment", "inner", "who is in it"),
        ("audience", "best", "always the same people"),
    ]
    assert explain_segment(found.segments["inner"], found).used == ()
