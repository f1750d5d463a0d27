"""Header values: refused where they could become a header of their own, encoded where they need it."""

from __future__ import annotations

import binascii
import re
from email.errors import HeaderParseError
from email.header import decode_header

MOST_LINE = 998  # RFC 5322
MOST_CHARACTERS = 2_000  # of one value
_FOLD_AT = 76
_WORD_BYTES = 45  # of UTF-8 in one encoded word, which then has 72 of the 75 characters allowed
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


class HeaderRefusedError(ValueError):
    """A value that must not stand in a header; the message says which and why, without the value."""


def header(name: str, value: str) -> str:
    """One header, folded, without its final line break; its decoded value is `value`, trimmed.

    Raises `HeaderRefusedError` where the value holds a control character, or would once it is decoded.
    """
    refuse_controls(name, value)
    value = value.strip()
    if value.isascii() and "=?" not in value:
        folded = f"{name}: {value}"
        if len(folded) <= _FOLD_AT:
            return folded
        if "  " not in value and max(map(len, value.split(" "))) < MOST_LINE - len(name) - 3:
            return _fold(name, value)
    return f"{name}: " + "\r\n ".join(_encoded(value, len(name) + 2))


def mailbox(name: str, person: str, address: str) -> str:
    """A header of one person's name, blanks beside each other made one, and (valid) address."""
    refuse_controls(name, person)
    person = re.sub(" +", " ", person).strip()
    if not person:
        return f"{name}: {address}"
    if not person.isascii() or "=?" in person or len(person) > 60:
        shown = "\r\n ".join(_encoded(person, len(name) + 2))
    elif _ATOMS.fullmatch(person):
        shown = person
    else:
        shown = '"' + person.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name}: {shown}\r\n <{address}>"


def refuse_controls(name: str, value: str) -> None:
    """Raise where the value, or what a reader of mail could decode it to, holds a control character.

    And where it is longer than any header is: what follows may take a while on long values.
    """
    if len(value) > MOST_CHARACTERS:
        raise HeaderRefusedError(f"The {name} is longer than {MOST_CHARACTERS:,} characters.")
    for _ in range(5):
        if _CONTROL.search(value):
            raise HeaderRefusedError(f"The {name} holds a line break or another control character.")
        decoded = _decoded(value)
        if decoded == value:
            return
        value = decoded
    raise HeaderRefusedError(f"The {name} is encoded again and again.")


def _decoded(value: str) -> str:
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value)
    except (HeaderParseError, binascii.Error, ValueError):
        return value
    return "".join(part if isinstance(part, str) else _text(part, charset) for part, charset in parts)


def _text(raw: bytes, charset: str | None) -> str:
    try:
        return raw.decode(charset or "latin-1", "replace")
    except (LookupError, ValueError):  # a charset that nobody knows
        return raw.decode("latin-1")


def _fold(name: str, value: str) -> str:
    lines: list[str] = []
    line = f"{name}:"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > _FOLD_AT and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line])


def _encoded(value: str, taken: int) -> list[str]:
    """RFC 2047 words of UTF-8 in base64, cut between characters; `taken` is used up of the first line."""
    words: list[str] = []
    room = (_FOLD_AT - taken - 12) // 4 * 3
    chunk = b""
    for character in value:
        raw = character.encode()
        if chunk and len(chunk) + len(raw) > room:
            words.append(_word(chunk))
            chunk, room = b"", _WORD_BYTES
        chunk += raw
    return [*words, _word(chunk)]


def _word(raw: bytes) -> str:
    return f"=?utf-8?b?{binascii.b2a_base64(raw, newline=False).decode('ascii')}?="
