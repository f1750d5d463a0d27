"""Lists and mappings in brackets that go wrong: a colon, a comma, or a bracket that is missing."""

from __future__ import annotations

import re
from dataclasses import replace

from autoflow.language.source import Report, Span
from autoflow.language.yaml.values import (
    LOOKED_AT,
    QUOTED,
    colon_inside,
    quotes_end,
    unquoted_braces,
    value_at,
)

_NO_BRACKETS = re.compile(rf"{QUOTED.pattern}|(?<=\s)#.*")
_PAIRS = {"{": "}", "[": "]"}


def report_brackets(report: Report, at: int) -> None:
    """Report what is wrong inside brackets at the character `at`, where YAML could not go on."""
    source = report.source
    text = source.text
    if unquoted_braces(report, at) or (text.startswith(":", at) and _colon(report, at)):
        return
    if _in_a_comment(report):
        return
    opened = _last_open(text[:at])
    close = _PAIRS.get(text[opened : opened + 1], "]")
    sign = text[at : at + 1]
    if not text[at:].strip() or source.line_number(opened) != source.line_number(at):
        message = f'The bracket that opens here is not closed with "{close}".'
        report.add("yaml-brackets", Span(opened, opened + 1), message, f'Put "{close}" at its end.')
    elif sign in _PAIRS.values():
        message = f'Here "{close}" closes what was opened last, not "{sign}".'
        report.add("yaml-brackets", Span(at, at + 1), message, f'Put "{close}" before it.')
    elif sign == ",":
        message = "There is nothing before this comma."
        report.add("yaml-brackets", Span(at, at + 1), message, "Remove it, or write what it parts.")
    elif text[at - 1 : at] in {'"', "'"}:
        quotes_end(report, at)
    else:
        message = f'A comma or the closing "{close}" is missing here.'
        report.add("yaml-brackets", Span(at, at + 1), message, "Put a comma between two entries.")


def _in_a_comment(report: Report) -> bool:
    """Whether a comment that hardly is one holds the end of the brackets; then that is the mistake."""
    for number, problem in enumerate(report.problems):
        if problem.code == "yaml-comment":
            report.problems[number] = replace(problem, severity="error")
            return True
    return False


def _colon(report: Report, at: int) -> bool:
    """Report a second colon in an entry; False where it is another matter."""
    source = report.source
    begins = source.start_of(source.line_number(at))
    before = source.text[begins:at]
    inner = re.split(r"[,{\[]", before)[-1]
    if ": " not in inner:
        return False
    start = begins + len(before) - len(inner.partition(": ")[2])
    value = value_at(source, start)
    colon_inside(report, start, value, f"Put a comma between two entries, or quotes around {value}.")
    return True


def _last_open(text: str) -> int:
    """The innermost bracket that the text leaves open."""
    kept = text[-LOOKED_AT:]
    bare = " " * (len(text) - len(kept)) + _NO_BRACKETS.sub(lambda match: " " * len(match[0]), kept)
    opened: list[int] = []
    for bracket in re.finditer(r"[][{}]", bare):
        if bracket[0] in "[{":
            opened.append(bracket.start())
        elif opened:
            opened.pop()
    return opened[-1] if opened else 0
