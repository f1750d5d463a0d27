"""What YAML's parser says, in plain sentences, and at the place that has to be mended."""

# ruff: noqa: ARG001 - every explanation has one signature

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from autoflow.language.source import Report, Source, Span

_COMMENT = re.compile(r"\s+#.*$")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\'\'|[^\'])*\'')
_KEY = re.compile(r"\s*(?:-\s+)*(?:[\w.-]+|\"[^\"]*\"|'[^']*')\s*:(?:\s+|$)")
_IN_BRACKETS = re.compile(r"(?:\{\{.*?\}\}|[^,{}\[\]])*")
_WORDED = {">=": "at_least", "<=": "at_most", ">": "more_than", "<": "less_than"}
_LOOKED_AT = 1_000  # characters around a mistake, so that no line is long enough to take time
_QUOTES_FIX = "Put quotes around it"


def report_syntax(error: yaml.MarkedYAMLError, report: Report) -> None:
    """Report what stopped YAML's parser, unless that line has been reported already."""
    source = report.source
    mark = error.problem_mark or error.context_mark
    at = min(mark.index, len(source.text)) if mark is not None else 0
    opened = error.context_mark.index if error.context_mark is not None else at
    line = source.line_number(at)
    if any(problem.line == line for problem in report.problems):
        return
    said = error.problem or ""
    for signs, explain in _EXPLAINED:
        if any(sign in said or sign in (error.context or "") for sign in signs):
            explain(report, at, opened)
            return
    _unclear(report, at, opened)


def needs_quotes(report: Report, start: int) -> None:
    """Report a value, beginning at `start`, that YAML takes for something else."""
    text = report.source.text
    value = _value_at(report.source, start)
    shown = value.split()[0] if value.split() else text[start : start + 1]
    if text.startswith("{{", start):
        message = "A value that begins with {{ needs quotes."
    else:
        message = f'A value cannot begin with "{shown[0]}" without quotes.'
    span = Span(start, start + max(len(value), 1))
    report.add("yaml-quotes", span, message, _in_quotes(value))


def _value_at(source: Source, start: int) -> str:
    """The value that begins at `start`, as it was meant: to the end of the line, or of its place in brackets."""
    line = source.line_number(start)
    begins = source.start_of(line)
    rest = _COMMENT.sub("", source.line(line)[start - begins :][:_LOOKED_AT]).rstrip()
    shown = source.text[max(begins, start - _LOOKED_AT) : start]
    before = _QUOTED.sub("", shown.replace("{{", "").replace("}}", ""))
    if before.count("{") + before.count("[") > before.count("}") + before.count("]"):
        match = _IN_BRACKETS.match(rest)
        rest = match[0].rstrip() if match and match[0].strip() else rest
    return rest


def _in_quotes(value: str) -> str:
    if '"' not in value and "\\" not in value:
        return f'{_QUOTES_FIX}: "{value}"'
    return f"{_QUOTES_FIX}: '{value}'" if "'" not in value else f"{_QUOTES_FIX}."


def _strange_start(report: Report, at: int, opened: int) -> None:
    source = report.source
    if source.text.startswith("\t", at):
        _tab(report, at, opened)
        return
    value = _value_at(source, at)
    sign = next((sign for sign in _WORDED if value.startswith(sign)), None)
    if sign is not None:
        _sign(report, at, value, sign)
        return
    needs_quotes(report, at)


def _sign(report: Report, at: int, value: str, sign: str) -> None:
    number = value[len(sign) :].strip()
    message = f'"{sign}" is not an operator here.'
    fix = f"Operators are words: {_WORDED[sign]}: {number}" if number else f"Use {_WORDED[sign]}."
    report.add("yaml-quotes", Span(at, at + len(value)), message, fix)


def _tab(report: Report, at: int, opened: int) -> None:
    line = report.source.line(report.source.line_number(at))
    tabs = len(line) - len(line.lstrip("\t ")) if line[:1] in {"\t", " "} else 1
    message = "A tab stands here, and YAML is indented with spaces."
    report.add("yaml-tab", Span(at, at + max(tabs, 1)), message, "Replace each tab by two spaces.")


def _block_scalar(report: Report, at: int, opened: int) -> None:
    value = _value_at(report.source, opened)
    sign = next((sign for sign in _WORDED if value.startswith(sign)), None)
    if sign is not None and value.startswith(">") and re.match(r">=?\s*[\d\"'{]", value):
        _sign(report, opened, value, sign)
        return
    needs_quotes(report, opened)


