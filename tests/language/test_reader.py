from __future__ import annotations

import pytest

from autoflow.kinds import registry
from autoflow.kinds.actions.notify_sales import NotifySales
from autoflow.kinds.actions.set_attribute import SetAttribute
from autoflow.kinds.base import Condition, Kind
from autoflow.kinds.conditions.all import All
from autoflow.kinds.conditions.attribute import Attribute
from autoflow.kinds.conditions.did import Did
from autoflow.kinds.conditions.did_not import DidNot
from autoflow.kinds.conditions.has_tag import HasTag
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.conditions.sum_of import SumOf
from autoflow.kinds.operators import OF_TYPE, Test
from autoflow.kinds.text import Text
from autoflow.kinds.triggers.event import EventTrigger
from autoflow.kinds.triggers.inactivity import Inactivity
from autoflow.kinds.triggers.page_visited import PageVisited
from autoflow.kinds.where import Where
from autoflow.model.durations import parse_duration
from tests.language.small import SETTINGS, told, workspace

Test.__test__ = False  # type: ignore[attr-defined]  # an operator, not a test


def _condition(text: str) -> Condition:
    found = workspace({"segments/s.yaml": f"conditions:\n  - {text}\n"})
    assert found.problems == ()
    return found.segments["s"].conditions


def _recipe(text: str) -> object:
    found = workspace({"recipes/r.yaml": text})
    assert [problem.message for problem in found.problems if problem.severity == "error"] == []
    return found.recipes["r"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{has_tag: vip}", HasTag("vip")),
        ("{has_tag: 2024}", HasTag("2024")),
        ("{attribute: income, at_least: 80}", Attribute("income", Test("at_least", 80, "number"))),
        ("{attribute: income, is: '80.50'}", Attribute("income", Test("is", 80.5, "number"))),
        ("{is_set: false, attribute: income}", Attribute("income", Test("is_set", False, "number"))),
        ("{attribute: newsletter, is: yes}", Attribute("newsletter", Test("is", True, "yes_no"))),
        ("{attribute: newsletter, is: true}", Attribute("newsletter", Test("is", True, "yes_no"))),
        ("{attribute: plan, is: PRO}", Attribute("plan", Test("is", "pro", "choice"))),
        ("{attribute: plan, starts_with: p}", Attribute("plan", Test("starts_with", "p", "choice"))),
        ("{attribute: country, in: [GB, NO]}", Attribute("country", Test("in", ("GB", "NO"), "text"))),
        ("{attribute: city, is: on}", Attribute("city", Test("is", "on", "text"))),
        ("{attribute: city, is: 12}", Attribute("city", Test("is", "12", "text"))),
        ("{attribute: interests, in: [tea, 5]}", Attribute("interests", Test("in", ("tea", "5"), "list"))),
        (
            "{attribute: birthday, between: [2026-03-06, 2026-04-01]}",
            Attribute("birthday", Test("between", ("2026-03-06", "2026-04-01"), "date")),
        ),
        (
            "{attribute: birthday, anniversary_within: 3 days}",
            Attribute("birthday", Test("anniversary_within", parse_duration("3 days"), "date")),
        ),
        ("{did: purchased}", Did(did="purchased")),
        (
            "{did: purchased, at_least: 2 times, within_last: 1 month}",
            Did(did="purchased", at_least=2, within_last=parse_duration("1 month")),
        ),
        ("{did_not: purchased, at_most: 3}", DidNot(did_not="purchased", at_most=3)),
        ("{did: purchased, exactly: 1 time}", Did(did="purchased", exactly=1)),
        (
            "{did: purchased, where: {total: {at_least: 80, less_than: 100}, category: [tea, coffee]}}",
            Did(
                did="purchased",
                where=Where(
                    (
                        ("category", Test("in", ("tea", "coffee"), "text")),
                        ("total", Test("at_least", 80, "money")),
                        ("total", Test("less_than", 100, "money")),
                    )
                ),
            ),
        ),
        (
            "{sum_of: purchased.total, within_last: 365 days, at_least: 500, where: {category: tea}}",
            SumOf(
                sum_of="purchased.total",
                test=Test("at_least", 500, "number"),
                where=Where((("category", Test("is", "tea", "text")),)),
                within_last=parse_duration("365 days"),
            ),
        ),
        ("none: [{has_tag: a}, {has_tag: b}]", NoneOf((HasTag("a"), HasTag("b")))),
        ("none: {has_tag: a}", NoneOf((HasTag("a"),))),
    ],
)
def test_a_condition_means(text: str, meant: Condition) -> None:
    assert _condition(text) == meant


