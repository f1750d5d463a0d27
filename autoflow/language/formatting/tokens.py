"""The tokens of a YAML text with their places, and edits of the text that keep comments in their columns."""

from __future__ import annotations

from functools import lru_cache

import yaml

Edit = tuple[int, int, str]
"""From where to where in the text, and what stands there instead; never over the end of a line."""
_SEEN = (
    yaml.ScalarToken,
    yaml.ValueToken,
    yaml.BlockEntryToken,
    yaml.FlowEntryToken,
    yaml.FlowMappingStartToken,
    yaml.FlowMappingEndToken,
    yaml.FlowSequenceStartToken,
    yaml.FlowSequenceEndToken,
)


@lru_cache(maxsize=4)
def tokens(text: str) -> tuple[yaml.Token, ...]:
    """Every token; raises `yaml.YAMLError`."""
    return tuple(yaml.scan(text, Loader=yaml.CSafeLoader))


def visible(text: str) -> list[yaml.Token]:
    """The tokens that stand in the text."""
    return [
        token
        for token in tokens(text)
        if isinstance(token, _SEEN) and token.end_mark.index > token.start_mark.index
    ]


def protected(text: str) -> frozenset[int]:
    """The lines, from 0, that begin inside a text of several lines, where spaces count."""
    found: set[int] = set()
    for token in visible(text):
        last = token.end_mark.line - (token.end_mark.column == 0)
        found.update(range(token.start_mark.line + 1, last + 1))
    return frozenset(found)


def edited(text: str, edits: list[Edit]) -> str:
    """The text with the edits made, which are sorted. A comment behind them keeps its column where it can."""
    ends: dict[int, int] = {}  # line → where its last token ends
    for token in visible(text):
        ends[token.end_mark.line] = token.end_mark.index
    found: list[str] = []
    start = 0
    waiting = list(edits)
    for number, line in enumerate(text.split("\n")):
        end = start + len(line)
        mine = [edit for edit in waiting if start <= edit[0] and edit[1] <= end]
        found.append(_line(text, start, end, mine, ends.get(number)))
        start = end + 1
    return "\n".join(found)


def _line(text: str, start: int, end: int, edits: list[Edit], last: int | None) -> str:
    if not edits:
        return text[start:end]
    stop = end if last is None or not start <= last <= end else last
    made, at = "", start
    for begin, until, instead in edits:
        made += text[at:begin] + instead
        at = until
    made += text[at:stop]
    rest = text[stop:end]
    comment = rest.lstrip()
    if not comment:
        return made
    gap = len(rest) - len(comment)
    return made + " " * (max(2, stop + gap - start - len(made)) if gap > 1 else gap) + comment
