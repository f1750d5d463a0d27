"""Numbers drawn with block characters: bars beside figures, and lines that stand for a course over time.

They are text, so they go wherever text goes: to a terminal, into a pipe, on a page of the docs.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from itertools import pairwise
from math import ceil

_ACROSS = "▏▎▍▌▋▊▉█"
_UP = "▁▂▃▄▅▆▇█"
_LEVEL = _UP[3]
_PIPED, _NARROWEST, _LEAST = 80, 40, 5
_GAPS = {False: (2, 0), True: (3, 2)}  # between columns and around a table: plain, and as a terminal shows it


def columns() -> int:
    """How many characters fit beside each other: as many as the terminal has, 80 where nobody looks."""
    if not sys.stdout.isatty():
        return _PIPED
    return max(_NARROWEST, shutil.get_terminal_size((_PIPED, 24)).columns)


def room(rows: Sequence[Sequence[str]], most: int) -> int:
    """How many characters are left in a line for what is drawn behind these cells of a table, headings among them: up
    to `most`, and five where there is no room.
    """
    gap, edges = _GAPS[sys.stdout.isatty()]
    taken = edges + sum(max(map(len, column)) + gap for column in zip(*rows, strict=True))
    return max(_LEAST, min(most, columns() - taken))


def bar(value: float, most: float, width: int) -> str:
    """A bar as long as `value` is of `most`, which is `width` characters long; nothing follows it.

    It begins at 0, so that twice as much is twice as long. Whatever is more than 0 shows, and nothing is longer than
    `width`.
    """
    if value <= 0 or most <= 0 or width <= 0:
        return ""
    whole, rest = divmod(max(1, round(min(1.0, value / most) * width * 8)), 8)
    return _ACROSS[-1] * whole + (_ACROSS[rest - 1] if rest else "")


def line(values: Sequence[float], width: int, *, least: float = 0, most: float | None = None) -> str:
    """A character a value, or, where there are more than `width`, one for the mean of several neighbours.

    Heights go from `least` to `most`, or to the highest that is drawn. Zero is blank, and whatever is more shows; where
    `least` is all there is to draw, the line is level.
    """
    drawn = _fitted(values, width)
    top = max(drawn, default=0) if most is None else most
    return "".join(_height(value, least, top) for value in drawn)


def _height(value: float, least: float, most: float) -> str:
    if value <= 0:
        return " "
    if most <= least:
        return _LEVEL
    eighths = ceil(min(1.0, (value - least) / (most - least)) * 8)
    return _UP[max(1, eighths) - 1]


def _fitted(values: Sequence[float], width: int) -> list[float]:
    if len(values) <= width:
        return list(values)
    edges = [place * len(values) // width for place in range(width + 1)]
    return [sum(values[first:last]) / (last - first) for first, last in pairwise(edges)]
