"""The starter recipes that come with autoflow, each a folder of `library`.

library/NAME/about.md         a heading, and in plain words what it is for and how it works
library/NAME/autoflow.yaml    what a workspace must declare for it
library/NAME/recipes/…        files as they lie in a workspace; recipes/NAME.yaml is the recipe itself
library/shared/…              files of several starters: whoever names one brings it along
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, NamedTuple

from autoflow.language.modelines import with_modeline, without_modeline
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.source import Report, Source
from autoflow.language.yaml.nodes import plain_data, read_yaml
from autoflow.model.problems import AutoflowError, did_you_mean

_ABOUT = "about.md"
_SHARED = "shared"
_YOURS = re.compile(r"(?:\{#|#) yours: (.+?)(?: #\}|$)", re.MULTILINE)


class Yours(NamedTuple):
    """A place that waits for the shop's own words, and what is to stand there."""

    file: str
    line: int
    what: str


@dataclass(frozen=True)
class Starter:
    """A starter recipe. `about` are paragraphs in Markdown, `declares` is what autoflow.yaml must say, and `files`
    maps where each file lies in a workspace to its text there, with the line for editors. Those that are `shared`
    belong to other starters as well.
    """

    name: str
    title: str
    about: str
    declares: str
    files: Mapping[str, str]
    shared: frozenset[str]

    @property
    def recipe(self) -> str:
        """The recipe itself, as text to be read."""
        return without_modeline(self.files[f"recipes/{self.name}.yaml"])

    @property
    def description(self) -> str:
        """The sentence by which the recipe describes itself."""
        return str(_data(self.recipe)["description"])

    @property
    def declared(self) -> Mapping[str, Any]:
        """What autoflow.yaml must declare, as plain values by section."""
        return _data(self.declares) if self.declares else {}

    def names(self, folder: str) -> list[str]:
        """What it brings in a folder: the names of its recipes, segments or templates, layouts left out."""
        paths = (PurePosixPath(path) for path in self.files)
        return [path.stem for path in paths if path.parts[0] == folder and not path.stem.startswith("_")]

    def yours(self) -> list[Yours]:
        """The places that wait for the shop's own words, file by file."""
        return [
            Yours(file, text.count("\n", 0, found.start()) + 1, found[1])
            for file, text in self.files.items()
            for found in _YOURS.finditer(text)
        ]


@cache
def starters() -> Mapping[str, Starter]:
    """All of them by name, in alphabetical order."""
    library = files("autoflow.starters") / "library"
    shared = _files(library / _SHARED)
    names = sorted(entry.name for entry in library.iterdir() if entry.is_dir() and entry.name != _SHARED)
    return MappingProxyType({name: _read(name, _files(library / name), shared) for name in names})


def starter(name: str) -> Starter:
    """The one of that name; raises `AutoflowError` with the nearest one where there is none."""
    found = starters()
    if name in found:
        return found[name]
    near = did_you_mean(name, found)
    fix = f'Did you mean "{near}"?' if near else "`autoflow recipes` lists them."
    raise AutoflowError(f'There is no starter recipe called "{name}".', fix)


def whole_words(names: Iterable[str]) -> re.Pattern[str]:
    """Finds any of the names where it stands as a word of its own: `vip` neither in `vip-hello` nor in `vips`."""
    longest = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])")


def _read(name: str, own: dict[str, str], shared: Mapping[str, str]) -> Starter:
    title, _, about = own.pop(_ABOUT).partition("\n")
    declares = own.pop(SETTINGS_FILE, "")
    told = "\n".join([declares, *own.values()])
    brought = {
        path: text for path, text in shared.items() if whole_words([PurePosixPath(path).stem]).search(told)
    }
    return Starter(
        name=name,
        title=title.removeprefix("# "),
        about=about.strip(),
        declares=declares,
        files=MappingProxyType(
            {path: with_modeline(path, text) for path, text in sorted({**own, **brought}.items())}
        ),
        shared=frozenset(brought),
    )


def _files(folder: Traversable, above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            found |= _files(entry, f"{above}{entry.name}/")
        else:
            found[above + entry.name] = entry.read_text(encoding="utf-8")
    return found


def _data(text: str) -> dict[str, Any]:
    root = read_yaml(Report(Source("", text)))
    found = plain_data(root) if root is not None else {}
    assert isinstance(found, dict)  # the library's own files
    return found