def _alias(report: Report, at: int, opened: int) -> None:
    needs_quotes(report, opened)


def _open_quote(report: Report, at: int, opened: int) -> None:
    quote = report.source.text[opened : opened + 1]
    message = "The quote that opens here is never closed."
    report.add("yaml-quotes", Span(opened, opened + 1), message, f"Put {quote} at the end of the value.")


def _escape(report: Report, at: int, opened: int) -> None:
    start = max(report.source.text.rfind("\\", opened, at + 1), opened)
    word = report.source.text[start : start + 2].strip()
    message = f'"{word}" means nothing inside double quotes.'
    report.add(
        "yaml-quotes", Span(start, start + 2), message, "Use single quotes, or write the backslash twice."
    )


def _brackets(report: Report, at: int, opened: int) -> None:
    """A list or mapping in brackets that goes wrong: braces, a colon, or a bracket that is missing."""
    source = report.source
    if _unquoted_braces(report, at):
        return
    text = source.text
    if text.startswith(":", at):
        line = source.line_number(at)
        before = source.text[source.start_of(line) : at]
        inner = re.split(r"[,{\[]", before)[-1]
        if ": " in inner:
            start = source.start_of(line) + len(before) - len(inner.partition(": ")[2])
            value = _value_at(source, start)
            _colon_inside(report, start, value, f"Put a comma between two entries, or quotes around {value}.")
            return
    if not text[at:].strip():
        opened = _last_open(text)
    close = "}" if text.startswith("{", opened) else "]"
    if text[at:].strip() and source.line_number(opened) == source.line_number(at):
        message = f'A comma or the closing "{close}" is missing here.'
        report.add("yaml-brackets", Span(at, at + 1), message, "Put a comma between two entries.")
    else:
        message = f'The bracket that opens here is not closed with "{close}".'
        report.add("yaml-brackets", Span(opened, opened + 1), message, f'Put "{close}" at its end.')


def _last_open(text: str) -> int:
    """The innermost bracket that the text leaves open."""
    kept = text[-_LOOKED_AT:]
    bare = " " * (len(text) - len(kept)) + _QUOTED.sub(lambda match: " " * len(match[0]), kept)
    opened: list[int] = []
    for bracket in re.finditer(r"[][{}]", bare):
        if bracket[0] in "[{":
            opened.append(bracket.start())
        elif opened:
            opened.pop()
    return opened[-1] if opened else 0


def _mapping_value(report: Report, at: int, opened: int) -> None:
    """A colon where no key can be: inside a value, or in a line that is indented too far."""
    source = report.source
    line = source.line_number(at)
    begins = source.start_of(line)
    shown = source.line(line)
    key = _KEY.match(shown)
    if key is not None and begins + key.end() <= at:
        start = begins + key.end()
        _colon_inside(report, start, _COMMENT.sub("", shown[key.end() :][:_LOOKED_AT]).rstrip())
        return
    _misaligned(report, at, opened)


def _colon_inside(report: Report, start: int, value: str, fix: str = "") -> None:
    message = "A colon followed by a space stands inside this value."
    report.add("yaml-colon", Span(start, start + len(value)), message, fix or _in_quotes(value))


def _expected_key(report: Report, at: int, opened: int) -> None:
    """The line went on where it should have ended, or is not lined up with those above."""
    source = report.source
    if _unquoted_braces(report, at):
        return
    line = source.line_number(at)
    shown = source.line(line)
    before = shown[: at - source.start_of(line)]
    sign = source.text[at : at + 1]
    if before.strip() == "":
        _misaligned(report, at, opened)
    elif sign in {"}", "]", ","}:
        message = f'This "{sign}" closes nothing.' if sign != "," else "This comma is one too many."
        report.add("yaml-brackets", Span(at, at + 1), message, "Remove it, or put quotes around the value.")
    elif before.rstrip()[-1] in "\"'":
        message = "The quotes end before the value does."
        fix = "Put quotes around all of it, of the other sort where it holds quotes itself."
        report.add("yaml-quotes", Span(at, at + len(shown[len(before) :].rstrip())), message, fix)
    elif "]" in before or "}" in before:
        message = "The value goes on behind its bracket."
        report.add("yaml-brackets", Span(at, at + 1), message, "Put quotes around the value.")
    else:
        _misaligned(report, at, opened)


