"""`autoflow schema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autoflow.cli.output import note, say
from autoflow.cli.state import State, pass_state
from autoflow.language.names import SETTINGS_FILE

if TYPE_CHECKING:
    from autoflow.language.definitions import Workspace
    from autoflow.language.schema_values import Schema

FOLDER = ".autoflow"
OF = {
    "recipe": "recipes/*.yaml",
    "segment": "segments/*.yaml",
    "tests": "tests/**/*.yaml",
    "settings": SETTINGS_FILE,
}


@click.command()
@click.option(
    "--print",
    "name",
    type=click.Choice(list(OF)),
    help="Print one of them and write nothing.",
)
@click.option("--watch", is_flag=True, help="Write them again whenever a file changes, until Ctrl-C.")
@pass_state
def command(state: State, name: str | None, *, watch: bool) -> int:
    """Write JSON Schemas for editors into .autoflow, with this project's own names.

    An editor with a YAML language server then completes words, events, attributes, segments and templates, explains
    them, and underlines what is mistaken (docs/editors.md). They are made from what the files say now.
    """
    if name is not None:
        say(_text(made(state.project.workspace)[name]).rstrip())
        return 0
    if not watch:
        _write_and_tell(state)
        return 0
    from autoflow.cli.watching import again_and_again

    return again_and_again(state, lambda: _write_and_tell(state))


def made(workspace: Workspace) -> dict[str, Schema]:
    """The schema of each sort of file, by the names in `OF`."""
    from autoflow.lab.testing.schema import tests_schema
    from autoflow.language.schema_files import recipe_schema, segment_schema
    from autoflow.language.schema_names import known_names
    from autoflow.language.schema_settings import settings_schema

    known = known_names(workspace)
    return {
        "recipe": recipe_schema(known),
        "segment": segment_schema(known),
        "tests": tests_schema(known),
        "settings": settings_schema(known),
    }


def write(folder: Path, workspace: Workspace) -> list[str]:
    """Write the schemas into the workspace in that folder; returns their paths in it, those first written or not."""
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for name, schema in made(workspace).items():
        file, text = target / _file(name), _text(schema)
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            half = target / f"{_file(name)}.new"
            half.write_text(text, encoding="utf-8")
            half.replace(file)  # an editor never reads half of one
    return [f"{FOLDER}/{_file(name)}" for name in OF]


def _write_and_tell(state: State) -> None:
    workspace = state.project.workspace
    paths = write(state.folder, workspace)
    width = max(map(len, paths))
    for path, files in zip(paths, OF.values(), strict=True):
        say(f"{path:<{width}}  for {files}")
    if any((each.file, each.severity) == (SETTINGS_FILE, "error") for each in workspace.problems):
        note(f"{SETTINGS_FILE} has mistakes, so what it declares is not offered: autoflow check tells them.")


def _file(name: str) -> str:
    return f"{name}.schema.json"


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
