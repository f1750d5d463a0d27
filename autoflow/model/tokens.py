"""Tokens in links: what they name can be read back, and nobody else can make one.

A token is bound to its purpose, so that one made for a preference page does not unsubscribe. It does not
expire: an unsubscribe link must work for as long as the mail is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac


def token(secret: bytes, purpose: str, subject: str) -> str:
    """The token that names `subject` for `purpose`; the same every time, in `[A-Za-z0-9_-]` and one dot.

    Raises `ValueError` for an empty secret, with which anybody could make tokens.
    """
    if not secret:
        raise ValueError("Tokens need a secret.")
    return f"{_text(subject.encode())}.{_text(_seal(secret, purpose, subject))}"


def check_token(secret: bytes, purpose: str, given: str) -> str | None:
    """The subject of a token that `token` made with this secret and purpose; None for anything else.

    Any changed character makes it None, the spare bits at the end of its base64 included: the whole token is
    made anew and compared, in a time that does not depend on where it differs.
    """
    subject = _subject(given.partition(".")[0])
    if subject is None:
        return None
    expected = token(secret, purpose, subject)
    return subject if hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")) else None


def _seal(secret: bytes, purpose: str, subject: str) -> bytes:
    # The length keeps ("a", "bc") and ("ab", "c") apart.
    said = purpose.encode()
    return hmac.digest(secret, b"%d:%b:%b" % (len(said), said, subject.encode()), hashlib.sha256)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _subject(text: str) -> str | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:  # not base64, not ASCII, or not UTF-8 underneath
        return None
