from __future__ import annotations

import email
import email.policy
import hashlib
import os
import subprocess
import sys
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.language.templates.templates import read_template
from autoflow.model.instants import parse_instant
from autoflow.post.content.links import Links
from autoflow.post.content.load import compile_template
from autoflow.post.content.mime import Sender
from autoflow.post.content.problems import RenderError
from autoflow.post.content.render import Rendered, render

AT = parse_instant("2026-03-06T14:00:00Z")
SHOP = Sender("Bohne & Söhne", "hello@shop.example", "1 High Street, London")
LINKS = Links("hello@shop.example", b"secret")
SOURCES = {
    "_layout.html": """<html><head><style>p { color: red }</style></head><body>
{% block body %}{% endblock %}
<a href="{{ unsubscribe_url }}">Unsubscribe</a> {{ sender.postal_address }}
</body></html>""",
    "basket.html": """---
subject: "{{ contact.first_name | default('Hello') }}, we kept your basket"
preheader: "{{ event.items }} things, {{ event.total | money }}"
topic: news
---
{% extends "_layout.html" %}
{% block body %}<p>Dear {{ contact.first_name | default("friend") }},</p>
{% for tag in tags %}<p>{{ tag }}</p>{% endfor %}
<p>{{ now | date("%d.%m.%Y %H:%M") }}</p>{% endblock %}
""",
}
VALUES: dict[str, object] = {
    "contact": {"first_name": "Ana"},
    "event": {"items": 3, "total": 12.5},
    "tags": ["coffee", "tea & milk"],
}


def make(
    sources: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
    links: Links = LINKS,
    to: str = "a@b.example",
) -> Rendered:
    template = read_template("basket", {**SOURCES, **(sources or {})})
    compiled = compile_template(template, currency="GBP", timezone="Europe/London", language="en")
    return render(
        compiled,
        VALUES if values is None else values,
        sender=SHOP,
        links=links,
        contact="contact-1",
        key="win-back/1/send/1/contact-1",
        at=AT,
        to=to,
        recipe="win-back",
    )


def body(text: str) -> dict[str, str]:
    return {"basket.html": f"---\nsubject: x\n---\n{text}"}


def parse(rendered: Rendered) -> EmailMessage:
    message = email.message_from_bytes(rendered.mime, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_a_mail_as_a_reader_gets_it() -> None:
    rendered = make()
    message = parse(rendered)
    assert message["Subject"] == rendered.subject == "Ana, we kept your basket"
    assert str(message["From"]) == "Bohne & Söhne <hello@shop.example>"
    assert message["To"] == "a@b.example"
    assert message["Date"].datetime.isoformat() == "2026-03-06T14:00:00+00:00"
    assert message["X-Autoflow-Key"] == "win-back/1/send/1/contact-1"
    assert message["Feedback-ID"].startswith("basket:win-back:marketing:")
    assert message["List-Unsubscribe"] == f"<{LINKS.unsubscribe('contact-1')}>"
    assert message["List-Unsubscribe-Post"] is None
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "Dear Ana," in plain.get_content()
    assert f"Unsubscribe <{LINKS.unsubscribe('contact-1')}>" in plain.get_content()
    assert "3 things" not in plain.get_content()  # the preheader is for previews alone
    html = rich.get_content()
    assert '<p style="color: red;">Dear Ana,</p>' in html
    assert '<p style="color: red;">tea &amp; milk</p>' in html
    assert html.index("3 things, £12.50") < html.index("Dear Ana")
    assert "06.03.2026 14:00" in html


def test_one_click_where_there_is_a_web_server() -> None:
    message = parse(make(links=Links("hello@shop.example", b"secret", "https://shop.example/u")))
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://shop.example/u/")


def test_transactional_mail_is_no_list() -> None:
    message = parse(
        make({"basket.html": SOURCES["basket.html"].replace("topic", "class: transactional\ntopic")})
    )
    assert message["List-Unsubscribe"] is None


def test_a_text_template_is_the_text_part() -> None:
    rendered = make({"basket.txt": "Dear {{ contact.first_name }} & co\n{{ unsubscribe_url }}"})
    assert rendered.text == f"Dear Ana & co\n{LINKS.unsubscribe('contact-1')}"


def test_a_template_that_is_part_of_a_page_becomes_one() -> None:
    html = make(body("<p>{{ contact.first_name }}</p>")).html
    assert html.startswith("<!DOCTYPE html><html")
    assert html.rstrip().endswith("</html>")


def test_the_same_bytes_on_any_machine() -> None:
    digest = hashlib.sha256(make().mime).hexdigest()
    assert digest == hashlib.sha256(make().mime).hexdigest()
    code = (
        "import sys; sys.path.insert(0, '.'); import hashlib, tests.post.content.test_render as t; "
        "print(hashlib.sha256(t.make().mime).hexdigest())"
    )
    for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/New_York")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
        )
        assert done.stdout.strip() == digest