def _misaligned(report: Report, at: int, opened: int) -> None:
    source = report.source
    line = source.line_number(at)
    shown = source.line(line)
    indent = len(shown) - len(shown.lstrip(" "))
    span = Span(source.start_of(line) + indent, source.start_of(line) + len(shown.rstrip()))
    above, depth = _fitting_line(source, line, indent)
    if above and depth != indent:
        fix = f"Give it {_spaces(depth)} at its start, like line {above}."
    else:
        fix = "Give it as many spaces as the lines that it belongs to."
    report.add("yaml-indent", span, "This line is not lined up with the lines above it.", fix)


def _fitting_line(source: Source, line: int, indent: int) -> tuple[int, int]:
    """The nearest line above whose depth this one was likely meant to have, with that depth."""
    for number in range(line - 1, max(line - 200, 0), -1):
        shown = source.line(number)
        if shown.strip() and not shown.lstrip().startswith("#"):
            depth = len(shown) - len(shown.lstrip(" "))
            if abs(depth - indent) <= 2:
                return number, depth
    return 0, 0


def _spaces(count: int) -> str:
    return "no spaces" if count == 0 else "1 space" if count == 1 else f"{count} spaces"


def _simple_key(report: Report, at: int, opened: int) -> None:
    source = report.source
    line = source.line_number(opened)
    shown = _COMMENT.sub("", source.line(line)[:_LOOKED_AT]).rstrip()
    indent = len(shown) - len(shown.lstrip(" -"))
    if re.match(r"[\w ]+:\S", shown.lstrip(" -")):
        message, fix = "A space is missing after this colon.", "Write key: value"
    else:
        message, fix = "This line has a word and no colon.", "Write key: value"
    span = Span(source.start_of(line) + indent, source.start_of(line) + len(shown))
    report.add("yaml-colon", span, message, fix)


def _dash(report: Report, at: int, opened: int) -> None:
    fix = "Begin the list on the next line, or put quotes around the value."
    report.add("yaml-indent", Span(at, at + 1), "A list cannot begin in the line of its key.", fix)


def _no_content(report: Report, at: int, opened: int) -> None:
    sign = report.source.text[at : at + 1].strip()
    message = f'A value cannot begin with "{sign}".' if sign else "A value is missing here."
    report.add("yaml-brackets", Span(at, at + 1), message, "Put quotes around it, or remove it.")


def _document(report: Report, at: int, opened: int) -> None:
    line = report.source.line_number(at)
    if line > 1 and any(report.source.line(number).startswith("...") for number in range(1, line)):
        _unclear(report, at, opened)
    else:
        _misaligned(report, at, opened)


def _directive(report: Report, at: int, opened: int) -> None:
    needs_quotes(report, opened)


def _unclear(report: Report, at: int, opened: int) -> None:
    fix = "Look for a missing quote, colon or space in this line and the one above it."
    report.add("yaml", Span(at, at + 1), "This cannot be read as YAML.", fix)


def _unquoted_braces(report: Report, at: int) -> bool:
    """Report a `{{` before `at` in its line that stands outside quotes."""
    source = report.source
    line = source.line_number(at)
    begins = source.start_of(line)
    bare = _QUOTED.sub(lambda match: " " * len(match[0]), source.line(line)[:_LOOKED_AT])
    found = bare.find("{{")
    if found < 0 or begins + found > at:
        return False
    needs_quotes(report, begins + found)
    return True


_EXPLAINED: tuple[tuple[tuple[str, ...], Callable[[Report, int, int], None]], ...] = (
    (("violates indentation",), _tab),
    (("cannot start any token",), _strange_start),
    (("while scanning a block scalar",), _block_scalar),
    (("while scanning an alias", "while scanning an anchor", "while scanning a tag"), _alias),
    (("unknown escape", "did not find expected hexdecimal", "invalid Unicode character escape"), _escape),
    (("while scanning a quoted scalar", "while parsing a quoted scalar"), _open_quote),
    (("while parsing a flow",), _brackets),
    (("mapping values are not allowed",), _mapping_value),
    (("block sequence entries are not allowed",), _dash),
    (("mapping keys are not allowed", "while scanning a directive"), _directive),
    (("could not find expected ':'",), _simple_key),
    (("did not find expected node content",), _no_content),
    (("did not find expected key", "did not find expected '-' indicator"), _expected_key),
    (("expected <document start>",), _document),
)
