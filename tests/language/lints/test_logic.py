from __future__ import annotations

import pytest

from tests.language.small import workspace


def _codes(*conditions: str, key: str = "conditions", file: str = "segments/s.yaml") -> list[tuple[str, int]]:
    lines = "".join(f"  - {condition}\n" for condition in conditions)
    return [(problem.code, problem.line) for problem in workspace({file: f"{key}:\n{lines}"}).problems]


NEVER = [("never-holds", 3)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{attribute: income, at_least: 100}", "{attribute: income, at_most: 99}"),
        ("{attribute: income, more_than: 100}", "{attribute: income, at_most: 100}"),
        ("{attribute: income, is: 5}", "{attribute: income, less_than: 5}"),
        ("{attribute: income, between: [1, 5]}", "{attribute: income, between: [6, 9]}"),
        ("{attribute: birthday, before: 2000-01-01}", "{attribute: birthday, after: 2001-01-01}"),
        ("{attribute: birthday, before: 2000-01-01}", "{attribute: birthday, after: 2000-01-01}"),
        ("{attribute: next_visit, before: 2000-01-01}", "{attribute: next_visit, after: 2000-01-01 12:00}"),
        ("{attribute: city, is: London}", "{attribute: city, is: Paris}"),
        ("{attribute: city, is: London}", "{attribute: city, is_not: london}"),
        ("{attribute: city, in: [London, Paris]}", "{attribute: city, not_in: [PARIS, LONDON]}"),
        ("{attribute: newsletter, is: yes}", "{attribute: newsletter, is: no}"),
        ("{attribute: city, is_set: false}", "{attribute: city, contains: x}"),
        ("{sum_of: purchased.total, at_least: 9}", "{sum_of: purchased.total, less_than: 9}"),
        ("{has_tag: a}", "{none: [{has_tag: a}]}"),
        ("{none: [{has_tag: b}, {has_tag: a}]}", "{has_tag: a}"),
        ("{in_segment: vip}", "{none: [{in_segment: vip}]}"),
        ("{did: purchased}", "{did_not: purchased}"),
        ("{did: purchased, at_least: 2}", "{did_not: purchased, at_least: 2}"),
        ("{did: purchased, within_last: 10 days}", "{did_not: purchased, within_last: 10 days}"),
        ("{did: purchased, within_last: 10 days}", "{did_not: purchased, within_last: 1 month}"),
        ("{did: purchased, at_least: 3, within_last: 10 days}", "{did_not: purchased}"),
        ("{did: purchased, where: {category: tea}}", "{did_not: purchased}"),
        ("{none: [{did: purchased}]}", "{did: purchased, within_last: 3 days}"),
        ("{none: [{did_not: purchased, within_last: 3 days}]}", "{did_not: purchased}"),
        ("{did: purchased, exactly: 0 times}", "{did: purchased, within_last: 3 days}"),
        ("{all: [{has_tag: a}]}", "{none: [{has_tag: a}]}"),
        ("{attribute: income, at_least: 100}", "{none: [{attribute: income, more_than: 50}]}"),
        ("{attribute: income, between: [1, 5]}", "{none: [{attribute: income, is_set: true}]}"),
        ("{attribute: city, is: London}", "{attribute: city, starts_with: P}"),
        (
            "{attribute: city, in: [London, Bonn]}",
            "{none: [{attribute: city, matches: '*on*'}, {has_tag: x}]}",
        ),
        ("{attribute: birthday, within_last: 3 days}", "{attribute: birthday, not_within_last: 7 days}"),
        ("{sum_of: purchased.total, less_than: 9}", "{none: [{sum_of: purchased.total, at_most: 20}]}"),
        ("{did: purchased, at_least: 3}", "{did: purchased, at_most: 1}"),
        ("{did: purchased, exactly: 2}", "{did: purchased, exactly: 3}"),
        ("{did: purchased, at_least: 3, within_last: 10 days}", "{did: purchased, at_most: 2}"),
        ("{did: purchased, at_least: 2}", "{none: [{did: purchased}]}"),
        (
            "{did: purchased, where: {total: {at_least: 50}}}",
            "{did_not: purchased, where: {total: {at_least: 20}}}",
        ),
        ("{did: purchased, longer_ago_than: 9 days}", "{did_not: purchased, longer_ago_than: 2 days}"),
        ("{did: purchased, first_time_within_last: 3 days}", "{did: purchased, longer_ago_than: 9 days}"),
        ("{received: welcome, within_last: 3 days}", "{none: [{received: welcome}]}"),
        ("{received: welcome}", "{did_not: email_sent}"),
        ("{has_consent: news}", "{none: [{has_consent: any}]}"),
    ],
)
def test_these_two_can_never_both_hold(first: str, second: str) -> None:
    found = _codes(first, second)
    assert found in (NEVER, [("never-holds", 2)])
    assert _codes(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{attribute: income, at_least: 100}", "{attribute: income, at_most: 100}"),
        ("{attribute: income, at_least: 1}", "{attribute: income, is_not: 5}"),
        ("{attribute: city, is_set: false}", "{attribute: city, is_not: x}"),
        ("{attribute: city, contains: a}", "{attribute: city, contains: b}"),
        ("{attribute: interests, contains: a}", "{attribute: interests, not_in: [b]}"),
        ("{attribute: birthday, before: 2000-01-01}", "{attribute: birthday, within_last: 3 days}"),
        (
            "{sum_of: purchased.total, at_least: 9}",
            "{sum_of: purchased.total, less_than: 9, within_last: 9 days}",
        ),
        ("{did: purchased}", "{did_not: purchased, within_last: 90 days}"),
        ("{did: purchased, at_least: 2}", "{did_not: purchased, at_least: 3}"),
        ("{did: purchased, within_last: 90 days}", "{did_not: purchased, within_last: 10 days}"),
        ("{did: purchased, within_last: 30 days}", "{did_not: purchased, within_last: 1 month}"),
        ("{did: purchased}", "{did_not: purchased, where: {category: tea}}"),
        ("{did: purchased, exactly: 0 times}", "{did_not: purchased}"),
        ("{did: purchased, at_most: 2 times}", "{did_not: purchased}"),
        ("{none: [{did_not: purchased, at_most: 3 times}]}", "{did_not: purchased}"),
        ("{none: [{did: purchased, at_least: 3 times}]}", "{did: purchased}"),
        ("{did: purchased, longer_ago_than: 9 days}", "{did_not: purchased, within_last: 9 days}"),
        ("{any: [{has_tag: a}, {has_tag: b}]}", "{none: [{has_tag: a}]}"),
        ("{attribute: income, at_most: 100}", "{none: [{attribute: income, less_than: 50}]}"),
        ("{attribute: income, is_set: false}", "{none: [{attribute: income, at_least: 50}]}"),
        ("{none: [{attribute: income, at_least: 9}]}", "{none: [{attribute: income, less_than: 9}]}"),
        ("{attribute: city, is: London}", "{attribute: city, starts_with: lo}"),
        ("{attribute: birthday, within_last: 7 days}", "{attribute: birthday, not_within_last: 3 days}"),
        ("{did: purchased, at_least: 3}", "{did: purchased, at_most: 2, within_last: 10 days}"),
        (
            "{did: purchased, where: {total: {at_least: 20}}}",
            "{did_not: purchased, where: {total: {at_least: 50}}}",
        ),
        ("{did: purchased, first_time_within_last: 9 days}", "{did: purchased, longer_ago_than: 3 days}"),
        ("{received: welcome}", "{none: [{received: welcome, within_last: 3 days}]}"),
        ("{has_consent: any}", "{none: [{has_consent: news}]}"),
        ("{did: purchased, then: refunded}", "{did_not: purchased, then: page_visited}"),
    ],
)
def test_these_two_can_both_hold(first: str, second: str) -> None:
    assert _codes(first, second) == []
    assert _codes(second, first) == []


