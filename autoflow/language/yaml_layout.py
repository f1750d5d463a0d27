"""Lines that do not fit the ones above them, and which of the two has to be mended."""

from __future__ import annotations

import re

from autoflow.language.source import Report, Source, Span
from autoflow.language.yaml_values import COMMENT, LOOKED_AT

_FOREIGN = ("//", "/*", "<!--", "--", ";")  # with which comments begin elsewhere
_WITHOUT_SPACE = re.compile(r"(?:- *)?([\w.-]+):(\S.*)")
_ASSIGNED = re.compile(r"([\w.-]+)\s*=\s*(\S.*)")
_KEY = re.compile(r"[\w.-]+\s*:(?:\s|$)")
_OPENED = re.compile(r"[|>][+-]?\d?$")


def misaligned(report: Report, at: int) -> None:
    """Report the line in which `at` stands, or the one above, by which it does not fit."""
    source = report.source
    line = source.line_number(at)
    span, text = _content(source, line)
    above = _line_above(source, line)
    if above and _no_key(report, above):
        return
    message = "This line is not lined up with the lines above it."
    fitting, depth = _fitting_line(source, line, _indent(source, line))
    if fitting and depth != _indent(source, line):
        report.add(
            "yaml-indent", span, message, f"Give it {_spaces(depth)} at its start, like line {fitting}."
        )
    elif above and text.startswith("- ") and _KEY.match(_content(source, above)[1]):
        message = "This begins an entry of a list, and the lines beside it are keys with values."
        fix = "Write the key of the list above it, or remove the dash."
        if _indent(source, line):
            fix = f"Put a dash before line {above} as well, or remove this one."
        report.add("yaml-indent", span, message, fix)
    elif above and _KEY.match(text) and _in_a_list(source, line):
        message = "This line stands among the entries of a list, which begin with a dash."
        fix = f"Put a dash before it: - {text[:60]}"
        if text.startswith("-"):
            message, fix = "A space is missing after this dash.", f"Write - {text[1:60]}"
        report.add("yaml-indent", span, message, fix)
    else:
        report.add("yaml-indent", span, message, "Give it as many spaces as the lines that it belongs to.")


def without_colon(report: Report, line: int) -> None:
    """Report a line of which it cannot be told what is the key and what the value."""
    if not _no_key(report, line):
        span, _ = _content(report.source, line)
        report.add("yaml-colon", span, "This line has a word and no colon.", "Write key: value")


def _no_key(report: Report, line: int) -> bool:
    """Report a line that is no key with a value, though one belongs there; False where it is one."""
    span, text = _content(report.source, line)
    if not text or _KEY.match(text.removeprefix("- ").lstrip()) or (text[0] in "\"'[{?-" and ": " in text):
        return False
    if text.startswith(_FOREIGN):
        report.add("yaml-colon", span, "This is no key with a value.", "A comment begins with #.")
    elif (found := _WITHOUT_SPACE.fullmatch(text)) is not None:
        fix = f"Write {found[1]}: {found[2]}"
        report.add("yaml-colon", span, "A space is missing after this colon.", fix)
    elif (found := _ASSIGNED.fullmatch(text)) is not None:
        fix = f"Write {found[1]}: {found[2]}"
        report.add("yaml-colon", span, "A key and its value are parted by a colon.", fix)
    elif text.startswith("-") or not _begins(report.source, line):
        return False
    else:
        report.add("yaml-colon", span, "This line has a word and no colon.", "Write key: value")
    return True


def _begins(source: Source, line: int) -> bool:
    """Whether a line begins something, and does not go on with what the one above it says."""
    above = _line_above(source, line)
    if not above:
        return True
    text = _content(source, above)[1]
    return text.endswith(":") and _indent(source, above) < _indent(source, line)


def _in_a_list(source: Source, line: int) -> bool:
    """Whether the nearest line above that stands as deep begins with a dash."""
    indent = _indent(source, line)
    for number in range(line - 1, max(line - 200, 0), -1):
        text = _content(source, number)[1]
        if text and _indent(source, number) <= indent:
            return _indent(source, number) == indent and text.startswith("- ")
    return False


def _line_above(source: Source, line: int) -> int:
    """The nearest line above that says something; 0 where there is none."""
    for number in range(line - 1, max(line - 200, 0), -1):
        if _content(source, number)[1]:
            return number
    return 0


def _fitting_line(source: Source, line: int, indent: int) -> tuple[int, int]:
    """The nearest line above whose depth this one was likely meant to have, with that depth."""
    for number in range(line - 1, max(line - 200, 0), -1):
        if _content(source, number)[1]:
            depth = _indent(source, number)
            if abs(depth - indent) <= 2:
                return number, depth
    return 0, 0


def _indent(source: Source, line: int) -> int:
    shown = source.line(line)
    return len(shown) - len(shown.lstrip(" "))


def _content(source: Source, line: int) -> tuple[Span, str]:
    """What a line says, without comment and indentation, and where."""
    shown = source.line(line)
    indent = len(shown) - len(shown.lstrip(" "))
    text = shown[indent:][:LOOKED_AT]
    text = "" if text.startswith("#") else COMMENT.sub("", text).rstrip()
    start = source.start_of(line) + indent
    return Span(start, start + max(len(text), 1)), text


def _spaces(count: int) -> str:
    return "no spaces" if count == 0 else "1 space" if count == 1 else f"{count} spaces"
