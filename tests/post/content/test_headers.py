from __future__ import annotations

import email
import email.policy
import re
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autoflow.post.content.headers import HeaderRefusedError, header, mailbox

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=150)


def one_blank(text: str) -> str:
    return re.sub(" +", " ", text).strip()


def parsed(raw: str) -> EmailMessage:
    message = email.message_from_bytes(f"{raw}\r\n\r\n".encode("ascii"), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@given(TEXT)
@example("Your order №5 from Łódź, 東京 and Αθήνα, שלום, مرحبا, नमस्ते 🎉👩‍👩‍👧")
@example("a" * 200)
@example("a  b" * 50)
@example(" ".join(["word"] * 60))
@example("50% off =?utf-8?q?hello?= and =? more")
@example("e\u0301" * 100)
def test_a_subject_comes_back_as_it_was(text: str) -> None:
    raw = header("Subject", text)
    message = parsed(raw)
    assert list(message.keys()) == ["Subject"]
    assert message["Subject"] == text.strip()
    assert all(len(line) <= 78 or " " not in line.strip() for line in raw.split("\r\n")[1:])
    assert max(map(len, raw.split("\r\n"))) <= 998


@given(TEXT.filter(lambda name: len(name.encode()) <= 36))
@example('Ana "the boss" O\\Neil, Ltd. (UK)')
@example("Ana <b@x.example>,")
@example("=?utf-8?q?x?=")
def test_a_name_comes_back_as_it_was(name: str) -> None:
    addresses = parsed(mailbox("From", name, "ana@example.com"))["From"].addresses
    assert [(a.display_name, a.addr_spec) for a in addresses] == [(one_blank(name), "ana@example.com")]


def test_a_long_name_comes_back_as_it_was() -> None:
    name = "Общество с ограниченной ответственностью «Кофе и чай» в Санкт-Петербурге"
    raw = mailbox("From", name, "ana@example.com")
    # Not by this Python's newer parser, which leaves blanks between encoded words that RFC 2047 drops.
    phrase = raw.removeprefix("From: ").removesuffix("\r\n <ana@example.com>")
    assert str(make_header(decode_header(phrase))) == name


@pytest.mark.parametrize(
    "value",
    [
        "Hello\r\nBcc: eve@example.com",
        "Hello\nBcc: eve@example.com",
        "Hello\rBcc: eve@example.com",
        "Hello\x00",
        "Hello\x85Bcc: eve@example.com",
        "Hello\u2028Bcc: eve@example.com",
        "Hello\ud800",
        "=?utf-8?q?Hello=0D=0ABcc:_eve@example.com?=",
        "=?UTF-8?B?SGVsbG8NCkJjYzogZXZlQGV4YW1wbGUuY29t?=",
        "Hi =?iso-8859-1?q?a=0Ab?= there",
        "=?nobody-knows?q?a=0Ab?=",
        "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D0D=3D0Ab=3F=3D?=",
    ],
)
def test_what_could_become_a_header_of_its_own_is_refused(value: str) -> None:
    with pytest.raises(HeaderRefusedError):
        header("Subject", value)
    with pytest.raises(HeaderRefusedError):
        mailbox("From", value, "ana@example.com")


@given(
    st.text(max_size=60), st.sampled_from(["\r", "\n", "\r\n", "\x0b", "\x1c", "\x85"]), st.text(max_size=60)
)
def test_no_control_character_gets_through(before: str, control: str, after: str) -> None:
    with pytest.raises(HeaderRefusedError):
        header("Subject", before + control + after)


@given(st.text(max_size=30), st.binary(max_size=40), st.sampled_from(["utf-8", "latin-1", "utf-16", "utf-7"]))
def test_no_encoded_word_smuggles_a_header_in(before: str, hidden: bytes, charset: str) -> None:
    from email.base64mime import header_encode

    value = f"{before}{header_encode(hidden, charset)}"
    try:
        raw = header("Subject", value)
    except HeaderRefusedError:
        return
    message = parsed(raw)
    assert list(message.keys()) == ["Subject"]
    assert parsed(message.as_string(policy=email.policy.SMTP).partition("\r\n\r\n")[0]).keys() == ["Subject"]
