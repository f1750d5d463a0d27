"""The documentation cut into its fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
CATALOGUE = tuple(sorted((ROOT / "docs/problems").glob("*.md")))  # its YAML is broken on purpose
_FENCE = re.compile(r"^```([\w-]*)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: its language, what stands behind it, its text, and the line of the page it begins in."""

    language: str
    info: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The file that the block is, where the page names one."""
        return self.info if "." in self.info else None


class Command(NamedTuple):
    """A line behind a prompt, and what the page shows of its output."""

    line: str
    shown: list[str]


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(found[1], found[2].strip(), found[3], line)


def commands(block: Block) -> list[Command]:
    found: list[Command] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        else:
            found[-1].shown.append(line)
    return found


def shows(shown: list[str], output: list[str]) -> bool:
    """Whether a page's lines are those of the output; `…` stands for any number of lines, also none."""
    if not shown:
        return not output
    if shown[0] == "…":
        return any(shows(shown[1:], output[start:]) for start in range(len(output) + 1))
    return bool(output) and shown[0] == output[0] and shows(shown[1:], output[1:])


def links(page: Path) -> list[str]:
    return _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def called(page: Path) -> str:
    """The page in the names of tests."""
    return page.relative_to(ROOT).as_posix()
