"""The schemas of a workspace's files for editors, in its folder `.autoflow`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from autoflow.language.modelines import FOLDER, schema_file
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.owners import OWNERS_FILE

if TYPE_CHECKING:
    from autoflow.language.definitions import Workspace
    from autoflow.language.schema.values import Schema

OF: Mapping[str, str] = {
    "recipe": "recipes/*.yaml",
    "segment": "segments/*.yaml",
    "tests": "tests/**/*.yaml",
    "settings": SETTINGS_FILE,
    "owners": OWNERS_FILE,
    "mapping": "*.map.yaml",
}
"""Each schema, and the files that go by it."""


def made(workspace: Workspace) -> dict[str, Schema]:
    """The schema of each sort of file, by the names in `OF`."""
    from autoflow.ingest.mapping_schema import mapping_schema
    from autoflow.lab.testing.schema import tests_schema
    from autoflow.language.schema.files import recipe_schema, segment_schema
    from autoflow.language.schema.names import known_names
    from autoflow.language.schema.owners import owners_schema
    from autoflow.language.schema.settings import settings_schema

    known = known_names(workspace)
    return {
        "recipe": recipe_schema(known),
        "segment": segment_schema(known),
        "tests": tests_schema(known),
        "settings": settings_schema(known),
        "owners": owners_schema(known),
        "mapping": mapping_schema(known),
    }


def as_text(schema: Schema) -> str:
    """A schema as it is written."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def write(folder: Path, workspace: Workspace) -> list[str]:
    """Write the schemas into the workspace in that folder; returns their paths in it, those first written or not."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, schema in made(workspace).items():
        file, text = folder / schema_file(name), as_text(schema)
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            half = file.with_name(f"{file.name}.new")
            half.write_text(text, encoding="utf-8")
            half.replace(file)  # an editor never reads half of one
    return list(_paths())


def refresh(folder: Path, workspace: Workspace) -> None:
    """Write those anew that say something else by now, where schemas were ever made here.

    While autoflow.yaml has mistakes they stay: what it declares goes on being offered. They are a help to whoever
    writes: where they cannot be written, nothing else fails.
    """
    if declares(workspace) and any((folder / path).is_file() for path in _paths()):
        with suppress(OSError):
            write(folder, workspace)


def declares(workspace: Workspace) -> bool:
    """Whether what autoflow.yaml declares could be read."""
    return all((each.file, each.severity) != (SETTINGS_FILE, "error") for each in workspace.problems)


def _paths() -> Iterator[str]:
    return map(schema_file, OF)
