"""Values that somebody may lack, in steps and in mails, with nothing to stand in for them."""

from __future__ import annotations

import pytest

from autoflow.language.templates.stand_ins import shown_bare
from tests.language.small import SETTINGS, workspace

WORKED_OUT = """
  spent: {sum_of: purchased.total}
  rhythm: {usual_gap_between: purchased}
"""
MORE = SETTINGS.replace("attributes:\n", f"attributes:{WORKED_OUT}")


@pytest.mark.parametrize(
    ("source", "strict", "loose"),
    [
        ("{{ contact.a }}", "contact.a", "contact.a"),
        ("x {{ contact['a'] | upper }} y", "contact.a", "contact.a"),
        ("{{ contact.a.b }}", "contact.a", "contact.a"),
        ("{{ event.a }} {{ contact.b }}", "contact.b event.a", "contact.b event.a"),
        ("{{ contact.a | default('x') }}", "", ""),
        ("{{ contact.a | d(contact.b) | upper }}", "contact.b", "contact.b"),
        ("{{ contact.a | upper | default('x') }}", "contact.a", "contact.a"),
        ("{{ contact.a ~ '!' }}", "contact.a", "contact.a"),
        ("{{ contact.a + 1 }}", "contact.a", "contact.a"),
        ("{{ -contact.a }}", "contact.a", "contact.a"),
        ("{{ contact.a or 'x' }}", "contact.a", ""),
        ("{{ contact.a or contact.b }}", "contact.a contact.b", "contact.b"),
        ("{{ contact.a if contact.a else 'x' }}", "contact.a", ""),
        ("{{ contact.a if contact.a is defined else 'x' }}", "", ""),
        ("{{ 'y' if contact.a == 'x' else contact.b }}", "contact.b", "contact.b"),
        ("{% if contact.a %}{{ contact.a }}{% endif %}", "contact.a", ""),
        (
            "{% if contact.a is defined %}{{ contact.a }}{% else %}{{ contact.b }}{% endif %}",
            "contact.b",
            "contact.b",
        ),
        ("{% for x in contact.a %}{{ x }}{% endfor %}", "contact.a", "contact.a"),
        (
            "{% if contact.a %}{% for x in contact.a %}{{ contact.b }}{% endfor %}{% endif %}",
            "contact.a contact.b",
            "contact.b",
        ),
        ("{% set x = contact.a %}{{ x | default('') }}", "", ""),
        ("{% macro m() %}{{ contact.a }}{% endmacro %}", "", ""),
        ("{{ sender.name }} {{ now | date }}", "", ""),
        ("{{ contact }}", "", ""),
        ("{{ contact.a", "", ""),
    ],
)
def test_what_is_shown_with_nothing_in_its_place(source: str, strict: str, loose: str) -> None:
    assert " ".join(sorted(shown_bare(source, True))) == strict
    assert " ".join(sorted(shown_bare(source, False))) == loose


def _found(recipe: str, **files: str) -> list[tuple[str, str]]:
    sources = {"autoflow.yaml": MORE, "recipes/r.yaml": recipe}
    sources |= {f"segments/{name}.yaml": text for name, text in files.items()}
    found = workspace(sources).problems
    assert {each.code for each in found} <= {"may-be-missing"}
    return [(f"{each.line}:{each.column}", each.message) for each in found]


STEP = 'actions:\n  - notify_sales: {message: "{{ contact.company }} called"}\n'
FAILS = [("3:33", 'Somebody may have no "company": then the run fails here.')]


@pytest.mark.parametrize(
    "step",
    [
        'notify_sales: {message: "{{ contact.company }}"}',
        'create_task: {title: call, note: "{{ contact.company }}", to: sam@shop.example}',
        'set_attribute: {last_order: "{{ contact.company }}"}',
        'record_event: {name: refunded, with: {order_id: "{{ contact.company }}"}}',
        'wait: "{{ contact.income }} days"',
        'wait: {until: "{{ contact.birthday }}"}',
        'wait: "{{ contact.rhythm }} days"',
    ],
)
def test_a_step_that_shows_it(step: str) -> None:
    [(_, message)] = _found(f"trigger: {{event: purchased}}\nactions:\n  - {step}\n")
    assert message.endswith(": then the run fails here.")


