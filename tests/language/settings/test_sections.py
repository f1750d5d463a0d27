"""The sections of autoflow.yaml that say how contacts are measured, listed, written to and told of."""

from __future__ import annotations

import base64

import pytest

from autoflow.kinds.computed import Computed
from autoflow.kinds.limits import Limit, mail_limit
from autoflow.kinds.operators import Test as Operator
from autoflow.kinds.scores import Rule, score
from autoflow.kinds.where import EVERY, Where
from autoflow.language.rates import read_rate
from autoflow.language.settings.declared import EVENTS, Declared
from autoflow.language.settings.reader import read_settings
from autoflow.language.settings.sending import read_mail_limit, read_quiet_hours
from autoflow.language.settings.settings import Settings, Webhook, signing_key
from autoflow.language.source import Report, Source, Unreadable
from autoflow.language.yaml.nodes import Node, read_yaml
from autoflow.model.clock_times import ClockWindow
from autoflow.model.durations import parse_duration
from autoflow.model.values import MILLION
from tests.language.small import SETTINGS, told, workspace

PURCHASED = (
    "events: {purchased: {total: money, items: number, category: text, paid: {choice: [card, cash]}}}\n"
)
SECRET = "a secret of 24 bytes, or more"


def _read(text: str, environment: dict[str, str] | None = None) -> Settings:
    found = read_settings(text, environment or {})
    assert found.problems == ()
    assert found.declared
    return found.settings


def _node(text: str) -> tuple[Node, Report]:
    report = Report(Source("any.yaml", text))
    node = read_yaml(report)
    assert node is not None
    return node, report


def _where(**tests: Operator) -> Where:
    return Where(tuple(tests.items()))


# ---- computed attributes

COFFEE = _where(category=Operator("is", "coffee", "text"))


@pytest.mark.parametrize(
    ("text", "computed", "declared"),
    [
        (
            "{usual_gap_between: purchased, where: {category: coffee}, needs: 4 times}",
            Computed("usual_gap_between", "purchased", "", COFFEE, None, 4),
            Declared("number", computed=True),
        ),
        (
            "{usual_gap_between: purchased}",
            Computed("usual_gap_between", "purchased"),
            Declared("number", computed=True),
        ),
        (
            "{count_of: purchased, within_last: 90 days}",
            Computed("count_of", "purchased", within_last=parse_duration("90 days")),
            Declared("number", computed=True),
        ),
        (
            "{sum_of: purchased.total, where: {category: coffee}, within_last: 1 month}",
            Computed("sum_of", "purchased", "total", COFFEE, parse_duration("1 month")),
            Declared("money", computed=True),
        ),
        (
            "{sum_of: purchased.items}",
            Computed("sum_of", "purchased", "items"),
            Declared("number", computed=True),
        ),
        (
            "{last_of: purchased.paid, where: {category: coffee}}",
            Computed("last_of", "purchased", "paid", COFFEE),
            Declared("choice", ("card", "cash"), computed=True),
        ),
        (
            "{last_of: page_visited.path}",
            Computed("last_of", "page_visited", "path"),
            Declared("text", computed=True),
        ),
        ("{first_of: purchased}", Computed("first_of", "purchased"), Declared("date_time", computed=True)),
    ],
)
def test_an_attribute_that_is_worked_out(text: str, computed: Computed, declared: Declared) -> None:
    for settings in (
        _read(f"attributes: {{a: {text}}}\n{PURCHASED}"),
        _read(f"{PURCHASED}attributes: {{a: {text}}}"),
    ):
        assert settings.computed == {"a": computed}
        assert settings.attributes["a"] == declared


def test_attributes_are_worked_out_in_the_order_in_which_they_stand() -> None:
    text = "attributes: {z: {count_of: purchased}, plan: text, a: {last_of: purchased}}\n"
    settings = _read(text + PURCHASED)
    assert list(settings.computed) == ["z", "a"]
    assert settings.attributes["plan"] == Declared("text")


def test_a_computed_type_is_told_apart() -> None:
    assert Declared("number", computed=True).says() == "number (computed)"
    assert Declared("choice", ("a", "b"), computed=True).says() == "{choice: [a, b]} (computed)"


