"""What YAML's parser says, in plain sentences, and at the place that has to be mended."""

# ruff: noqa: ARG001 - every explanation has one signature

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from autoflow.language.source import Report, Source, Span
from autoflow.language.yaml.brackets import report_brackets
from autoflow.language.yaml.layout import glued, misaligned, without_colon
from autoflow.language.yaml.values import (
    COMMENT,
    LOOKED_AT,
    colon_inside,
    curled_quotes,
    hard_space,
    in_quotes,
    is_a_sign,
    needs_quotes,
    quoted,
    quotes_end,
    unquoted_braces,
    value_at,
)

__all__ = [
    "closes_nothing",
    "curled_quotes",
    "glued_key",
    "hard_space",
    "look_at_comment",
    "look_at_lines",
    "marker_fix",
    "needs_quotes",
    "no_key",
    "report_syntax",
    "sign_instead",
]

_KEY = re.compile(r"\s*(?:-\s+)*(?:[\w.-]+|\"[^\"]*\"|'[^']*')\s*:(?:\s+|$)")
_KEY_WORD = re.compile(r"[a-z]+(?:_[a-z]+)+")  # of our language, and of no sentence
_OPENS = {"}": "{", "]": "["}
_GOES_ON = re.compile(r" #(?:\{\{|\d)")


def report_syntax(error: yaml.MarkedYAMLError, report: Report) -> None:
    """Report what stopped YAML's parser, unless that line has been reported already."""
    source = report.source
    mark = error.problem_mark or error.context_mark
    at = min(mark.index, len(source.text)) if mark is not None else 0
    opened = error.context_mark.index if error.context_mark is not None else at
    line = source.line_number(at)
    if any(problem.line == line for problem in report.problems):
        return
    if glued(report, line):
        return
    said = error.problem or ""
    for signs, explain in _EXPLAINED:
        if any(sign in said or sign in (error.context or "") for sign in signs):
            explain(report, at, opened)
            return
    _unclear(report, at, opened)


def look_at_lines(report: Report, span: Span) -> None:
    """Warn where a value in quotes runs over lines that look like keys of their own."""
    source = report.source
    first, last = source.line_number(span.start), source.line_number(span.end - 1)
    depth = len(source.line(first)) - len(source.line(first).lstrip(" "))
    swallowed = next((line for line in range(first + 1, last + 1) if _is_key(source.line(line), depth)), None)
    if swallowed is not None:
        message = f"The quote that opens here is closed in line {last} only."
        quote = source.text[span.start]
        fix = f"Put {quote} at the end of the value, unless line {swallowed} belongs to it."
        report.warn("yaml-quotes", Span(span.start, span.start + 1), message, fix)


def _is_key(line: str, depth: int) -> bool:
    """Whether a line looks like a key that stands no deeper than that."""
    return _KEY.match(line) is not None and len(line) - len(line.lstrip(" ")) <= depth


def look_at_comment(report: Report, span: Span) -> None:
    """Warn where a value goes on behind a `#`, as in `Order #{{ event.order_id }}`."""
    source = report.source
    if _GOES_ON.match(source.text, span.end):
        message = "# begins a comment, so the value ends before it."
        value = value_at(source, span.start, commented=True)
        report.warn("yaml-comment", Span(span.start, span.start + len(value)), message, in_quotes(value))


def no_key(span: Span, text: str) -> tuple[str, str]:
    """The sentence and the fix for a list or a block of keys that stands in the place of a key."""
    word = re.fullmatch(r"[{\[]\s*([\w. -]*\w)\s*[}\]]", text[span.start : span.end])
    fix = f"Write it without brackets: {word[1]}" if word else "Write a word in its place."
    return "A key must be a word, not a list or a block of keys.", fix


def marker_fix(source: Source, span: Span) -> str:
    """How to mend a value that begins with an anchor or a tag, which stands at `span`."""
    value = value_at(source, span.start)
    rest = value[span.end - span.start :].strip()
    if not rest:
        return in_quotes(value)
    return f"Write what follows alone, {rest}, or quotes around all of it: {quoted(value)}"


def closes_nothing(report: Report, span: Span) -> None:
    """Warn where a value ends with a bracket that it does not open."""
    value = report.source.text[span.start : span.end]
    close, line = value[-1], report.source.line_number(span.start)
    told = any(problem.line == line for problem in report.problems)
    if value.count(close) > value.count(_OPENS[close]) and not told:
        message = f'This "{close}" closes nothing, so it is a part of the value.'
        fix = "Remove it, or put quotes around the value."
        report.warn("yaml-brackets", Span(span.end - 1, span.end), message, fix)