@pytest.mark.parametrize("name", ["id", "email", "spent", "company | default('a company')"])
def test_what_everybody_has(name: str) -> None:
    assert (
        _found(
            f'trigger: {{event: purchased}}\nactions:\n  - notify_sales: {{message: "{{{{ contact.{name} }}}}"}}\n'
        )
        == []
    )


@pytest.mark.parametrize(
    "rest",
    [
        "conditions: [{attribute: company, is_set: true}]\n",
        "conditions: [{attribute: company, is: Acme}]\n",
        "conditions: [{all: [{has_tag: x}, {attribute: company, contains: a}]}]\n",
        "conditions: [{none: [{attribute: company, is_set: false}]}]\n",
        "conditions: [{none: [{attribute: company, is_not: Acme}]}]\n",
        "conditions: [{in_segment: firms}]\n",
        "keep_while: [{attribute: company, is_set: true}]\n",
    ],
)
def test_a_condition_makes_sure_of_it(rest: str) -> None:
    firms = "conditions: [{attribute: company, is_set: true}]\n"
    assert _found(f"trigger: {{event: purchased}}\n{rest}{STEP}", firms=firms) == []


@pytest.mark.parametrize(
    "rest",
    [
        "conditions: [{attribute: company, is_not: Acme}]\n",
        "conditions: [{attribute: company, is_set: false}]\n",
        "conditions: [{none: [{attribute: company, is: Acme}]}]\n",
        "conditions: [{any: [{attribute: company, is: Acme}, {has_tag: x}]}]\n",
        "goal: [{attribute: company, is: Acme}]\n",
    ],
)
def test_a_condition_makes_not_sure_of_it(rest: str) -> None:
    [(_, message)] = _found(f"trigger: {{event: purchased}}\n{rest}{STEP}")
    assert message == FAILS[0][1]


@pytest.mark.parametrize(
    ("trigger", "sure"),
    [
        ("{attribute_changed: {attribute: company, to: Acme}}", True),
        ("{attribute_changed: company}", False),
        ("[{attribute_changed: {attribute: company, to: Acme}}, {segment_entered: firms}]", True),
        ("[{attribute_changed: {attribute: company, to: Acme}}, {event: purchased}]", False),
        ("{segment_entered: firms}", True),
        ("{segment_left: firms}", False),
    ],
)
def test_what_starts_it_makes_sure_of_it(trigger: str, sure: bool) -> None:
    firms = "conditions: [{attribute: company, is_set: true}]\n"
    assert _found(f"trigger: {trigger}\n{STEP}", firms=firms) == ([] if sure else [("3:33", FAILS[0][1])])


def test_a_date_that_starts_it_is_there() -> None:
    text = 'trigger: {date: {attribute: %s, every: year}}\nactions:\n  - wait: {until: "{{ contact.birthday }}"}\n'
    assert _found(text % "birthday") == []
    assert len(_found(text % "next_visit")) == 1


def test_a_step_above_or_a_case_makes_sure_of_it() -> None:
    start, show = (
        "trigger: {event: purchased}\nactions:\n",
        'notify_sales: {message: "{{ contact.company }}"}',
    )
    assert _found(f"{start}  - set_attribute: {{company: Acme}}\n  - {show}\n") == []
    assert len(_found(f"{start}  - {show}\n  - set_attribute: {{company: Acme}}\n")) == 1
    case = "  - choose:\n      - if: [{attribute: company, is_set: true}]\n        actions:\n          - %s\n"
    assert _found(start + case % show) == []
    assert len(_found(start + case % "exit" + f"  - {show}\n")) == 1


