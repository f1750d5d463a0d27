from __future__ import annotations

import pytest

from autoflow.language.settings.declared import ATTRIBUTES, EVENTS, Declared, EventType
from autoflow.language.settings.reader import read_settings
from autoflow.language.settings.settings import Mailbox, Sender, Settings, Smtp
from autoflow.model.durations import parse_duration
from tests.language.small import SETTINGS, workspace


def _read(text: str, environment: dict[str, str] | None = None) -> Settings:
    found = read_settings(text, environment or {})
    assert found.problems == ()
    return found.settings


def test_what_is_not_written_has_its_default() -> None:
    assert _read("name: Shop\n") == Settings(name="Shop")
    assert _read("name: Shop\nchannels:\nattributes:\nevents:\nsending:\n") == Settings(name="Shop")


def test_everything_that_can_be_said() -> None:
    settings = _read(
        """\
name: Shop
timezone: America/New_York
language: de-AT
currency: GBP
store: postgresql://shop@host/shop
sender: {name: Frau Müller, email: hello@shop.example, postal_address: "1 High Street, London"}
channels:
  email: {smtp: {host: mail.shop.example, port: 2525, user: "${USER}", password: "${PW}", security: none}}
  sales: {file: a.ndjson}
  slack-sales: {file: b.ndjson}
  audiences: {folder: lists}
attributes:
  plan: {choice: [free, Pro Plus]}
  born: date
events:
  Order Completed: {total: money, triggers_within: 2 days}
  page_visited: {product: text}
sending: {consent: not_refused, late_after: 2 hours}
unsubscribe: {url: "https://shop.example/off?x={y}"}
traces: {keep: 6 months}
""",
        {"USER": "shop", "PW": "geheim"},
    )
    assert settings == Settings(
        name="Shop",
        timezone="America/New_York",
        language="de-AT",
        currency="GBP",
        store="postgresql://shop@host/shop",
        sender=Sender("Frau Müller", "hello@shop.example", "1 High Street, London"),
        email=Smtp("mail.shop.example", 2525, "shop", "geheim", "none"),
        sales={"sales": "a.ndjson", "slack-sales": "b.ndjson"},
        audiences="lists",
        attributes={**ATTRIBUTES, "plan": Declared("choice", ("free", "Pro Plus")), "born": Declared("date")},
        events={
            **EVENTS,
            "Order Completed": EventType({"total": Declared("money")}, parse_duration("2 days")),
            "page_visited": EventType(
                {**EVENTS["page_visited"].properties, "product": Declared("text")}, built_in=True
            ),
        },
        consent="not_refused",
        late_after=parse_duration("2 hours"),
        unsubscribe_url="https://shop.example/off?x={y}",
        traces_kept=parse_duration("6 months"),
    )


def test_traces_may_be_kept_for_good() -> None:
    assert _read("name: Shop").traces_kept == parse_duration("180 days")
    assert _read("traces: {keep: forever}").traces_kept is None


@pytest.mark.parametrize(("security", "port"), [("none", 587), ("starttls", 587), ("tls", 465)])
def test_the_usual_port(security: str, port: int) -> None:
    email = _read(f"channels: {{email: {{smtp: {{host: h, security: {security}}}}}}}").email
    assert isinstance(email, Smtp)
    assert (email.port, email.security) == (port, security)


def test_a_mailbox() -> None:
    assert _read("channels: {email: {mailbox: mail}}").email == Mailbox("mail")


def test_secrets_are_not_shown() -> None:
    text = (
        'store: "postgresql://u:${PW}@h/d"\nchannels: {email: {smtp: {host: h, user: u, password: "${PW}"}}}'
    )
    settings = _read(text, {"PW": "hunter2"})
    assert settings.store == "postgresql://u:hunter2@h/d"
    assert "hunter2" not in repr(settings)


def test_a_missing_variable_is_named_and_the_rest_is_read() -> None:
    found = read_settings('name: Shop\nstore: "sqlite:///${FOLDER}/${NAME}.db"\n', {"FOLDER": "x"})
    assert [problem.message for problem in found.problems] == [
        'The environment has no variable called "NAME".'
    ]
    assert found.settings == Settings(name="Shop")


def test_a_wrong_type_is_told_once_and_not_wherever_the_name_is_used() -> None:
    files = {
        "autoflow.yaml": SETTINGS.replace("income: number", "income: nummer"),
        "segments/s.yaml": "conditions: [{attribute: income, at_least: 5}, {attribute: income, is_set: true}]",
    }
    assert [problem.file for problem in workspace(files).problems] == ["autoflow.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "attributes: [",
            "attributes: 5",
            "events: [a]",
            "5",
            "attributes: {a: b}",
            "events: {a: {b: c}}",
        ),
        *("attributes: {a: {count_of: nowhere}}", "scores: {a: {rules: []}}", "scores: 5", "stages: [{}]"),
    ],
)
def test_where_declarations_cannot_be_read_that_is_known(text: str) -> None:
    assert not read_settings(text, {}).declared
