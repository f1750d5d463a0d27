"""A mail as bytes, from a prepared skeleton: the same for the same key and instant on any machine."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime

from autoflow.model.instants import EPOCH
from autoflow.post.content.addresses import checked_address
from autoflow.post.content.headers import MOST_LINE, HeaderRefusedError, header, mailbox

KEY_HEADER = "X-Autoflow-Key"
_LINES = re.compile(rb".{1,76}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the name and address in From, and the postal address that marketing mail must show."""

    name: str
    email: str
    postal_address: str


def message_id(key: str, sender: Sender) -> str:
    """The Message-ID of an effect: sending it again sends the same."""
    return f"<{_digest(key)}@{_address('From', sender.email).rpartition('@')[2]}>"


def build_mail(  # noqa: PLR0913 - each is named at the call
    *,
    sender: Sender,
    to: str,
    subject: str,
    at: int,
    key: str,
    extra: Iterable[tuple[str, str]],
    text: str,
    html: str,
) -> bytes:
    """The mail, with CRLF line ends, as multipart/alternative of text and HTML, both UTF-8 in base64.

    `at` (UTC microseconds) is its Date; Message-ID and boundary follow from `key`; `extra` headers come last.
    Raises `HeaderRefusedError` for a value that must not stand in a header, and for anything in `to` but
    exactly one address.
    """
    boundary = f"=_{_digest(f'boundary {key}')[:32]}"  # `_` and a `=` in front: never in base64
    lines = [
        mailbox("From", sender.name, _address("From", sender.email)),
        header("To", _address("To", to)),
        header("Subject", subject),
        f"Date: {format_datetime(EPOCH + timedelta(microseconds=at))}",
        f"Message-ID: {message_id(key, sender)}",
        *(header(name, value) for name, value in extra),
        header(KEY_HEADER, key),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    head = "\r\n".join(lines)
    if max(map(len, head.split("\r\n"))) > MOST_LINE:
        raise HeaderRefusedError(f"A header is longer than the {MOST_LINE} characters that mail allows.")
    between = (
        f"\r\n--{boundary}\r\nContent-Type: text/%s; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return b"".join(
        (
            head.encode("ascii"),
            b"\r\n",
            (between % "plain").encode("ascii"),
            _body(text),
            (between % "html").encode("ascii"),
            _body(html),
            f"\r\n--{boundary}--\r\n".encode("ascii"),
        )
    )


def _address(name: str, text: str) -> str:
    address = checked_address(text)
    if address is None:
        raise HeaderRefusedError(f"The {name} is not exactly one mail address.")
    return address


def _body(text: str) -> bytes:
    raw = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    return b"\r\n".join(_LINES.findall(binascii.b2a_base64(raw, newline=False)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
