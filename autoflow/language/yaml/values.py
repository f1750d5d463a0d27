"""Values that YAML takes for something else: what they need quotes for, and what was meant."""

from __future__ import annotations

import re

from autoflow.kinds.operators import WORDS
from autoflow.language.source import Report, Source, Span

LOOKED_AT = 1_000  # characters around a mistake, so that no line is long enough to take time
COMMENT = re.compile(r"\s+#.*$")
QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\'\'|[^\'])*\'')
_IN_BRACKETS = re.compile(r"(?:\{\{.*?\}\}|\{%.*?%\}|[^,{}\[\]])*")
_SIGNS = {
    ">=": "at_least",
    "=>": "at_least",
    "<=": "at_most",
    "=<": "at_most",
    "!=": "is_not",
    "<>": "is_not",
    "==": "is",
    ">": "more_than",
    "<": "less_than",
    "=": "is",
}
_CURLED = "“”„‘\u201a«»’"  # the last one is an apostrophe as well
_HARD = "\u00a0\u2007\u202f\u3000"
_STRAIGHT = "\"'"
_OPENS = re.compile(r"(?:[:,\[{-]\s+|^\s*|[\[{])[\"']")
_ENDS = re.compile(r"[\"'](?=\s*[,}\]])")
_QUOTES_FIX = "Put quotes around it"


def hard_space(report: Report, span: Span) -> bool:
    """Report a hard space that stands where YAML needs one of the usual ones; False where it is a part of a text."""
    value = report.source.text[span.start : span.end]
    found = re.match(rf"(-|[\w.-]+:)?([{_HARD}]+)", value)
    if found is None:
        return False
    begins = report.source.start_of(report.source.line_number(span.start))
    if found[1] is None and report.source.text[begins : span.start].rstrip().endswith(":"):
        return False  # a text may begin with one
    message = "This space is a hard one, as web pages and word processors make them, and none for YAML."
    place = Span(span.start + found.start(2), span.start + found.end(2))
    report.add("yaml-space", place, message, "Delete it, and type a space in its place.")
    return True


def needs_quotes(report: Report, start: int) -> None:
    """Report a value, beginning at `start`, that YAML takes for something else."""
    text = report.source.text
    if text[start - 1 : start] in _CURLED[:-1] and start:
        _straighten(report, start - 1, value_at(report.source, start - 1))
        return
    if _is_a_bullet(report, start):
        return
    value = value_at(report.source, start)
    shown = value.split()[0] if value.split() else text[start : start + 1]
    if text.startswith(("{{", "{%"), start):
        message = f"A value that begins with {text[start : start + 2]} needs quotes."
    else:
        message = f'A value cannot begin with "{shown[0]}" without quotes.'
    span = Span(start, start + max(len(value), 1))
    report.add("yaml-quotes", span, message, in_quotes(value))


def curled_quotes(report: Report, span: Span) -> bool:
    """Report a value between quotes as word processors write them, which are a part of it for YAML."""
    value = report.source.text[span.start : span.end]
    inner = value[1:-1]
    if value[-1] not in _CURLED or len(value) < 2 or any(quote in inner for quote in _CURLED[:-1]):
        return False
    _straighten(report, span.start, value)
    return True


def _straighten(report: Report, start: int, value: str) -> None:
    message = "These quotes are those of a word processor, and no quotes for YAML."
    fix = f"Write straight ones: {quoted(value[1:].rstrip(_CURLED))}"
    report.add("yaml-quotes", Span(start, start + len(value)), message, fix)


def _is_a_bullet(report: Report, start: int) -> bool:
    """Report an entry of a list that begins with a star, as in `* wait: 2 days`; False where it is none."""
    value = value_at(report.source, start)
    found = re.fullmatch(r"[*•]\s+([\w-]+:\s.*)", value)
    if found is None:
        return False
    message = f'An entry of a list begins with a dash, not with "{value[0]}".'
    report.add("yaml-indent", Span(start, start + len(value)), message, f"Write - {found[1]}")
    return True


