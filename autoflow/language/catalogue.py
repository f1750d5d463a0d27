"""The catalogue of problems: what each code means, with files that have it and the same files mended.

Written once, in docs/problems/, a page a family; `check --explain` prints it, and a test walks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, cast

import autoflow
from autoflow.model.problems import AutoflowError

INDEX = "index"
FAMILIES = ("yaml", "names", "values", "logic", "mail", "settings", "data")
"""The pages, in the order in which one meets their problems."""

_ENTRY = re.compile(r"^## ([a-z]+(?:-[a-z]+)*)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```$\n?", re.MULTILINE | re.DOTALL)

Role = Literal["beside", "broken", "mended", "people", "told"]


class Shown(NamedTuple):
    """A block of an entry: what it is to the example, of which file (what `check` says is of none), and its text.

    `people` are messages to import before `check --data` looks.
    `marks` are `alone`, where the files of the example are the whole workspace, and `latin-1`, where the file is
    saved so.
    """

    role: Role
    file: str
    text: str
    marks: frozenset[str]


@dataclass(frozen=True)
class Example:
    """Files that have a problem, and what mends them; they join the workspace that `autoflow init` makes."""

    blocks: tuple[Shown, ...]

    @property
    def alone(self) -> bool:
        """Whether nothing else stands in the workspace."""
        return any("alone" in block.marks or block.file == "autoflow.yaml" for block in self.blocks)

    @property
    def people(self) -> str:
        """What has come in, a message a line; nothing where `check` looks at the files alone."""
        return "".join(block.text for block in self.blocks if block.role == "people")

    @property
    def told(self) -> str:
        """What `check` says, word for word."""
        return "".join(block.text for block in self.blocks if block.role == "told")

    def files(self, role: Literal["broken", "mended"]) -> dict[str, str]:
        """The files of the example as they are read: path → text.

        Whatever is not mended stays as it is, unless the mended file has another name.
        """
        found = {each.file: _as_saved(each) for each in self.blocks if each.role in {"beside", "broken"}}
        mended = {each.file: each.text for each in self.blocks if each.role == "mended"}
        if role == "broken":
            return found
        if not mended.keys() & found.keys():
            found = {each.file: each.text for each in self.blocks if each.role == "beside"}
        return {**found, **mended}


@dataclass(frozen=True)
class Entry:
    """One code: the page on which it stands, what it means in a sentence, and the whole entry as Markdown."""

    code: str
    page: str
    summary: str
    text: str = field(repr=False)

    def parts(self) -> Iterator[str | Shown]:
        """The entry in the order of reading: prose, without the summary, and blocks."""
        end = 0
        rest = self.text.strip("\n").removeprefix(self.summary)
        for fence in _FENCE.finditer(rest):
            if prose := rest[end : fence.start()].strip():
                yield prose
            yield _shown(fence[1], fence[2], fence[3])
            end = fence.end()
        if prose := rest[end:].strip():
            yield prose

    def examples(self) -> list[Example]:
        """Its examples: each ends with what is mended."""
        found: list[Example] = []
        blocks: list[Shown] = []
        for part in self.parts():
            if isinstance(part, str):
                continue
            if blocks and blocks[-1].role == "mended" and part.role != "mended":
                found.append(Example(tuple(blocks)))
                blocks = []
            blocks.append(part)
        return [*found, Example(tuple(blocks))] if blocks else found


def catalogue() -> dict[str, Entry]:
    """Every entry by its code, in the order of the pages. Raises `AutoflowError` where the pages are not installed."""
    folder = pages()
    found: dict[str, Entry] = {}
    for page in FAMILIES:
        found |= read_page(page, (folder / f"{page}.md").read_text(encoding="utf-8"))
    return found


def read_page(name: str, text: str) -> dict[str, Entry]:
    """The entries of one page."""
    found = {}
    for match in _ENTRY.finditer(text):
        body = match[2].strip("\n")
        summary = " ".join(body.partition("\n\n")[0].split())
        body = summary + body[len(body.partition("\n\n")[0]) :]
        found[match[1]] = Entry(match[1], name, summary, body + "\n")
    return found


def pages() -> Path:
    """The folder of the pages: in an installed package, or in a checkout its docs."""
    package = Path(autoflow.__file__).parent
    for place in (package / "problems", package.parent / "docs" / "problems"):
        if (place / f"{INDEX}.md").is_file():
            return place
    raise AutoflowError(
        "The catalogue of problems is missing from this installation.", "Install autoflow again."
    )


def _shown(language: str, info: str, text: str) -> Shown:
    if language == "text":
        return Shown("told", "", text, frozenset())
    role, *rest = info.split(" ", 1)
    words = rest[0].split(" ") if rest else []
    marks = {word for word in words if word in {"alone", "latin-1"}}
    file = " ".join(word for word in words if word not in marks)
    return Shown(cast("Role", role), file, text, frozenset(marks))


def _as_saved(block: Shown) -> str:
    """A file's text as it is read: bytes that are not UTF-8 come as lone surrogates."""
    if "latin-1" not in block.marks:
        return block.text
    return block.text.encode("latin-1").decode("utf-8", "surrogateescape")