def test_missing_values_are_named_with_their_line() -> None:
    with pytest.raises(RenderError) as raised:
        make(body("<p>\n{{ contact.first_name }}\n{{ contact.plan.name }}</p>"))
    error = raised.value
    assert (error.file, error.line, error.variable) == ("templates/basket.html", 6, "contact.plan")
    assert str(error) == (
        "templates/basket.html:6: “contact.plan” has no value here. "
        "Give it a stand-in, as in  {{ contact.plan | default('…') }}"
    )


def test_a_mistake_in_a_layout_names_the_layout() -> None:
    layout = SOURCES["_layout.html"].replace("{% block body %}", "{{ event.nothing }}{% block body %}")
    with pytest.raises(RenderError) as raised:
        make({"_layout.html": layout})
    assert (raised.value.file, raised.value.line) == ("templates/_layout.html", 2)


def test_a_mistake_in_the_subject_names_its_line() -> None:
    with pytest.raises(RenderError) as raised:
        make({"basket.html": "---\npreheader: x\nsubject: '{{ event.nothing }}'\n---\n"})
    assert (raised.value.file, raised.value.line) == ("templates/basket.html", 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ contact.first_name + 1 }}", "cannot be worked out with the values"),
        ("{{ 1 / (event.items - 3) }}", "cannot be worked out with the values"),
        ("{{ event.items | upper | money }}", ""),
        ("{{ contact.first_name | money }}", "“Ana” is not a number, so it cannot be shown as money."),
        ("{% for a in range(999) %}{% for b in range(999) %}{% endfor %}{% endfor %}", "too much work"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "calls itself without end"),
        ("{{ contact.__class__ }}", "“contact.__class__” has no value here."),
        ("{{ contact.first_name.__class__ }}", "cannot be used in a template"),
        ("{{ contact.first_name.format() }}", "cannot be used in a template"),
        ("{{ 'x' * 2000000 }}", "too large"),
        ("{% for a in range(900) %}{{ 'x' * 1000 }}{% endfor %}", "The mail is larger than 1,000,000 bytes."),
    ],
)
def test_what_cannot_be_made_is_said_in_plain_words(text: str, said: str) -> None:
    if not said:
        make(body(text))
        return
    with pytest.raises(RenderError) as raised:
        make(body(text))
    assert said in str(raised.value)
    for pythonic in ("TypeError", "NoneType", "dict", "object", "Traceback", "unsupported"):
        assert pythonic not in str(raised.value)


@pytest.mark.parametrize(
    "name",
    ["Ana\r\nBcc: eve@example.com", "=?utf-8?q?Ana=0D=0ABcc:_eve@example.com?=", "Ana\x00", "Ana\x85Bcc: x"],
)
def test_contact_data_adds_no_header(name: str) -> None:
    with pytest.raises(RenderError, match="The Subject holds a line break"):
        make(values={**VALUES, "contact": {"first_name": name}})


def test_to_is_exactly_one_address() -> None:
    for to in ("", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example"):
        with pytest.raises(RenderError, match="The To is not exactly one mail address"):
            make(to=to)


def test_an_empty_subject_is_refused() -> None:
    with pytest.raises(RenderError, match="subject is empty"):
        make({"basket.html": "---\nsubject: '{{ event.note }}'\n---\nx"}, {"event": {"note": " "}})


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.titles: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.titles += [value for name, value in attrs if name == "title"]


def test_contact_data_is_no_markup() -> None:
    nasty = "<script>alert(1)</script>{{ 7 * 7 }}<img src=x onerror=y>"
    template = '<p title="{{ contact.first_name }}">{{ contact.first_name }}</p>'
    rendered = make(body(template), {"contact": {"first_name": nasty}})
    seen = Seen()
    seen.feed(rendered.html)
    assert not {"script", "img"} & set(seen.tags)
    assert seen.titles == [nasty]
    assert nasty in rendered.text


@pytest.mark.parametrize("value", [object(), {1: "x"}, ("a",), {"a": b"x"}, [{"b": lambda: 1}]])
def test_values_are_plain(value: object) -> None:
    with pytest.raises(TypeError, match="template"):
        make(values={"contact": value})


def render_or_refuse(name: str) -> Rendered | str:
    try:
        return make(values={**VALUES, "contact": {"first_name": name}})
    except RenderError as error:
        return str(error)


@given(st.text(max_size=60))
def test_any_value_makes_a_mail_or_a_clear_refusal(name: str) -> None:
    made = render_or_refuse(name)
    if isinstance(made, str):
        assert "The Subject holds a line break or another control character" in made
        assert not name.isprintable()
        return
    rendered = made
    message = parse(rendered)
    shown = name.lstrip() if name.strip() else "Hello"
    assert message["Subject"] == f"{shown}, we kept your basket"
    assert len(message["To"].addresses) == 1
    assert sorted({"Bcc", "Cc"} & set(message.keys())) == []
