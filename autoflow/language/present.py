"""Problems for people, for programs and for GitHub."""

from __future__ import annotations

import json
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Mapping

from autoflow.language.source import Source
from autoflow.model.problems import Problem

_WIDEST = 110
_LOOKED_AT = 2_000  # characters around the place in a line of any length
_COVERED = r"(?i)((?:password|secret|token|api_key)\"?'?\s*:\s*)(\"(?:\\.|[^\"\\])*\"?|'[^']*'?|[^\s,}#](?:[^,}#]*[^\s,}#])?)|(://[^\s:/@]{0,99}:)([^\s@]{1,199})(?=@)"
_BOLD, _RED, _YELLOW, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[0m"


def as_text(problems: Iterable[Problem], sources: Mapping[str, str], *, colour: bool = False) -> str:
    """Each problem with its line, a caret under the place, and the fix; "" where there are none.

    `colour` is for terminals alone. What the files hold is shown without control characters and passwords.
    """
    files: dict[str, Source] = {}
    blocks = []
    for problem in problems:
        if problem.file not in files:
            files[problem.file] = Source(problem.file, sources.get(problem.file, ""))
        blocks.append(_block(problem, files[problem.file], colour=colour))
    return "".join(blocks)


def summary(problems: Iterable[Problem]) -> str:
    """`2 errors, 1 warning`, or `no problems`."""
    counts = {"error": 0, "warning": 0}
    for problem in problems:
        counts[problem.severity] += 1
    told = [f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items() if count]
    return ", ".join(told) or "no problems"


def as_json(problems: Iterable[Problem]) -> str:
    """`{"problems": [{"file", "line", "column", "severity", "code", "message", "fix"}]}`."""
    keys = ("file", "line", "column", "severity", "code", "message", "fix")
    rows = [{key: getattr(problem, key) for key in keys} for problem in problems]
    return json.dumps({"problems": rows}, indent=2)


def as_github(problems: Iterable[Problem], below: str = "") -> str:
    """A workflow command a line, by which GitHub marks the place in the pull request.

    It knows files by their path in the repository, so `below` names the workspace's folder there.
    """
    lines = []
    for problem in problems:
        file = _property(posixpath.join(below, problem.file))
        place = f"file={file},line={problem.line},col={problem.column},title={problem.code}"
        lines.append(f"::{problem.severity} {place}::{_data(f'{problem.message} {problem.fix}'.strip())}\n")
    return "".join(lines)


def _block(problem: Problem, source: Source, *, colour: bool) -> str:
    red = (_RED if problem.severity == "error" else _YELLOW) if colour else ""
    bold, plain = (_BOLD, _PLAIN) if colour else ("", "")
    place = _shown(f"{problem.file}:{problem.line}:{problem.column}")
    word = "" if problem.severity == "error" else "warning: "
    lines = [f"{bold}{place}:{plain} {red}{word}{plain}{_shown(problem.message)}"]
    text = source.line(problem.line)
    if text.strip():
        number = str(problem.line)
        shown, before, width = _window(text, problem.column - 1, problem.width)
        lines.append(f"    {number} | {shown}".rstrip())
        lines.append(f"    {' ' * len(number)} | {' ' * before}{red}{'^' * width}{plain}")
    if problem.fix:
        lines.append(f"      {_shown(problem.fix)}")
    return "\n".join(lines) + "\n"


def _window(text: str, start: int, width: int) -> tuple[str, int, int]:
    """The part of a long line around the place, with the columns before the caret and those under it."""
    cut = max(0, start - _LOOKED_AT)
    longer = len(text) > start + _LOOKED_AT
    text, start = text[cut : start + _LOOKED_AT], start - cut
    masked = re.sub(_COVERED, _mask, text)
    begin = 0
    if len(masked) > _WIDEST:
        begin = max(0, min(start - 30, len(masked) - _WIDEST))
    end = begin + _WIDEST
    head = "…" if begin or cut else ""
    tail = "…" if longer or end < len(masked) else ""
    before = head + _shown(masked[begin:start])
    marked = _shown(masked[start : min(start + width, end)])
    after = _shown(masked[min(start + width, end) : end]) + tail
    return before + marked + after, _columns(before), max(_columns(marked), 1)


def _mask(match: re.Match[str]) -> str:
    secret = match[2] or match[4] or ""
    kept = match[1] or match[3] or ""
    return match[0] if "${" in secret else kept + "*" * len(secret)


def _shown(text: str) -> str:
    """Text that cannot move the cursor or break an encoding."""
    if text.isprintable():
        return text
    return "".join(
        " " if character == "\t" else character if character.isprintable() else "\ufffd" for character in text
    )


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(_column(character) for character in text)


def _column(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
