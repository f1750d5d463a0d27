"""Placeholders whose value can never be of the type that is needed."""

from __future__ import annotations

import pytest

from tests.language.small import SETTINGS, workspace

MORE = SETTINGS.replace("  income: number\n", "  income: number\n  pause: {choice: [3 days, a week]}\n")
MORE = MORE.replace("category: text}", "category: text, pause: text, due: date}", 1)


def _codes(action: str, more: str = "") -> list[str]:
    text = f"trigger: {{event: purchased}}\nactions: [{action}]\n{more}"
    found = workspace({"autoflow.yaml": MORE, "recipes/r.yaml": text}).problems
    return [each.code for each in found if each.code != "may-be-missing"]


@pytest.mark.parametrize(
    "action",
    [
        '{wait: "{{ contact.birthday }} days"}',
        '{wait: "{{ contact.first_name }} days"}',
        '{wait: "{{ contact.plan }}"}',
        '{wait: "{{ contact.newsletter | default(3) }} days"}',
        '{wait: {until: "{{ contact.first_name }}"}}',
        '{wait: {until: "{{ contact.income }}"}}',
        '{wait: {until: "{{ contact.plan }}"}}',
        '{set_attribute: {income: "{{ contact.birthday }}"}}',
        '{set_attribute: {income: "{{ contact.city }}"}}',
        '{set_attribute: {income: "{{ contact.plan }}"}}',
        '{set_attribute: {plan: "{{ contact.pause }}"}}',
        '{set_attribute: {plan: "{{ contact.birthday }}"}}',
        '{set_attribute: {birthday: "{{ event.total }}"}}',
        '{set_attribute: {newsletter: "{{ event.items }}"}}',
        '{set_attribute: {next_visit: "{{ contact.interests }}"}}',
        '{record_event: {name: refunded, with: {total: "{{ event.due }}"}}}',
    ],
)
def test_never_of_that_type(action: str) -> None:
    assert _codes(action) == ["placeholder-type"]


@pytest.mark.parametrize(
    "action",
    [
        '{wait: "{{ contact.income }} days"}',
        '{wait: "{{ event.pause }}"}',
        '{wait: "{{ contact.pause }}"}',
        '{wait: "{{ contact.pause }} 2 hours"}',
        "{wait: \"{{ '3 days' if contact.income else '1 day' }}\"}",
        '{wait: "{{ contact.income }} days {{ event.items }} hours"}',
        '{wait: {until: "{{ event.due }}"}}',
        '{wait: {until: "{{ contact.next_visit }}"}}',
        '{wait: {until: "{{ contact.last_order }}"}}',
        '{set_attribute: {income: "{{ event.total }}"}}',
        '{set_attribute: {income: "{{ contact.postal_code }}"}}',
        '{set_attribute: {income: "{{ contact.last_order }}"}}',
        '{set_attribute: {income: "{{ contact.birthday | length }}"}}',
        '{set_attribute: {plan: "{{ event.category }}"}}',
        '{set_attribute: {birthday: "{{ contact.created_at }}"}}',
        '{set_attribute: {last_order: "{{ contact.birthday }}"}}',
        '{set_attribute: {interests: "{{ event.category }}"}}',
    ],
)
def test_sometimes_of_that_type(action: str) -> None:
    assert _codes(action) == []


@pytest.mark.parametrize("action", ['{wait: "{{ contact.income }}"}', '{wait: "{{ event.items }} dayz"}'])
def test_a_number_without_a_unit_of_time(action: str) -> None:
    assert _codes(action) == ["duration"]


def test_of_two_events_one_may_do() -> None:
    text = (
        "trigger: [{event: purchased}, {event: refunded}]\nactions: [{wait: {until: '{{ event.when }}'}}]\n"
    )
    for types, codes in ((("number", "date"), []), (("number", "money"), ["placeholder-type"])):
        settings = MORE.replace("purchased: {", f"purchased: {{when: {types[0]}, ")
        settings = settings.replace("refunded: {", f"refunded: {{when: {types[1]}, ")
        found = workspace({"autoflow.yaml": settings, "recipes/r.yaml": text}).problems
        assert [each.code for each in found] == codes


def test_goals_are_checked_as_well() -> None:
    text = 'goal: [{attribute: income, at_least: "{{ event.due }}"}]\n'
    assert _codes("exit", text) == ["placeholder-type"]
