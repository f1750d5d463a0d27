"""Lines that do not fit the ones above them, and which of the two has to be mended."""

from __future__ import annotations

import re

from autoflow.language.recipe import RECIPE_KEYS
from autoflow.language.segment import SEGMENT_KEYS
from autoflow.language.source import Report, Source, Span
from autoflow.language.yaml.values import COMMENT, LOOKED_AT

_FOREIGN = ("//", "/*", "<!--", "--", ";")  # with which comments begin elsewhere
_WITHOUT_SPACE = re.compile(r"(?:- *)?([\w.-]+):(\S.*)")
_ASSIGNED = re.compile(r"([\w.-]+)\s*=\s*(\S.*)")
_KEY = re.compile(r"[\w.-]+\s*:(?:\s|$)")
_DASHED = re.compile(r"-[\w{\[\"']")
_GLUED = re.compile(r"(?:- +)*([A-Za-z_][\w-]*):([\[{].*)")
_ENTRY = re.compile(r"- ([a-z][a-z_]*) (\S.*)")
_WORDS = re.compile(r"(?:- +)?([a-z][a-z_]*)\s+(\S.*)")
TOP_WORDS = frozenset((*RECIPE_KEYS, *SEGMENT_KEYS, "tests", "also", "cases"))
_OPENED = re.compile(r"[|>][+-]?\d?$")


def misaligned(report: Report, at: int) -> None:
    """Report the line in which `at` stands, or the one above, by which it does not fit."""
    source = report.source
    line = source.line_number(at)
    span, text = _content(source, line)
    above = _line_above(source, line)
    if _no_dash(report, line, above) or (above and _no_key(report, above)) or _first_line(report, line):
        return
    message = "This line is not lined up with the lines above it."
    fitting, depth = _fitting_line(source, line, _indent(source, line))
    key = text.removeprefix("- ").lstrip().partition(":")[0]
    if key in TOP_WORDS and text.startswith("- ") and not _indent(source, line):
        message = f'"{key}" is a key of the file, and no entry of a list.'
        report.add("yaml-indent", span, message, "Remove the dash.")
    elif fitting and depth != _indent(source, line):
        if key in TOP_WORDS and _indent(source, line) <= 2:
            fitting, depth = _line_at_the_edge(source, line) or (fitting, depth)
        like = "like line" if depth == _indent(source, fitting) else "behind the dash in line"
        report.add("yaml-indent", span, message, f"Give it {_spaces(depth)} at its start, {like} {fitting}.")
    elif above and text.startswith("- ") and _KEY.match(_content(source, above)[1]):
        message = "This begins an entry of a list, and the lines beside it are keys with values."
        fix = "Write the key of the list above it, or remove the dash."
        if _indent(source, line):
            fix = f"Put a dash before line {above} as well, or remove this one."
        report.add("yaml-indent", span, message, fix)
    elif above and _KEY.match(text) and _in_a_list(source, line):
        message = "This line stands among the entries of a list, which begin with a dash."
        report.add("yaml-indent", span, message, f"Put a dash before it: - {text[:60]}")
    else:
        report.add("yaml-indent", span, message, "Give it as many spaces as the lines that it belongs to.")


def _no_dash(report: Report, line: int, above: int) -> bool:
    """Report an entry of a list whose dash is missing or has no space behind it: this line, or the one above."""
    source = report.source
    span, text = _content(source, line)
    opens = (
        bool(above)
        and _content(source, above)[1].endswith(":")
        and _indent(source, above) < _indent(source, line)
    )
    if _DASHED.match(text) and (opens or _in_a_list(source, line)):
        return _space_behind(report, span, text)
    if text.startswith("{") and _in_a_list(source, line):
        return _dash_before(report, span, text)
    if not above:
        return False
    level = _indent(source, line) == _indent(source, above)
    beside = text[:1] in {"-", "{"} and level
    deeper = _KEY.match(text) is not None and not level
    span, text = _content(source, above)
    entry = _ENTRY.fullmatch(text)
    if _DASHED.match(text):
        return _space_behind(report, span, text)
    if text.startswith("{") and (beside or _in_a_list(source, above)):
        return _dash_before(report, span, text)
    if entry is not None and deeper:
        report.add(
            "yaml-colon", span, "This line has a word and no colon.", f"Write - {entry[1]}: {entry[2]}"
        )
        return True
    return False


def _space_behind(report: Report, span: Span, text: str) -> bool:
    line = report.source.line_number(span.start)
    if all(problem.line != line for problem in report.problems):
        report.add("yaml-indent", span, "A space is missing after this dash.", f"Write - {text[1:60]}")
    return True


def _dash_before(report: Report, span: Span, text: str) -> bool:
    message = "This line stands among the entries of a list, which begin with a dash."
    report.add("yaml-indent", span, message, f"Put a dash before it: - {text[:60]}")
    return True


def _first_line(report: Report, line: int) -> bool:
    """Report the file's first line, where it is indented or has a dash, and the keys below do not."""
    source = report.source
    first = next((number for number in range(1, line) if _content(source, number)[1]), 0)
    if not first or _indent(source, line) or not _KEY.match(_content(source, line)[1]):
        return False
    span, text = _content(source, first)
    if _indent(source, first):
        message = "This line is not lined up with the lines below it."
        report.add("yaml-indent", span, message, f"Give it no spaces at its start, like line {line}.")
    elif (
        text.startswith("- ")
        and _KEY.match(text[2:].lstrip())
        and _line_at_the_edge(source, line) == (first, 0)
    ):
        message = f"This begins an entry of a list, and line {line} is a key with a value."
        report.add("yaml-indent", span, message, "Remove the dash.")
    else:
        return False
    return True


def _line_at_the_edge(source: Source, line: int) -> tuple[int, int] | None:
    """The nearest line above that has no spaces at its start."""
    for number in range(line - 1, max(line - 200, 0), -1):
        if _content(source, number)[1] and not _indent(source, number):
            return number, 0
    return None


def glued(report: Report, line: int) -> bool:
    """Report a colon that is followed by a bracket with no space between, `if:[{has_tag: vip}]`; False without."""
    span, text = _content(report.source, line)
    found = _GLUED.fullmatch(text)
    if found is None:
        return False
    start = span.start + found.start(1)
    fix = f"Write {found[1]}: {found[2]}"
    report.add(
        "yaml-colon", Span(start, start + len(found[1]) + 1), "A space is missing after this colon.", fix
    )
    return True


def without_colon(report: Report, line: int) -> None:
    """Report a line of which it cannot be told what is the key and what the value."""
    if not _no_key(report, line) and not _no_dash(report, line, 0):
        span, text = _content(report.source, line)
        report.add("yaml-colon", span, "This line has a word and no colon.", _with_colon(text))


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
        report.add("yaml-colon", span, "This line has a word and no colon.", _with_colon(text))
    return True


def _with_colon(text: str) -> str:
    """What to write for a line of words, of which the first is likely the key."""
    found = _WORDS.fullmatch(text)
    return f"Write {found[1]}: {found[2]}" if found else "Write key: value"


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
    beside_entry = _KEY.match(_content(source, line)[1]) is not None
    for number in range(line - 1, max(line - 200, 0), -1):
        if _content(source, number)[1]:
            depth = _indent(source, number)
            text = _content(source, number)[1]
            if beside_entry and depth != indent and text.startswith("- "):
                depth += len(text) - len(text[1:].lstrip())  # what an entry says stands behind its dash
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