def is_a_sign(report: Report, start: int, value: str) -> bool:
    """Report an operator that is written as a sign, as in `is: >= 500`; False where there is none."""
    begins = report.source.start_of(report.source.line_number(start))
    key = re.search(r"([\w-]+):\s+$", report.source.text[max(begins, start - LOOKED_AT) : start])
    sign, fix = operator_sign(value, key[1] if key else "")
    if sign:
        span = Span(start, start + len(value))
        report.add("yaml-quotes", span, f'"{sign}" is not an operator here.', fix)
    return bool(sign)


def operator_sign(value: str, key: str) -> tuple[str, str]:
    """The sign with which the value of a key begins, and what to write instead; nothing where it begins otherwise."""
    sign = next((sign for sign in _SIGNS if value.startswith(sign)), "")
    operand = value[len(sign) :].lstrip(": ").rstrip()
    if not sign:
        return "", ""
    if not operand:
        return sign, f"Use {_SIGNS[sign]}."
    worded = f"{_SIGNS[sign]}: {operand}"
    if key in WORDS or key in {"value", "equals"}:
        return sign, f"Write {worded} in place of {key}: {value}"
    return sign, f"Write {key}: {{{worded}}}" if key else f"Operators are words: {worded}"


def unquoted_braces(report: Report, at: int) -> bool:
    """Report a `{{` or `{%` up to `at` in its line that stands outside quotes; False where there is none."""
    source = report.source
    begins = source.start_of(source.line_number(at))
    bare = QUOTED.sub(lambda match: " " * len(match[0]), source.text[begins : begins + LOOKED_AT])
    found = re.search(r"\{[{%]", bare.partition("\n")[0])
    if found is None or begins + found.start() > at:
        return False
    needs_quotes(report, begins + found.start())
    return True


def colon_inside(report: Report, start: int, value: str, fix: str = "") -> None:
    """Report a colon followed by a space in a value that begins at `start`."""
    message = "A colon followed by a space stands inside this value."
    report.add("yaml-colon", Span(start, start + len(value)), message, fix or in_quotes(value))


def value_at(source: Source, start: int, *, commented: bool = False) -> str:
    """The value that begins at `start`, as it was meant: to the end of the line, or of its place in brackets.

    With `commented` also what a `#` made a comment.
    """
    line = source.line_number(start)
    begins = source.start_of(line)
    rest = source.line(line)[start - begins :][:LOOKED_AT]
    rest = (rest if commented else COMMENT.sub("", rest)).rstrip()
    if in_brackets(source, start):
        match = _IN_BRACKETS.match(rest)
        rest = match[0].rstrip() if match and match[0].strip() else rest
    return rest


def in_brackets(source: Source, start: int) -> bool:
    """Whether a bracket is open at `start` that was opened in its line."""
    begins = source.start_of(source.line_number(start))
    shown = source.text[max(begins, start - LOOKED_AT) : start]
    before = QUOTED.sub("", shown.replace("{{", "").replace("}}", ""))
    return before.count("{") + before.count("[") > before.count("}") + before.count("]")


def in_quotes(value: str) -> str:
    """`Put quotes around it: …`, with those that go around this value."""
    return f"{_QUOTES_FIX}: {quoted(value)}"


def quoted(value: str) -> str:
    """The value in quotes that go around it."""
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def quotes_end(report: Report, at: int) -> None:
    """Report quotes that stand inside a value in quotes of the same sort, so that it ends before `at`."""
    source = report.source
    begins = source.start_of(source.line_number(at))
    line = source.line(source.line_number(at))[: at - begins + LOOKED_AT]
    start = next((each.end() - 1 for each in _OPENS.finditer(line) if begins + each.end() <= at), 0)
    rest = line[start:]
    ends = _ENDS.search(rest, at - begins - start) if in_brackets(source, begins + start) else None
    value = rest[: ends.end()] if ends else COMMENT.sub("", rest).rstrip()
    whole = len(value) > 1 and value[0] in _STRAIGHT and value[-1] == value[0]
    message = "The quotes end before the value does."
    fix = f"Put other quotes around all of it: {quoted(value[1:-1])}" if whole else in_quotes(value)
    report.add("yaml-quotes", Span(begins + start, begins + start + len(value)), message, fix)
