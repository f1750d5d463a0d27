"""Headings with points under them, as plain text or as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_ACTIVE = re.compile(r"[\\*_<>\[\]|#~&@]")  # what Markdown would make something else of


_NAME = "\x1f"


class Line(NamedTuple):
    """A heading (depth 0), or a point under one. What stands between backticks is shown as it is, as are `names`."""

    depth: int
    text: str


def name(text: str) -> str:
    """What somebody is called, to stand in a line."""
    return f"{_NAME}{text.replace(_NAME, '')}{_NAME}"


def as_text(lines: Iterable[Line]) -> str:
    """For a terminal or a pipe."""
    said = []
    for depth, text in lines:
        said.append(f"{'  ' * depth}- {text}" if depth else f"\n{text}")
    return "\n".join(said).strip().replace(_NAME, "")


def as_markdown(lines: Iterable[Line]) -> str:
    """For a comment of a pull request; what customers are called cannot be read as anything else."""
    said, under = [], 0
    for depth, text in lines:
        blank = "" if depth and under else "\n"
        said.append(blank + (f"{'  ' * (depth - 1)}- {_escaped(text)}" if depth else f"**{_escaped(text)}**"))
        under = depth
    return "\n".join(said).strip()


def _escaped(text: str) -> str:
    """Text between backticks is left alone."""
    named = text.split(_NAME)
    text = "".join(f"`{part.replace('`', '')}`" if number % 2 else part for number, part in enumerate(named))
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _ACTIVE.sub(r"\\\g<0>", text.replace("`", "'"))
    return "`".join(
        part if number % 2 else _ACTIVE.sub(r"\\\g<0>", part) for number, part in enumerate(parts)
    )
