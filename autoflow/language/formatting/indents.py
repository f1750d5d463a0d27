"""Two spaces a level, lists inside what they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import yaml

from autoflow.language.formatting.tokens import Edit, edited, protected, tokens, visible

_OPENING = (yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken)
_CLOSING = (yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_STEP = 2


@dataclass
class _Level:
    """A list or a mapping in lines: the column that it gets. `bare` where the list is not indented."""

    column: int
    list: bool
    bare: bool = False


def indented(text: str) -> str:
    """The text with every line at its level, comments with the lines that they belong to."""
    lines = text.split("\n")
    columns = _columns(text, lines)
    kept = protected(text)
    old = [len(line) - len(line.lstrip(" ")) for line in lines]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    edits: list[Edit] = _dashes(text)
    shift = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if number in columns:
            shift = columns[number] - old[number]
        elif number not in kept:
            edits += _comment(number, lines, old, columns, starts)
            continue
        if shift:
            edits.append((starts[number], starts[number] + old[number], " " * max(0, old[number] + shift)))
    return edited(text, sorted(edits))


def _comment(
    number: int, lines: list[str], old: list[int], columns: dict[int, int], starts: list[int]
) -> list[Edit]:
    """A comment goes with the next line where it stands as deep, else with the last that is no deeper."""
    after = next((each for each in range(number + 1, len(lines)) if each in columns), None)
    above = range(number - 1, -1, -1)
    before = next((each for each in above if each in columns and old[each] <= old[number]), None)
    other = after if after is not None and old[after] == old[number] else before
    if other is None or columns[other] == old[other]:
        return []
    wanted = max(0, old[number] + columns[other] - old[other])
    return [(starts[number], starts[number] + old[number], " " * wanted)]


def _dashes(text: str) -> list[Edit]:
    """One space behind a dash."""
    seen = visible(text)
    return [
        (one.end_mark.index, other.start_mark.index, " ")
        for one, other in pairwise(seen)
        if isinstance(one, yaml.BlockEntryToken)
        and one.end_mark.line == other.start_mark.line
        and other.start_mark.index - one.end_mark.index > 1
    ]


def _columns(text: str, lines: list[str]) -> dict[int, int]:
    """The column at which each line begins that begins with a token."""
    return _Columns(lines).of(tokens(text))


class _Columns:
    """Walks over the tokens. `levels` are the open lists and mappings in lines, `flow` counts those in brackets."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.found: dict[int, int] = {}
        self.levels: list[_Level] = []
        self.flow = 0
        self.flow_line = 0
        self.begun = -1  # the last line of which the column is known

    def of(self, walked: Iterable[yaml.Token]) -> dict[int, int]:
        for token in walked:
            self.open_or_close(token)
            if isinstance(token, (yaml.KeyToken, yaml.BlockEntryToken)) and not self.flow:
                self.begin(token, self.levels[-1].column)
            elif token.end_mark.index > token.start_mark.index:
                self.begin(token, self.usual(token))
                self.begun = max(self.begun, token.end_mark.line - (token.end_mark.column == 0))
            self.brackets(token)
        return self.found

    def open_or_close(self, token: yaml.Token) -> None:
        levels = self.levels
        if isinstance(token, (yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken)):
            column = levels[-1].column + _STEP if levels else 0
            levels.append(_Level(column, isinstance(token, yaml.BlockSequenceStartToken)))
        elif isinstance(token, yaml.BlockEndToken):
            self.leave_bare()
            levels.pop()
        elif isinstance(token, yaml.KeyToken) and not self.flow:
            self.leave_bare()
        elif isinstance(token, yaml.BlockEntryToken) and not levels[-1].list:
            levels.append(_Level(levels[-1].column + _STEP, list=True, bare=True))

    def leave_bare(self) -> None:
        while self.levels and self.levels[-1].bare:
            self.levels.pop()

    def begin(self, token: yaml.Token, column: int) -> None:
        if token.start_mark.line > self.begun:
            self.found[token.start_mark.line] = column
            self.begun = token.start_mark.line

    def usual(self, token: yaml.Token) -> int:
        """Of a value on a line of its own, or of a further line in brackets, which goes with the first."""
        if not self.flow:
            return self.levels[-1].column + _STEP if self.levels else 0
        first, column = self.lines[self.flow_line], int(token.start_mark.column)
        return max(0, column + self.found.get(self.flow_line, 0) - (len(first) - len(first.lstrip(" "))))

    def brackets(self, token: yaml.Token) -> None:
        if isinstance(token, _OPENING):
            self.flow_line = self.flow_line if self.flow else token.start_mark.line
            self.flow += 1
        elif isinstance(token, _CLOSING):
            self.flow -= 1