def test_the_lists_of_where_and_its_operators() -> None:
    text = "attributes: {a: {count_of: purchased, where: {total: {at_least: 80}, category: [coffee, tea]}}}\n"
    tests = _read(text + PURCHASED).computed["a"].where.tests
    assert tests == (
        ("category", Operator("in", ("coffee", "tea"), "text")),
        ("total", Operator("at_least", 80, "money")),
    )


def test_a_computed_attribute_is_an_attribute_to_conditions() -> None:
    files = {
        "autoflow.yaml": SETTINGS.replace("attributes:\n", "attributes:\n  orders: {count_of: purchased}\n"),
        "segments/s.yaml": "conditions: [{attribute: orders, at_least: 3}, {attribute: birthday, is_set: true}]",
    }
    assert told(files) == ""


# ---- scores


def test_a_score() -> None:
    text = """\
scores:
  lead:
    floor: -2.5
    halves_every: 30 days
    rules:
      - {when: {page_visited: {path: /pricing*, utm_source: news}}, add: 10, at_most: 1 per day}
      - {when: {page_visited: /checkout}, add: 5, at_most: 3 per 7 days}
      - {when: {page_visited: {product: [X200, X300], path: /products/*}}, add: 1}
      - {when: {purchased: {total: {at_least: 80}, category: coffee}}, add: 50}
      - {when: {purchased: }, add: 0.5}
      - {when: unsubscribed, add: -100, at_most: 2 times per month}
events:
  purchased: {total: money, category: text}
  page_visited: {product: text}
"""
    glob, week, day = "matches", Limit(3, parse_duration("7 days")), Limit(1, parse_duration("1 day"))
    rules = (
        Rule(
            "page_visited",
            _where(path=Operator(glob, "/pricing*", "text"), utm_source=Operator(glob, "news", "text")),
            10 * MILLION,
            day,
        ),
        Rule("page_visited", _where(path=Operator(glob, "/checkout", "text")), 5 * MILLION, week),
        Rule(
            "page_visited",
            _where(
                path=Operator(glob, "/products/*", "text"), product=Operator("in", ("X200", "X300"), "text")
            ),
            MILLION,
        ),
        Rule(
            "purchased",
            _where(category=Operator("is", "coffee", "text"), total=Operator("at_least", 80, "money")),
            50 * MILLION,
        ),
        Rule("purchased", EVERY, MILLION // 2),
        Rule("unsubscribed", EVERY, -100 * MILLION, Limit(2, parse_duration("1 month"))),
    )
    expected = score("lead", rules, -2_500_000, 30 * 86_400_000_000)
    assert _read(text).scores == {"lead": expected}


def test_a_score_without_floor_and_half_life() -> None:
    read = _read("scores: {fit: {rules: [{when: email_opened, add: 1}]}}").scores["fit"]
    assert (read.floor, read.half_life) == (None, None)


def test_one_score_that_cannot_be_read_leaves_the_others() -> None:
    found = read_settings("scores: {a: {rules: []}, b: {rules: [{when: email_opened, add: 1}]}}", {})
    assert list(found.settings.scores) == ["b"]
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    ("text", "most", "per"),
    [
        ("1 per day", 1, "1 day"),
        ("3 per 7 days", 3, "7 days"),
        ("1000 times per month", 1000, "1 month"),
        ("1 time per 1 day 12 hours", 1, "1 day 12 hours"),
    ],
)
def test_a_rate(text: str, most: int, per: str) -> None:
    assert read_rate(*_node(text), '"at_most"') == Limit(most, parse_duration(per))


@pytest.mark.parametrize("text", ["per day", "1 per", "-1 per day", "1.5 per day", "1 per -1 day", "5"])
def test_what_is_no_rate(text: str) -> None:
    node, report = _node(text)
    with pytest.raises(Unreadable):
        read_rate(node, report, '"at_most"')
    assert len(report.problems) == 1


# ---- stages, audiences, sending


def test_stages_and_mirrored_audiences() -> None:
    settings = _read("stages: [prospect, first-time buyer]\naudiences: {vip-buyers: {segment: vip}}\n")
    assert settings.stages == ("prospect", "first-time buyer")
    assert settings.mirrors == {"vip-buyers": "vip"}