def test_each_value_is_told_once_a_recipe() -> None:
    twice = STEP + '  - {notify_sales: {message: "{{ contact.company }} again"}, id: two}\n'
    assert _found(f"trigger: {{event: purchased}}\n{twice}") == FAILS


SHOWS = 'actions:\n  - notify_sales: {message: "{{ event.category }}"}\n'


def test_an_event_that_not_everybody_brings() -> None:
    text = f"trigger:\n  - {{event: purchased}}\n  - %s\n{SHOWS}"
    said = 'Whoever comes by the trigger in line 3 brings no "event.category": then the run fails here.'
    for other in (
        "{segment_entered: vip}",
        "{event: refunded}",
        "manual",
        "{schedule: {at: 2027-01-01 09:00}}",
    ):
        assert _found(text % other) == [("5:33", said)], other
    assert _found(text % "{event: {name: purchased, where: {total: 5}}}") == []


def test_an_event_that_is_handed_on() -> None:
    calls = {
        "recipes/c.yaml": "trigger: {event: purchased}\nactions: [{enter_recipe: r}]\n",
        "autoflow.yaml": MORE,
    }
    by_hand = workspace({**calls, "recipes/r.yaml": f"trigger: manual\n{SHOWS}"})
    assert by_hand.problems == ()
    by_itself = workspace({**calls, "recipes/r.yaml": f"trigger: {{segment_entered: vip}}\n{SHOWS}"})
    assert [each.code for each in by_itself.problems] == ["may-be-missing"]
    refunds = {**calls, "recipes/c.yaml": calls["recipes/c.yaml"].replace("purchased", "refunded")}
    other = workspace({**refunds, "recipes/r.yaml": f"trigger: {{event: purchased}}\n{SHOWS}"})
    assert [each.message for each in other.problems] == [
        'Whoever comes by another recipe brings no "event.category": then the run fails here.'
    ]


def _mail(body: str, recipe: str, **files: str) -> list[tuple[str, int, str]]:
    mail = f"---\nsubject: x\nclass: transactional\n---\n{body}\n"
    sources = {"autoflow.yaml": MORE, "templates/thanks.html": mail, "recipes/r.yaml": recipe}
    found = workspace({**sources, **{f"templates/{name}": text for name, text in files.items()}}).problems
    assert {each.code for each in found} <= {"may-be-missing"}
    return [(each.file, each.line, each.message) for each in found]


SENDS = "trigger: {event: purchased}\nactions: [{send_email: thanks}]\n"
CANNOT = 'Somebody may have no "company": then this mail cannot be made.'


def test_a_mail_that_shows_it() -> None:
    assert _mail("<p>{{ contact.company }}</p>", SENDS) == [("templates/thanks.html", 5, CANNOT)]
    assert _mail("<p>{{ contact.company | default('x') }}</p>", SENDS) == []
    assert _mail("<p>{% if contact.company %}{{ contact.company }}{% endif %}</p>", SENDS) == []
    assert _mail("x", SENDS, **{"thanks.txt": "{{ contact.company }}"}) == [
        ("templates/thanks.txt", 1, CANNOT)
    ]


def test_every_recipe_that_sends_it_counts() -> None:
    asks = "conditions: [{attribute: company, is_set: true}]\n"
    body = "<p>{{ contact.company }}</p>"
    assert _mail(body, asks + SENDS) == []
    assert _mail(body, "trigger: manual\nactions: [exit]\n") == []  # nobody gets it
    both = "trigger: [{event: purchased}, manual]\nactions: [{send_email: thanks}]\n"
    assert _mail("{{ event.total }}", both) == [
        (
            "templates/thanks.html",
            5,
            'Whoever comes by the trigger in line 1 brings no "event.total": then this mail cannot be made.',
        )
    ]


def test_nothing_is_missed_where_nobody_knows_what_is_declared() -> None:
    found = workspace(
        {"autoflow.yaml": "attributes: [\n", "recipes/r.yaml": f"trigger: manual\n{STEP}"}
    ).problems
    assert {each.file for each in found} == {"autoflow.yaml"}
