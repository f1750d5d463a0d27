from __future__ import annotations

import email
import email.policy
import hashlib
import re
from dataclasses import replace
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.model.instants import parse_instant
from autoflow.post.content.headers import HeaderRefusedError
from autoflow.post.content.mime import Sender, build_mail, message_id

AT = parse_instant("2026-03-06T14:00:00Z")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=50)

# As long as one encoded word: between several in a name, this Python's parser leaves blanks that RFC 2047 drops.
NAME = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=9)


SHOP = Sender("The Shop", "hello@shop.example", "1 High Street")


def build(
    *, sender: Sender = SHOP, to: str = "ana@example.com", subject: str = "Hello", key: str = "k/1/s/1/c",
    extra: list[tuple[str, str]] | None = None, text: str = "Hi", html: str = "<p>Hi</p>",
) -> bytes:  # fmt: skip
    return build_mail(
        sender=sender,
        to=to,
        subject=subject,
        at=AT,
        key=key,
        extra=extra or [],
        text=text,
        html=html,
    )


def parse(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@given(subject=LINE, name=NAME, key=LINE, text=TEXT, html=TEXT)
def test_a_mail_comes_back_as_it_was(subject: str, name: str, key: str, text: str, html: str) -> None:
    message = parse(build(sender=replace(SHOP, name=name), subject=subject, key=key, text=text, html=html))
    assert not message.defects
    assert message["Subject"] == subject.strip()
    assert message["From"].addresses[0].display_name == re.sub(" +", " ", name).strip()
    assert message["X-Autoflow-Key"] == key.strip()
    assert [to.addr_spec for to in message["To"].addresses] == ["ana@example.com"]
    plain, rich = message.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert isinstance(plain, EmailMessage)
    assert isinstance(rich, EmailMessage)
    assert lines(plain.get_content()) == lines(text)
    assert lines(rich.get_content()) == lines(html)


def lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


@given(subject=LINE, text=TEXT)
def test_it_is_fit_for_the_wire(subject: str, text: str) -> None:
    raw = build(subject=subject, text=text)
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\r\n." not in raw
    head, _, body = raw.partition(b"\r\n\r\n")
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    assert head.count(b"\r\nTo: ") == 1


def test_the_headers_of_a_mail() -> None:
    raw = build(
        extra=[("List-Unsubscribe", "<https://x.example/u/abc>, <mailto:hello@shop.example?subject=u>")]
    )
    message = parse(raw)
    assert message["Date"].datetime.isoformat() == "2026-03-06T14:00:00+00:00"
    digest = hashlib.sha256(b"k/1/s/1/c").hexdigest()
    assert message["Message-ID"] == f"<{digest}@shop.example>" == message_id("k/1/s/1/c", SHOP)
    assert message["MIME-Version"] == "1.0"
    assert message["List-Unsubscribe"] == "<https://x.example/u/abc>, <mailto:hello@shop.example?subject=u>"
    assert message.get_content_type() == "multipart/alternative"


def test_the_same_key_makes_the_same_bytes_and_another_key_another_message() -> None:
    assert build() == build()
    assert hashlib.sha256(build()).hexdigest()[:16] == "6eb426f43d9ab0ad"
    assert message_id("a", SHOP) != message_id("b", SHOP)


@pytest.mark.parametrize(
    "to", ["", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "Ana <a@b.example>"]
)
def test_to_is_exactly_one_address(to: str) -> None:
    with pytest.raises(HeaderRefusedError, match="To"):
        build(to=to)


@pytest.mark.parametrize("bad", ["a\r\nBcc: c@d.example", "=?utf-8?q?a=0D=0ABcc:_c@d.example?="])
def test_no_value_becomes_a_header(bad: str) -> None:
    with pytest.raises(HeaderRefusedError):
        build(subject=bad)
    with pytest.raises(HeaderRefusedError):
        build(sender=replace(SHOP, name=bad))
    with pytest.raises(HeaderRefusedError):
        build(key=bad)
    with pytest.raises(HeaderRefusedError):
        build(extra=[("Feedback-ID", bad)])
    with pytest.raises(HeaderRefusedError, match="From"):
        build(sender=replace(SHOP, email="hello@shop.example\r\nBcc: c@d.example"))
