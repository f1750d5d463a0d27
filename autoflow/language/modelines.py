"""The first line of a file, which tells an editor by what schema it goes (docs/editors.md)."""

from __future__ import annotations

import re

FOLDER = ".autoflow"
_OF_FOLDER = {"recipes": "recipe", "segments": "segment", "tests": "tests"}
_LINE = re.compile(r"\A# yaml-language-server: [^\n]*\n")


def schema_file(name: str) -> str:
    """Where the schema of that name stands in a workspace."""
    return f"{FOLDER}/{name}.schema.json"


def with_modeline(path: str, text: str) -> str:
    """A recipe, a segment or a recipe test as it stands at its path in a workspace; other files stay as they are."""
    name = _OF_FOLDER.get(path.partition("/")[0])
    if name is None or not path.endswith(".yaml") or _LINE.match(text):
        return text
    return f"# yaml-language-server: $schema={'../' * path.count('/')}{schema_file(name)}\n{text}"


def without_modeline(text: str) -> str:
    """A file's text without that line."""
    return _LINE.sub("", text)
