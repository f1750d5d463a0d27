"""A file's text with its places, and the list of what is wrong with it."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Literal, NamedTuple, NoReturn

from autoflow.language.codes import Code
from autoflow.model.problems import Problem

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # what YAML takes for the end of a line


class Span(NamedTuple):
    """Where something stands in a text: from the character `start` up to, not including, `end`."""

    start: int
    end: int


FIRST = Span(0, 0)
"""The beginning of a file."""


class Unreadable(Exception):
    """What stands here could not be read, and that has been reported."""


class Source:
    """One file of a workspace: its path, its text, and which character stands where."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text.removeprefix("\ufeff")

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.text))]

    def line_number(self, index: int) -> int:
        """The line, from 1, in which a character stands."""
        return bisect_right(self._starts, index)

    def line(self, number: int) -> str:
        """The text of a line without its end; empty beyond the last."""
        if not 0 < number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        if number == len(self._starts):
            return self.text[start:]
        return self.text[start : self._starts[number]].rstrip("\r\n\x85\u2028\u2029")

    def start_of(self, number: int) -> int:
        """The first character of a line."""
        return self._starts[number - 1]

    def problem(
        self,
        code: Code,
        span: Span,
        message: str,
        fix: str = "",
        severity: str = "error",
    ) -> Problem:
        """A mistake at a span; of a span over several lines the first one counts."""
        line = self.line_number(span.start)
        start = self._starts[line - 1]
        width = min(span.end, start + len(self.line(line))) - span.start
        return Problem(self.file, line, span.start - start + 1, code, message, fix, severity, max(width, 1))


MOST_PROBLEMS = 100
"""Of one file; nobody mends more at a time, and a file made of mistakes stays cheap."""


class Report:
    """The mistakes of one file, as they are found. `broken` says whether anything could not be read; `meant` are keys
    that stand there written otherwise, and so are not missing.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.broken = False
        self.meant: set[str] = set()

    @property
    def full(self) -> bool:
        """Whether no more mistakes are taken; readers need not look for any."""
        return len(self.problems) >= MOST_PROBLEMS

    def add(
        self,
        code: Code,
        span: Span,
        message: str,
        fix: str = "",
        severity: Literal["error", "warning"] = "error",
    ) -> None:
        """Report a mistake and go on; the same one at the same place is told once."""
        problem = self.source.problem(code, span, message, fix, severity)
        if not self.full and problem not in self.problems:
            self.problems.append(problem)

    def warn(self, code: Code, span: Span, message: str, fix: str) -> None:
        """Report what can run but looks unwise."""
        self.add(code, span, message, fix, "warning")

    def fail(self, code: Code, span: Span, message: str, fix: str = "") -> NoReturn:
        """Report a mistake and give this part up by raising `Unreadable`."""
        self.add(code, span, message, fix)
        self.give_up()

    def give_up(self) -> NoReturn:
        """Raise `Unreadable` for something that has been reported."""
        self.broken = True
        raise Unreadable
