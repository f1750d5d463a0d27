"""Placeholders as other programs write them, `*|FNAME|*`, `%FIRST_NAME%`, `{name}`, sent as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from autoflow.language.names import Names
from autoflow.language.slips.elsewhere import meant
from autoflow.language.source import Span

# Of single braces only those around what is surely no style and no text of its own.
_OURS = r"(?:contact|event|customer|person|user)\.\w+|first_?name|last_?name|name|email|company"
_FOREIGN = re.compile(
    r"\*\|([A-Z][A-Z0-9_:]*)\|\*|%([A-Z][A-Z_]{2,}|recipient\.\w+)%"
    rf"|(?<![{{$\w])\$?\{{\s*({_OURS})\s*\}}(?!\}})|\[(first_?name|last_?name)\]",
    re.IGNORECASE,
)


_DATE = re.compile(r"\|\s*date\(\s*('[^'%]+'|\"[^\"%]+\")")
_LETTERS = re.compile(r"YYYY|yyyy|DD|dd|MM|HH|hh|mm")
_CODES = {"Y": "%Y", "y": "%Y", "D": "%d", "d": "%d", "M": "%m", "H": "%H", "h": "%H", "m": "%M"}


class Foreign(NamedTuple):
    """One of them: where it stands in the text, the sentence, and the fix."""

    span: Span
    message: str
    fix: str


def foreign_placeholders(text: str, names: Names) -> Iterator[Foreign]:
    """All of them in a text."""
    if not any(sign in text for sign in ("%", "{", "|*", "[")):
        return
    for found in _FOREIGN.finditer(text):
        shown = found[0]
        if shown[0] in "*%" and shown.upper() != shown and "recipient" not in shown:
            continue
        path = _ours(next(part for part in found.groups() if part), names)
        message = f'"{shown}" is a placeholder of another program, and is sent as it stands.'
        fix = (
            f"Write {{{{ {path or 'contact.first_name'} | default('…') }}}}{'' if path else ', for example'}."
        )
        yield Foreign(Span(*found.span()), message, fix)


def foreign_dates(text: str) -> Iterator[Foreign]:
    """Patterns of dates as other programs write them: `date('DD.MM.YYYY')`."""
    for found in _DATE.finditer(text):
        codes = _LETTERS.sub(lambda word: _CODES[word[0][0]], found[1][1:-1])
        fix = f"Write '{codes}'" if "%" in codes else "For example '%-d %B %Y'"
        message = f"The pattern {found[1]} has no % sign, and is shown as it stands."
        yield Foreign(Span(*found.span(1)), message, fix)


def _ours(written: str, names: Names) -> str:
    """What a name of theirs is called here; nothing where it cannot be told."""
    root, _, name = written.lower().rpartition(".")
    if root == "event":
        return f"event.{name}"
    known = [f"contact.{each}" for each in names.settings.attributes]
    return f"contact.{name}" if f"contact.{name}" in known else meant(name, known, "root") or ""