def test_a_mirrored_segment_must_exist() -> None:
    assert workspace({"autoflow.yaml": SETTINGS + "audiences: {vip-buyers: {segment: vip}}\n"}).problems == ()
    text = SETTINGS + "audiences: {vip-buyers: {segment: vpi}}\n"
    [problem] = workspace({"autoflow.yaml": text}).problems
    assert (problem.file, problem.code, problem.line) == ("autoflow.yaml", "unknown-name", text.count("\n"))
    assert problem.message == 'There is no segment called "vpi".'
    assert problem.fix == 'Did you mean "vip" (segments/vip.yaml)?'


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ('{from: "21:00", to: "08:00"}', ClockWindow(21 * 60, 8 * 60)),
        ("{to: 17:30, from: 9:00}", ClockWindow(9 * 60, 17 * 60 + 30)),
        ("{from: 00:00, to: 06:00}", ClockWindow(0, 6 * 60)),
    ],
)
def test_quiet_hours(text: str, window: ClockWindow) -> None:
    assert _read(f"sending: {{quiet_hours: {text}}}").quiet_hours == window
    assert read_quiet_hours(*_node(text)) == window


def test_a_limit_on_mail() -> None:
    text, limit = "{emails: 4, per: 7 days}", mail_limit(Limit(4, parse_duration("7 days")))
    assert _read(f"sending: {{at_most: {text}}}").at_most == limit
    assert read_mail_limit(*_node(text)) == limit
    assert limit.memory.where.tests[0][0] in EVENTS["email_sent"].properties


# ---- webhooks

HOOKS = """\
channels:
  webhooks:
    crm: {url: "https://crm.example/hook?to=${PLACE}", secret: "${SECRET}"}
    here: {url: "http://localhost:8080/", secret: "${SECRET}"}
    six: {url: "http://[::1]:8080/", secret: "${SECRET}"}
    open: {url: "https://93.184.215.14/hook", secret: "${SECRET}"}
    local: {file: .autoflow/calls.ndjson}
"""


def test_webhooks() -> None:
    hooks = _read(HOOKS, {"PLACE": "a", "SECRET": SECRET}).webhooks
    assert hooks["crm"] == Webhook("https://crm.example/hook?to=a", SECRET)
    assert hooks["local"] == Webhook(file=".autoflow/calls.ndjson")
    assert [name for name, hook in hooks.items() if hook.local] == ["here", "six"]


def test_a_webhook_that_cannot_be_read_is_told_once_and_not_wherever_it_is_called() -> None:
    files = {
        "autoflow.yaml": SETTINGS.replace(
            "channels:", 'channels:\n  webhooks: {crm: {url: "https://a.example", secret: "${X}"}}'
        ),
        "recipes/r.yaml": "trigger: {event: purchased}\nactions: [{webhook: {to: crm}}]\n",
    }
    assert [problem.code for problem in workspace(files).problems] == ["missing-variable"]


def test_neither_secret_nor_address_of_a_webhook_is_shown() -> None:
    assert SECRET not in repr(_read(HOOKS, {"PLACE": "token", "SECRET": SECRET}))
    assert "token" not in repr(_read(HOOKS, {"PLACE": "token", "SECRET": SECRET}))


@pytest.mark.parametrize("size", [24, 32, 64])
def test_the_key_behind_a_secret(size: int) -> None:
    key = bytes(range(size))
    packed = base64.b64encode(key).decode()
    assert signing_key(f"whsec_{packed}") == key
    assert signing_key(f"whsec_{packed.rstrip('=')}") == key
    assert Webhook("https://crm.example", "x" * size).key == b"x" * size


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "x" * 23,
        "whsec_",
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        "whsec_" + "*" * 40,
    ],
)
def test_what_is_no_secret(secret: str) -> None:
    with pytest.raises(ValueError, match="secret") as raised:
        signing_key(secret)
    assert len(secret) < 8 or secret not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "channels: {webhooks: }",
        "scores:\nstages:\naudiences:\n",
        "sending: {quiet_hours: , at_most: }",
    ],
)
def test_what_is_left_empty_does_not_crash(text: str) -> None:
    read_settings(text, {})
