"""Values that YAML takes for something else: what they need quotes for, and what was meant."""

from __future__ import annotations

import re

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
_QUOTES_FIX = "Put quotes around it"


def needs_quotes(report: Report, start: int) -> None:
    """Report a value, beginning at `start`, that YAML takes for something else."""
    text = report.source.text
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
    message = "These quotes are those of a word processor, and no quotes for YAML."
    report.add("yaml-quotes", span, message, f'Write straight ones: "{inner}"')
    return True


def is_a_sign(report: Report, start: int, value: str) -> bool:
    """Report an operator that is written as a sign, as in `is: >= 500`; False where there is none."""
    sign, fix = operator_sign(value)
    if sign:
        span = Span(start, start + len(value))
        report.add("yaml-quotes", span, f'"{sign}" is not an operator here.', fix)
    return bool(sign)


def operator_sign(value: str) -> tuple[str, str]:
    """The sign with which a value begins, and what to write instead; nothing where it begins otherwise."""
    sign = next((sign for sign in _SIGNS if value.startswith(sign)), "")
    operand = value[len(sign) :].strip()
    if not sign:
        return "", ""
    return sign, f"Operators are words: {_SIGNS[sign]}: {operand}" if operand else f"Use {_SIGNS[sign]}."


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
    if '"' not in value and "\\" not in value:
        return f'{_QUOTES_FIX}: "{value}"'
    return f"{_QUOTES_FIX}: '{value}'" if "'" not in value else f"{_QUOTES_FIX}."
