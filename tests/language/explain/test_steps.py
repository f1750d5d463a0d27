"""The steps of a recipe: their numbers, their ways, and where each leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar

import pytest

from autoflow.kinds.base import Action
from autoflow.kinds.fields import Name
from autoflow.language.explain.recipe import explain_recipe
from autoflow.language.explain.steps import instruction
from autoflow.language.explain.told import StepTold
from autoflow.model.durations import Duration
from tests.language.small import workspace


def steps(actions: str) -> tuple[StepTold, ...]:
    found = workspace({"recipes/r.yaml": f"trigger: {{event: purchased}}\nactions:\n{actions}"})
    assert found.sound, found.problems
    return explain_recipe(found.recipes["r"], found).steps


def laid_out(told: Iterable[StepTold]) -> list[str]:
    lines = []
    for step in told:
        lines.append(f"{step.number} {step.id}")
        for way in step.ways:
            lines.append(f"{way.says} -> {way.goes}")
            lines += laid_out(way.steps)
    return lines


def test_numbers_and_where_each_way_leads() -> None:
    told = steps(
        "  - choose:\n"
        "      - if: [{has_tag: a}]\n"
        "        actions:\n"
        "          - {id: one, add_tag: x}\n"
        "          - id: inner\n"
        "            wait_for: {event: refunded, up_to: 2 days, then: [{id: deep, add_tag: y}], otherwise: [exit]}\n"
        "      - if: [{has_tag: b}]\n"
        "        actions: [{id: two, add_tag: z}]\n"
        "  - wait: 1 day\n"
        "  - {id: last, choose: [{if: [{has_tag: c}], actions: [{id: three, add_tag: w}]}]}\n"
    )
    assert laid_out(told) == [
        "1 choose",
        "if -> on with step 2",
        "1a one",
        "1b inner",
        "as soon as it comes in -> on with step 2",
        "1b1 deep",
        "if 2 days pass without it -> ",
        "1b2 exit",
        "if -> on with step 2",
        "1c two",
        "otherwise -> on with step 2",
        "2 wait:1 day",
        "3 last",
        "if -> he is through",
        "3a three",
        "otherwise -> he is through",
    ]


def test_after_z_comes_aa() -> None:
    many = ", ".join(f"{{id: s{number}, add_tag: t}}" for number in range(54))
    [step] = steps(f"  - choose: [{{if: [{{has_tag: a}}], actions: [{many}]}}]\n")
    numbers = [each.number for each in step.ways[0].steps]
    assert (numbers[0], numbers[25:28], numbers[-1]) == ("1a", ["1z", "1aa", "1ab"], "1bb")
    assert len(set(numbers)) == 54


SAID = [
    ("wait: 2 hours", "Wait 2 hours."),
    ("wait: 3 days", "Wait 3 days, to the same time of the day where the contact lives."),
    ("wait: 1 day 6 hours", "Wait 1 day 6 hours."),
    (
        'wait: "{{ contact.income }} days"',
        "Wait as long as “{{ contact.income }} days” comes to for the contact.",
    ),
    ('wait: {until: "09:30"}', "Wait until the next 09:30 where the contact lives."),
    (
        'wait: {until: "09:30", days: weekdays, not_before: 2 days}',
        "Wait until 09:30 on the next weekday where the contact lives, not before 2 days have passed.",
    ),
    (
        'wait: {until: "09:30", days: [monday, thursday], not_before: 1 hour}',
        "Wait until 09:30 on the next Monday or Thursday where the contact lives, not before 1 hour has passed.",
    ),
    (
        'wait: {until: "{{ contact.next_visit }}", offset: -1 hour}',
        "Wait until 1 hour before his next_visit.",
    ),
    (
        'wait: {until: "{{ contact.birthday }}", offset: 2 days, at: "10:00"}',
        "Wait until 2 days after his birthday, at 10:00 where the contact lives.",
    ),
    (
        "wait_for: {event: refunded, where: {total: {at_least: 5}}, up_to: 3 days}",
        "Wait until refunded comes in, where total is at least 5, but no longer than 3 days.",
    ),
    (
        "wait_for: {conditions: [{has_tag: a}, {did: refunded}], up_to: 3 days}",
        'Wait until he has the tag "a" and he has done refunded since the start, but no longer than 3 days.',
    ),
    ("set_attribute: {plan: pro, last_order: null}", "Set plan to pro and empty last_order."),
    ("adjust_score: {score: lead, by: -2.5}", 'Take 2.5 points off the score "lead".'),
    ("give_consent: '*'", "Write down that the contact agrees to everything."),
    ("notify_sales: Hello.", "Tell sales: “Hello.”"),
    ("notify_sales: {message: Hello, channel: slack-sales}", 'Tell sales over "slack-sales": “Hello”.'),
    ("create_task: Ring", "Put a task on the list, for whoever looks at the tasks: “Ring”."),
    ("record_event: refunded", "Record refunded, as if the contact had done it."),
    ("exit", "End it here."),
    (
        "send_email: welcome",
        "Send the mail \"welcome\": “Hello {{ contact.first_name | default('there') }}”.",
    ),
]


@pytest.mark.parametrize(("action", "said"), SAID, ids=[action for action, _ in SAID])
def test_a_step_in_words(action: str, said: str) -> None:
    scored = "scores: {lead: {rules: [{when: purchased, add: 1}]}}\n"
    from tests.language.small import SETTINGS

    found = workspace(
        {
            "autoflow.yaml": SETTINGS + scored,
            "recipes/r.yaml": f"trigger: {{event: purchased}}\nactions:\n  - {action}\n",
        }
    )
    assert found.sound, found.problems
    assert explain_recipe(found.recipes["r"], found).steps[0].says == said


BESIDE = [
    ('wait: {until: "{{ contact.next_visit }}"}', ("Where that has gone by already, nobody waits.",)),
    ('wait: {until: "{{ contact.next_visit }}", then: [exit]}', ()),
    (
        "send_email: {template: welcome, if_late: skip after 20 minutes, quiet_hours: ignore}",
        (
            "In quiet hours too, where it answers what he did within the last quarter of an hour.",
            "Where it would go more than 20 minutes late, it is not sent at all.",
        ),
    ),
    (
        "notify_sales: {message: Hi, at_most: 1 per 7 days}",
        (
            'At most 1 in any 7 days about the same contact, all notices over "sales" counted; one more is left out.',
        ),
    ),
    ("create_task: {title: Ring, note: Soon}", ("Noted beside it: “Soon”.",)),
    ("create_task: {title: Ring, note: Soon.}", ("Noted beside it: “Soon.”",)),
]


@pytest.mark.parametrize(("action", "beside"), BESIDE, ids=[action for action, _ in BESIDE])
def test_what_stands_beside_a_step(action: str, beside: tuple[str, ...]) -> None:
    assert steps(f"  - {action}\n")[0].beside == beside


def test_parts_of_a_split_and_who_is_held_out() -> None:
    [split] = steps(
        "  - split:\n"
        "      - {name: a, percent: 60, actions: [{add_tag: x}]}\n"
        "      - {name: b, percent: 30, holdout: true, actions: [{add_tag: y}]}\n"
        "      - {name: c, percent: 9.5, holdout: true}\n"
        "      - {name: d, percent: 0.5}\n"
    )
    silence = "from here on nothing is sent to them and nobody is told of them"
    assert (
        split.says == "Let chance choose one of these ways; whoever comes here again goes the same way again."
    )
    assert [(way.says, way.goes, [step.number for step in way.steps]) for way in split.ways] == [
        ('60% of them, "a"', "he is through", ["1a"]),
        (f'30% of them, "b", held out ({silence})', "he is through", ["1b"]),
        ('9.5% of them, "c", held out', f'they go the way of "a", and {silence}', []),
        ('0.5% of them, "d"', "he is through", []),
    ]


def test_a_mail_that_was_not_sent_has_a_way_of_its_own() -> None:
    [step] = steps(
        "  - wait_for: {event: email_opened, where: {template: welcome}, up_to: 1 day, skipped: [exit]}\n"
    )
    assert [(way.says, way.goes) for way in step.ways] == [
        ("as soon as it comes in", "he is through"),
        ("if 1 day passes without it", "he is through"),
        ("if that mail was not sent to him", ""),
    ]


@dataclass(frozen=True)
class SendFax(Action):
    word: ClassVar[str] = "send_fax"
    short: ClassVar[str] = "number"
    example: ClassVar[str] = "send_fax: 5"

    number: Annotated[str, Name("event")]
    after: Duration = Duration(0, 0, 0)


def test_a_new_word_is_told_by_its_fields() -> None:
    assert instruction(SendFax("0117 496", Duration(0, 2, 0))) == "send fax 0117 496, after 2 days"


BRIEF = [
    ("wait: 3 days", "Wait 3 days"),
    ('wait: "{{ contact.income }} days"', "Wait {{ contact.income }} days"),
    (
        'wait: {until: "09:30", days: monday, not_before: 2 days}',
        "Wait until 09:30 on the next Monday, not before 2 days",
    ),
    ('wait: {until: "{{ contact.next_visit }}", offset: -1 hour}', "Wait until 1 hour before his next_visit"),
    ("wait_for: {event: refunded, where: {total: 5}, up_to: 3 days}", "Wait for refunded, 3 days at most"),
    ("wait_for: {conditions: [{has_tag: a}], up_to: 3 days}", "Wait for what is asked, 3 days at most"),
    ('notify_sales: {to: "{{ contact.owner_email }}", message: Ring.}', "Tell his owner_email"),
    ("notify_sales: Ring.", "Tell sales"),
    ("create_task: {title: Ring, to: sam@shop.example}", "Task: Ring"),
    ("record_event: {name: refunded, with: {total: 5}}", "Record refunded"),
    ("give_consent: news", "Consent to news"),
    ("withdraw_consent: '*'", "No more consent to everything"),
    ("exit: not a fit", "Leave: not a fit"),
    ("exit", "Leave"),
    ("add_tag: a", 'Put the tag "a" on the contact'),
]


@pytest.mark.parametrize(("action", "brief"), BRIEF, ids=[action for action, _ in BRIEF])
def test_a_step_in_a_few_words(action: str, brief: str) -> None:
    assert steps(f"  - {action}\n")[0].brief == brief


@pytest.mark.parametrize(
    ("action", "looks"),
    [
        ("send_email: welcome", "mail"),
        ("wait: 1 day", "wait"),
        ('wait: {until: "{{ contact.next_visit }}", then: [exit]}', "choice"),
        ("wait_for: {event: refunded, up_to: 1 day}", "choice"),
        ("exit", "exit"),
        ("add_tag: a", "step"),
    ],
)
def test_how_a_step_looks(action: str, looks: str) -> None:
    assert steps(f"  - {action}\n")[0].looks == looks
