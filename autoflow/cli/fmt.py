"""`autoflow fmt`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autoflow.cli.output import count, note, say
from autoflow.cli.state import State, pass_state
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 where a file is in another shape.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@pass_state
def command(state: State, paths: tuple[Path, ...], *, check: bool, diff: bool) -> int:
    """Put the YAML files of the workspace, or those named, into one shape.

    Two spaces a level, sections in the order of the documentation, no quotes around plain words, one blank line
    at most.
    Comments stay, and what a file says never changes. Files with mistakes are left alone and named (exit status 1).
    """
    from autoflow.language.formatting.layout import in_shape

    texts = _chosen(_texts(state), paths, state.folder)
    broken = _broken(state)
    changed: dict[str, str] = {}
    left: list[str] = []
    for path, text in texts.items():
        shaped = None if path in broken else in_shape(path, text)
        if shaped is None:
            why = "it has mistakes, which autoflow check and autoflow test tell"
            note(f"{path} is left alone: {why if path in broken else 'its shape cannot be changed safely'}.")
            left.append(path)
        elif shaped != text:
            changed[path] = shaped
    for path, shaped in changed.items():
        if diff:
            click.echo(_difference(path, texts[path], shaped), nl=False)
        elif check:
            say(f"{path} is in another shape.")
        else:
            _write(state.folder / path, shaped)
            say(path)
    tell = note if diff else say
    tell(_summary(len(texts), len(changed), len(left), check=check or diff))
    return int(bool(left) or (check and bool(changed)))


def _summary(files: int, changed: int, left: int, *, check: bool) -> str:
    if not changed:
        return f"{count(files - left, 'file')} in shape."
    told = f"{count(changed, 'file')} {'to be put' if check else 'put'} in shape"
    return f"{told}, {files - changed - left} in shape before."


def _texts(state: State) -> dict[str, str]:
    from autoflow.lab.testing import testing

    found = {**state.project.workspace.sources, **testing.load_tests(state.project.folder)}
    return {path: text for path, text in found.items() if path.endswith(".yaml")}


def _broken(state: State) -> set[str]:
    """The files with mistakes."""
    from autoflow.lab.testing import testing

    workspace = state.project.workspace
    _, problems = testing.read_tests(testing.load_tests(state.project.folder), workspace)
    return {each.file for each in (*workspace.problems, *problems) if each.severity == "error"}


def _chosen(texts: Mapping[str, str], paths: tuple[Path, ...], folder: Path) -> dict[str, str]:
    """The files named, or those in the folders named; all where nothing is."""
    if not paths:
        return dict(texts)
    root = folder.resolve()
    found: dict[str, str] = {}
    for path in paths:
        places = [place.resolve() for place in (path, folder / path) if place.exists()]
        hits = {
            name: text
            for name, text in texts.items()
            if any((root / name).resolve().is_relative_to(place) for place in places)
        }
        if not hits:
            fix = "It takes autoflow.yaml, recipes, segments and tests."
            raise AutoflowError(f"There is no YAML file of this workspace at {path}.", fix)
        found |= hits
    return found


def _difference(path: str, before: str, after: str) -> str:
    import difflib

    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, path, path))


def _write(file: Path, text: str) -> None:
    """Whole or not at all."""
    half = file.with_name(f".{file.name}.new")
    half.write_bytes(text.encode())
    shutil.copymode(file, half)
    half.replace(file.resolve())