def test_a_list_of_conditions_means_all() -> None:
    found = workspace({"segments/s.yaml": "conditions: [{has_tag: a}, {has_tag: b}]"})
    assert found.segments["s"].conditions == All((HasTag("a"), HasTag("b")))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("page_visited", PageVisited()),
        ("{page_visited: }", PageVisited()),
        ("{page_visited: /products/*}", PageVisited(path="/products/*")),
        ("{page_visited: {path: /x, utm_source: news}}", PageVisited(path="/x", utm_source="news")),
        ("{event: purchased}", EventTrigger("purchased")),
        (
            "{event: {name: purchased, where: {order_id: '{{ contact.last_order }}'}}}",
            EventTrigger(
                "purchased", Where((("order_id", Test("is", Text("{{ contact.last_order }}"), "text")),))
            ),
        ),
        (
            "{inactivity: {for: 30 days, of: [page_visited, purchased]}}",
            Inactivity(parse_duration("30 days"), ("page_visited", "purchased")),
        ),
        (
            "{inactivity: {for: 30 days, of: purchased}}",
            Inactivity(parse_duration("30 days"), ("purchased",)),
        ),
    ],
)
def test_a_trigger_means(text: str, meant: Kind) -> None:
    recipe = _recipe(f"trigger: {text}\nactions: [exit]\n")
    assert recipe.triggers == (meant,)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{notify_sales: hello}", NotifySales(Text("hello"))),
        (
            "{notify_sales: {message: 5, to: '{{ contact.email }}', channel: slack-sales}}",
            NotifySales(Text("5"), Text("{{ contact.email }}"), "slack-sales"),
        ),
        (
            "{set_attribute: {income: '7', birthday: null, interests: [a, b], newsletter: no}}",
            SetAttribute(
                (
                    ("income", Text(7)),
                    ("birthday", Text(None)),
                    ("interests", Text(["a", "b"])),
                    ("newsletter", Text(False)),
                )
            ),
        ),
        (
            "{set_attribute: {last_order: '{{ event.order_id }}'}}",
            SetAttribute((("last_order", Text("{{ event.order_id }}")),)),
        ),
    ],
)
def test_an_action_means(text: str, meant: Kind) -> None:
    recipe = _recipe(f"trigger: {{event: purchased}}\nactions: [{text}]\n")
    assert [step.action for step in recipe.steps] == [meant]  # type: ignore[attr-defined]


def test_placeholders_may_stand_inside_lists_of_operands() -> None:
    recipe = _recipe(
        "trigger: {event: purchased}\n"
        "conditions: [{attribute: city, in: ['{{ contact.region }}', London]}]\n"
        "actions: [exit]\n"
    )
    assert recipe.conditions == Attribute(  # type: ignore[attr-defined]
        "city", Test("in", (Text("{{ contact.region }}"), "London"), "text")
    )


@pytest.mark.parametrize("of_type", OF_TYPE)
def test_every_operator_of_every_type_can_be_written(of_type: str) -> None:
    declared = {"choice": "{choice: [a, b]}"}.get(of_type, of_type)
    value = {"number": 1, "money": 1, "yes_no": True, "date": "2026-01-01", "date_time": "2026-01-01"}.get(
        of_type, "a"
    )
    settings = SETTINGS.replace("attributes:\n", f"attributes:\n  tried: {declared}\n")
    for word in OF_TYPE[of_type]:
        operand = {
            "between": f"[{value}, {value}]",
            "in": f"[{value}]",
            "not_in": f"[{value}]",
            "is_set": "true",
        }.get(word, "3 days" if "within" in word else str(value).lower())
        text = f"conditions: [{{attribute: tried, {word}: {operand}}}]"
        assert told({"autoflow.yaml": settings, "segments/s.yaml": text}) == ""


_DECLARED = {
    "channels:\n": "channels:\n  webhooks: {crm: {file: .autoflow/crm.ndjson}}\n",
    "attributes:\n": "attributes:\n  account_type: {choice: [home, business]}\n",
    "sending:": "stages: [prospect, first-time buyer, repeat buyer]\nsending:",
    "sender:": "scores: {lead: {rules: [{when: purchased, add: 10}]}}\nsender:",
}


def _declared() -> str:
    text = SETTINGS
    for before, after in _DECLARED.items():
        text = text.replace(before, after)
    return text


_FITTING = {
    "autoflow.yaml": _declared(),
    "segments/lapsed-buyers.yaml": "conditions: [{has_tag: x}]",
    "segments/vip.yaml": "conditions: [{has_tag: vip}]",
    "templates/product-x200-intro.html": "---\nsubject: x\nclass: transactional\n---\n<p>x</p>",
    "recipes/in.yaml": "trigger: {segment_entered: vip}\nactions: [{add_to_audience: x200-visitors}]\n",
    "recipes/out.yaml": "trigger: {segment_left: vip}\nactions: [{remove_from_audience: x200-visitors}]\n",
}


def _examples() -> list[object]:
    kinds: list[tuple[str, type[Kind]]] = [
        *(("trigger", kind) for kind in registry.triggers().values()),
        *(("condition", kind) for kind in registry.conditions().values()),
        *(("action", kind) for kind in registry.actions().values()),
    ]
    return [pytest.param(what, kind, id=f"{what}-{kind.word}") for what, kind in kinds]


@pytest.mark.parametrize(("what", "kind"), _examples())
def test_the_example_of_every_kind_is_sound(what: str, kind: type[Kind]) -> None:
    indented = kind.example.replace("\n", "\n    ")
    # Of a purchase it would be known that one was done, and whoever records one would start himself again.
    lines = {"trigger": "{event: refunded}", "action": "exit"}
    lines[what] = indented
    text = f"trigger:\n  - {lines['trigger']}\nactions:\n  - {lines['action']}\n"
    if what == "action":  # somebody may have no owner
        text += "conditions: [{attribute: owner_email, is_set: true}]\n"
    if what == "condition":
        text += f"conditions:\n  - {indented}\n"
    assert told({**_FITTING, "recipes/r.yaml": text}) == ""
    found = workspace({**_FITTING, "recipes/r.yaml": text}).recipes["r"]
    read = {"trigger": found.triggers[0], "action": found.steps[0].action, "condition": found.conditions}[
        what
    ]
    assert type(read) is kind
