"""Texts cut into lines for a drawing, by letters or by how wide they are drawn."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

_WIDTHS = (
    ("ijl.,:;'|!`", 0.32),
    ('ftr()[]{}/\\-"*I ', 0.42),
    ("mwMW@%—…", 0.98),
    ("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.76),
)
_USUAL, _FULL = 0.62, 1.05
_OF = {character: width for characters, width in _WIDTHS for character in characters}


def wrapped(text: str, widest: float, measure: Callable[[str], float] = len) -> list[str]:
    """The words in lines no wider than `widest`; a word that is wider alone is cut."""
    lines: list[str] = []
    line = ""
    for word in _pieces(text, widest, measure):
        longer = f"{line} {word}" if line else word
        if line and measure(longer) > widest:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def width(text: str) -> float:
    """About how wide a text is in ems, in whichever font without serifs; rather too wide than too narrow."""
    return sum(map(_width, text))


def _width(character: str) -> float:
    known = _OF.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0
    return _FULL if unicodedata.east_asian_width(character) in {"W", "F"} else _USUAL


def _pieces(text: str, widest: float, measure: Callable[[str], float]) -> Iterator[str]:
    for word in text.split():
        rest = word
        while measure(rest) > widest and len(rest) > 1:
            fits = next((end for end in range(len(rest) - 1, 0, -1) if measure(rest[:end]) <= widest), 1)
            yield rest[:fits]
            rest = rest[fits:]
        yield rest
