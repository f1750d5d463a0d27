"""Addresses of mail, checked before anything is sent to them."""

from __future__ import annotations

import re
from functools import lru_cache

# What nearly every address looks like; all others are left to the library.
_PLAIN = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9_+-]|\.(?!\.))*(?<!\.)"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
MOST_CHARACTERS = 254
_MOST_LOCAL = 64


def checked_address(text: str) -> str | None:
    """The one address that `text` is, as it goes over the wire (a domain in other scripts in its ASCII form).

    None where it is no address, more than one, or one whose part before the @ needs more than ASCII.
    """
    if len(text) > MOST_CHARACTERS:
        return None
    if _PLAIN.fullmatch(text) and text.index("@") <= _MOST_LOCAL:
        return text
    return _by_library(text)


@lru_cache(maxsize=1024)
def _by_library(text: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        valid = validate_email(
            text,
            strict=True,
            check_deliverability=False,
            allow_smtputf8=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
        )
    except EmailNotValidError:
        return None
    return valid.ascii_email
