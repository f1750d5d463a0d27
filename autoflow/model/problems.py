"""What is told to the user: problems in files, and errors that end a command."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class AutoflowError(Exception):
    """Ends a command with exit status 1: what went wrong in one sentence, and how to mend it."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake at one place of a file; line and column count from 1, in characters."""

    file: str
    line: int
    column: int
    code: str
    message: str
    fix: str = ""
    severity: str = "error"
    width: int = 1


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known name nearest to `word`, or None where nothing is near."""
    names = sorted(known)
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None