def glued_key(report: Report, span: Span, *, alone: bool) -> bool:
    """Report a key that holds its value, `if:[{has_tag: vip}]`, `alone` in brackets `{did:purchased}`, or a dash."""
    source = report.source
    shown = source.text[span.start : span.end]
    if re.match(r"-[\[{]", shown):
        fix = f"Write - {value_at(source, span.start + 1)}"
        report.add(
            "yaml-indent", Span(span.start, span.start + 1), "A space is missing after this dash.", fix
        )
        return True
    found = re.match(r"([A-Za-z_][\w-]*):([^\s/].*)" if alone else r"([A-Za-z_][\w-]*):([\[{].*)", shown)
    if found is None:
        return False
    rest = found[2] if alone else value_at(source, span.start + len(found[1]) + 1)
    place = Span(span.start, span.start + len(found[1]) + 1)
    report.add("yaml-colon", place, "A space is missing after this colon.", f"Write {found[1]}: {rest}")
    report.meant.add(found[1])
    return True


def sign_instead(report: Report, start: int) -> bool:
    """Report `!=`, which is a tag for YAML; False where it is none."""
    return is_a_sign(report, start, value_at(report.source, start))


def _strange_start(report: Report, at: int, opened: int) -> None:
    source = report.source
    if source.text.startswith("\t", at):
        _tab(report, at, opened)
    elif source.text[max(at - 1, 0) : at + 1] == "{%":
        needs_quotes(report, at - 1)
    elif not is_a_sign(report, at, value_at(source, at)):
        needs_quotes(report, at)


def _tab(report: Report, at: int, opened: int) -> None:
    line = report.source.line(report.source.line_number(at))
    tabs = len(line) - len(line.lstrip("\t ")) if line[:1] in {"\t", " "} else 1
    message = "A tab stands here, and YAML is indented with spaces."
    report.add("yaml-tab", Span(at, at + max(tabs, 1)), message, "Replace each tab by two spaces.")


def _block_scalar(report: Report, at: int, opened: int) -> None:
    value = value_at(report.source, opened)
    if not (re.match(r">=?\s*[\d\"'{]", value) and is_a_sign(report, opened, value)):
        needs_quotes(report, opened)


def _at_opening(report: Report, at: int, opened: int) -> None:
    needs_quotes(report, opened)


def _open_quote(report: Report, at: int, opened: int) -> None:
    quote = report.source.text[opened : opened + 1]
    line = report.source.line_number(opened)
    report.problems = [each for each in report.problems if (each.line, each.severity) != (line, "warning")]
    message = "The quote that opens here is never closed."
    report.add("yaml-quotes", Span(opened, opened + 1), message, f"Put {quote} at the end of the value.")


def _escape(report: Report, at: int, opened: int) -> None:
    start = max(report.source.text.rfind("\\", opened, at + 1), opened)
    word = report.source.text[start : start + 2].strip()
    message = f'"{word}" means nothing inside double quotes.'
    fix = "Use single quotes, or write the backslash twice."
    report.add("yaml-quotes", Span(start, start + 2), message, fix)


def _brackets(report: Report, at: int, opened: int) -> None:
    report_brackets(report, at)


def _mapping_value(report: Report, at: int, opened: int) -> None:
    """A colon where no key can be: inside a value, or in a line that is indented too far."""
    source = report.source
    line = source.line_number(at)
    begins = source.start_of(line)
    shown = source.line(line)
    key = _KEY.match(shown)
    if key is not None and begins + key.end() <= at:
        start = begins + key.end()
        value = COMMENT.sub("", shown[key.end() :][:LOOKED_AT]).rstrip()
        if _opened_nowhere(report, start, value, key[0]):
            return
        inner = value.partition(": ")[0]
        below = f"Write {inner}: … on a line of its own below, further in; or put quotes around all of it."
        colon_inside(report, start, value, below if _KEY_WORD.fullmatch(inner) else "")
        return
    misaligned(report, at)


def _opened_nowhere(report: Report, start: int, value: str, key: str) -> bool:
    """Report a value that ends with a bracket which it does not open, `goal: did: purchased}`; False otherwise."""
    close = value[-1:]
    if close not in _OPENS or value.count(close) <= value.count(_OPENS[close]):
        return False
    inner = f"{_OPENS[close]}{value}"
    if "-" in key and close == "}":  # the whole entry of a list
        inner = f"{{{key.lstrip(' -')}{value}"
    end = start + len(value)
    message = f'This "{close}" closes what nothing opens.'
    report.add("yaml-brackets", Span(end - 1, end), message, f"Write {inner}")
    return True


def _expected_key(report: Report, at: int, opened: int) -> None:
    """The line went on where it should have ended, or is not lined up with those above."""
    source = report.source
    if unquoted_braces(report, at):
        return
    line = source.line_number(at)
    shown = source.line(line)
    before = shown[: at - source.start_of(line)]
    sign = source.text[at : at + 1]
    if before.strip() == "" and sign == ":":
        report.add("yaml-key", Span(at, at + 1), "The key before this colon is missing.", "Write key: value")
    elif before.strip() == "":
        misaligned(report, at)
    elif sign in {"}", "]", ","}:
        message, fix = f'This "{sign}" closes nothing.', "Remove it, or put quotes around the value."
        if sign == ",":
            message = "This comma is one too many."
        close = before.rstrip()[-1]
        rest = shown[len(before) :]
        if sign == "," and close in _OPENS and rest.count(close) > rest.count(_OPENS[close]):
            message, fix = "Every bracket is closed before this comma.", f'Remove one "{close}" before it.'
        report.add("yaml-brackets", Span(at, at + 1), message, fix)
    elif before.rstrip()[-1] in "\"'":
        _quotes_end(report, at, before)
    elif "]" in before or "}" in before:
        message = "The value goes on behind its bracket."
        value = COMMENT.sub("", _KEY.sub("", shown[:LOOKED_AT], 1)).rstrip()
        report.add("yaml-brackets", Span(at, at + 1), message, in_quotes(value))
    else:
        misaligned(report, at)


