"""Conditions in words: whole phrases, their opposites, and with a subject."""

from __future__ import annotations

import re

import pytest

from autoflow.kinds.base import Condition
from autoflow.kinds.said import denied
from autoflow.kinds.text import Text
from tests.language.small import workspace

SAID = [
    ("{attribute: country, is: GB}", "country is GB", "country is not GB"),
    ("{attribute: country, is_not: GB}", "country is not GB", "country is GB"),
    ("{attribute: country, in: [GB, IE]}", "country is one of GB, IE", "country is not one of GB, IE"),
    ("{attribute: country, not_in: [GB, IE]}", "country is none of GB, IE", "country is not none of GB, IE"),
    ("{attribute: country, is_set: true}", "country is set", "country is not set"),
    ("{attribute: country, is_set: false}", "country is not set", "country is set"),
    ("{attribute: income, at_least: 80}", "income is at least 80", "income is not at least 80"),
    (
        "{attribute: income, between: [5, 120]}",
        "income is between 5 and 120",
        "income is not between 5 and 120",
    ),
    (
        "{attribute: email, ends_with: .example}",
        "email ends with .example",
        "email does not end with .example",
    ),
    ("{attribute: email, contains: x}", "email contains x", "email does not contain x"),
    (
        "{attribute: interests, in: [tea, cups]}",
        "interests contains one of tea, cups",
        "interests does not contain one of tea, cups",
    ),
    (
        "{attribute: birthday, within_next: 3 days}",
        "birthday lies within the next 3 days",
        "birthday does not lie within the next 3 days",
    ),
    (
        "{attribute: birthday, not_within_last: 3 days}",
        "birthday does not lie within the last 3 days",
        "birthday lies within the last 3 days",
    ),
    (
        "{attribute: birthday, anniversary_within: 3 days}",
        "birthday has its anniversary within 3 days",
        "birthday has not its anniversary within 3 days",
    ),
    (
        "{did: purchased, at_least: 2 times, where: {category: [tea, cups], total: {more_than: 5}}}",
        "he has done purchased at least 2 times where category is one of tea, cups and total is more than 5",
        "he has not done purchased at least 2 times where category is one of tea, cups and total is more than 5",
    ),
    (
        "{did_not: purchased, within_last: 90 days}",
        "he has not done purchased within the last 90 days",
        "he has done purchased within the last 90 days",
    ),
    (
        "{sum_of: purchased.total, within_last: 7 days, where: {category: tea}, at_least: 20}",
        "the sum of purchased.total within the last 7 days, where category is tea, is at least 20",
        "the sum of purchased.total within the last 7 days, where category is tea, is not at least 20",
    ),
    (
        "{sum_of: purchased.total, within_last: 7 days, less_than: 50% of before}",
        "the sum of purchased.total within the last 7 days is less than 50% of the time before",
        "the sum of purchased.total within the last 7 days is not less than 50% of the time before",
    ),
    ("{has_tag: vip}", 'he has the tag "vip"', 'he does not have the tag "vip"'),
    ("{in_segment: vip}", 'he is in the segment "vip"', 'he is not in the segment "vip"'),
    (
        '{local_time: {between: ["09:00", "17:00"], days: weekdays}}',
        "it is between 09:00 and 17:00 on weekdays where the contact is",
        "it is not between 09:00 and 17:00 on weekdays where the contact is",
    ),
    ("none: [{has_tag: vip}]", 'he does not have the tag "vip"', 'he has the tag "vip"'),
    (
        "none: [{has_tag: a}, {has_tag: b}]",
        'not (he has the tag "a" or he has the tag "b")',
        '(he has the tag "a" or he has the tag "b")',
    ),
    (
        "all: [{has_tag: a}, {attribute: country, is: GB}]",
        '(he has the tag "a" and country is GB)',
        'not (he has the tag "a" and country is GB)',
    ),
    ("any: [{none: [{in_segment: vip}]}]", 'he is not in the segment "vip"', 'he is in the segment "vip"'),
]


def condition(text: str) -> Condition:
    found = workspace({"segments/asked.yaml": f"conditions:\n  - {text}\n"})
    assert found.sound, found.problems
    return found.segments["asked"].conditions


@pytest.mark.parametrize(("text", "said", "opposite"), SAID, ids=[text for text, *_ in SAID])
def test_a_condition_and_its_opposite_in_words(text: str, said: str, opposite: str) -> None:
    asked = condition(text)
    assert (asked.clause(), asked.clause(holds=False)) == (said, opposite)
    assert asked.says() == re.sub(r"\bhe ", "", said)
    assert asked.denied() == re.sub(r"\bhe ", "", opposite)


def test_what_has_no_verb_of_ours_is_denied_as_a_whole() -> None:
    assert denied("rain falls") == "not (rain falls)"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{{ contact.first_name }}", "his first_name"),
        ("{{event.order_id}}", "the order_id he entered with"),
        ("{{ contact.first_name | upper }}", "{{ contact.first_name | upper }}"),
        ("Dear {{ contact.first_name }}", "Dear {{ contact.first_name }}"),
        (5, "5"),
        (True, "yes"),
    ],
)
def test_a_placeholder_in_words(written: object, said: str) -> None:
    assert Text(written).says() == said


def test_what_a_placeholder_stands_for_is_said_of_an_operator() -> None:
    found = workspace(
        {
            "recipes/r.yaml": "trigger: {event: purchased}\nactions: [exit]\n"
            'goal: {did: refunded, where: {order_id: "{{ event.order_id }}"}}\n'
        }
    )
    goal = found.recipes["r"].goal
    assert goal is not None
    assert (
        goal.clause() == "he has done refunded where order_id is the order_id he entered with since the start"
    )
