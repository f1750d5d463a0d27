"""The JSON Schema of owners.yaml for editors."""

from __future__ import annotations

from collections.abc import Iterator

from autoflow.language.names import FOLDERS, SETTINGS_FILE
from autoflow.language.owners import OWNERS_FILE
from autoflow.language.schema.files import document
from autoflow.language.schema.names import Known
from autoflow.language.schema.values import SINGLE, Schema, keys, told


def owners_schema(known: Known) -> Schema:
    """The schema of owners.yaml; the files of the project are offered as they are written there."""
    pattern: Schema = {
        "type": list(SINGLE),
        "pattern": r"^[^./\\][^\\]*$",
        "patternErrorMessage": "Write a path in the workspace, such as recipes/win-*.",
        "anyOf": [{"enum": [*_files(known)]}, {}],
    }
    patterns = told(
        "Files that are theirs to change, endings left out; * stands for anything.",
        {**pattern, "type": [*SINGLE, "array", "null"], "items": pattern},
    )
    people: Schema = {"type": "object", "additionalProperties": patterns}
    found = {"owners": told("Who may put changes of which files in force.", people)}
    return document("Who may change what in an autoflow project", keys(found, required=["owners"]), {})


def _files(known: Known) -> Iterator[str]:
    yield from ("*", SETTINGS_FILE, OWNERS_FILE)
    for of, folder in FOLDERS.items():
        yield f"{folder}/*"
        yield from (f"{folder}/{name}" for name in sorted(known.names.known(of) or ()))
