"""What is told to the user: problems in files, and errors that end a command."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

_NEAR = 0.7  # of 1, where two words are the same


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
    """The known name nearest to `word`, or None where nothing is near.

    Less alike are only names of which one begins the other, and those with one other letter or the same ones in another
    order: a wrong guess is worse than none.
    """
    sought = word.casefold()
    folded = {name.casefold(): name for name in sorted(known)}
    for near in difflib.get_close_matches(sought, folded, n=3, cutoff=0.6):
        begins = near.startswith(sought) or sought.startswith(near)
        alike = difflib.SequenceMatcher(None, near, sought).ratio()
        slip = len(near) == len(sought) and sum(map(str.__ne__, near, sought)) == 1
        if begins or slip or alike >= _NEAR or sorted(near) == sorted(sought):
            return folded[near]
    return None