def _quotes_end(report: Report, at: int, before: str) -> None:
    """Something follows a closing quote; where that was meant to open a value, one above was never closed."""
    quote = before.rstrip()[-1]
    if before.count(quote) == 1 and re.search(r"(?:[:,\[{-]\s+|^\s*)$", before.rstrip()[:-1]):
        opened = _never_closed(report.source, at - len(before), quote)
        if opened is not None:
            _open_quote(report, at, opened)
            return
    quotes_end(report, at)


def _never_closed(source: Source, end: int, quote: str) -> int | None:
    """The quote before `end` that opens a value and is the only one in its line."""
    last = source.line_number(end)
    for line in range(last - 1, max(last - 200, 0), -1):
        shown = source.line(line)[:LOOKED_AT]
        if shown.count(quote) % 2:
            found = re.search(rf"(?:[:,\[{{-]\s+|^\s*){quote}", shown)
            return source.start_of(line) + found.end() - 1 if found else None
    return None


def _simple_key(report: Report, at: int, opened: int) -> None:
    without_colon(report, report.source.line_number(opened))


def _unexpected_colon(report: Report, at: int, opened: int) -> None:
    """Inside brackets a colon stands directly before a sign: `{page_visited:{path: …}}`."""
    word = re.search(r"[\w.-]*$", report.source.text[max(at - LOOKED_AT, 0) : at])
    start = at - len(word[0]) if word else at
    after = report.source.text[at + 1 : at + 2].strip()
    fix = f"Write {report.source.text[start:at] or 'key'}: {after or 'value'}…"
    report.add("yaml-colon", Span(start, at + 1), "A space is missing after this colon.", fix)


def _dash(report: Report, at: int, opened: int) -> None:
    fix = "Begin the list on the next line, or put quotes around the value."
    report.add("yaml-indent", Span(at, at + 1), "A list cannot begin in the line of its key.", fix)


def _no_content(report: Report, at: int, opened: int) -> None:
    sign = report.source.text[at : at + 1].strip()
    message = f'A value cannot begin with "{sign}".' if sign else "A value is missing here."
    report.add("yaml-brackets", Span(at, at + 1), message, "Put quotes around it, or remove it.")


def _document(report: Report, at: int, opened: int) -> None:
    source = report.source
    line = source.line_number(at)
    dots = next((number for number in range(1, line) if source.line(number).startswith("...")), None)
    if dots is None:
        misaligned(report, at)
        return
    span = Span(source.start_of(dots), source.start_of(dots) + 3)
    report.add(
        "yaml-document", span, "Three dots end the file, and more stands below them.", "Remove the dots."
    )


def _unclear(report: Report, at: int, opened: int) -> None:
    source = report.source
    line = next((each for each in (1, source.line_number(at)) if source.line(each).startswith("%")), 0)
    if line:
        start = source.start_of(line)
        message = "A line that begins with % tells YAML how to read the file, and none is needed."
        report.add("yaml", Span(start, start + len(source.line(line))), message, "Remove it.")
        return
    fix = "Look for a missing quote, colon or space in this line and the one above it."
    report.add("yaml", Span(at, at + 1), "This cannot be read as YAML.", fix)


_EXPLAINED: tuple[tuple[tuple[str, ...], Callable[[Report, int, int], None]], ...] = (
    (("violates indentation",), _tab),
    (("cannot start any token",), _strange_start),
    (("while scanning a block scalar",), _block_scalar),
    (("unexpected ':'",), _unexpected_colon),
    (
        (
            "while scanning an alias",
            "while scanning an anchor",
            "while scanning a tag",
            "undefined tag handle",
        ),
        _at_opening,
    ),
    (("unknown escape", "did not find expected hexdecimal", "invalid Unicode character escape"), _escape),
    (("while scanning a quoted scalar", "while parsing a quoted scalar"), _open_quote),
    (("while parsing a flow",), _brackets),
    (("mapping values are not allowed",), _mapping_value),
    (("block sequence entries are not allowed",), _dash),
    (("mapping keys are not allowed", "while scanning a directive"), _at_opening),
    (("could not find expected ':'",), _simple_key),
    (("did not find expected node content",), _no_content),
    (("did not find expected key", "did not find expected '-' indicator"), _expected_key),
    (("expected <document start>",), _document),
)