def test_what_always_holds() -> None:
    assert _codes("{any: [{did: purchased}, {did_not: purchased}]}") == [("always-holds", 2)]
    assert _codes("{any: [{has_tag: a}, {none: [{has_tag: a}]}]}") == [("always-holds", 2)]
    assert _codes("{any: [{has_tag: a}, {none: [{has_tag: a}, {has_tag: b}]}]}") == []
    plan = "{any: [{attribute: plan, is: pro}, {attribute: plan, %s}]}"
    assert _codes(plan % "is_not: pro") == [("always-holds", 2)]
    assert _codes(plan % "is: free") == []  # nobody knows the plan of some
    spent = "{any: [{sum_of: purchased.total, at_least: 50}, {sum_of: purchased.total, less_than: %d}]}"
    assert _codes(spent % 50) == [("always-holds", 2)]
    assert _codes(spent % 49) == []
    assert _codes("{any: [{did: purchased}, {did_not: purchased, within_last: 30 days}]}") == [
        ("always-holds", 2)
    ]


def test_several_that_exclude_each_other_only_together() -> None:
    city = ["{attribute: city, in: [A, B]}", "{attribute: city, is_not: A}", "{attribute: city, is_not: B}"]
    assert _codes(*city) == [("never-holds", 4)]
    assert _codes(*city[:2]) == []


def test_inside_groups() -> None:
    assert _codes("{any: [{has_tag: b}, {all: [{has_tag: a}, {none: [{has_tag: a}]}]}]}") == [
        ("never-holds", 2)
    ]
    assert _codes("{none: [{all: [{has_tag: a}, {none: [{has_tag: a}]}]}]}") == [("never-holds", 2)]


def test_placeholders_are_not_judged() -> None:
    text = (
        "trigger: {event: purchased}\nactions: [exit]\nconditions:\n"
        '  - {attribute: city, is: "{{ contact.region }}"}\n  - {attribute: city, is: London}\n'
    )
    assert workspace({"recipes/r.yaml": text}).problems == ()


def test_goals_of_a_recipe_are_alternatives() -> None:
    text = "trigger: {event: purchased}\nactions: [exit]\ngoal:\n  - {has_tag: a}\n  - none: [{has_tag: a}]\n"
    assert [problem.code for problem in workspace({"recipes/r.yaml": text}).problems] == ["always-holds"]


def test_a_long_list_is_not_compared() -> None:
    many = [f"{{did: purchased, at_least: {count}}}" for count in range(2_000)]
    assert {code for code, _ in _codes(*many)} == {"always-holds"}
