"""`autoflow init`."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from autoflow.cli.output import say
from autoflow.model.problems import AutoflowError

_GITIGNORE = "gitignore"  # carries its dot in a workspace alone: in the package it would be one of ours
_WHAT = {
    "autoflow.yaml": "who you are, whom your mail comes from, which events there are",
    "recipes/win-back.yaml": "a recipe: who is written to, and when",
    "segments/lapsed-buyers.yaml": "whom it is for",
    "templates/win-back.html": "its mail",
    "tests/win-back.yaml": "its tests",
    ".autoflow/, .gitignore": "what your editor knows of it, and what does not belong in git",
}
_NEXT = {
    "check": "looks for mistakes",
    "test": "runs the tests of its recipe",
    "explain win-back": "reads the recipe back in plain English",
    "import FILE": "brings in what your customers did",
    "simulate": "shows what the recipe would have done",
    "recipes": "lists starter recipes to add",
}


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Make a small workspace in DIR, ready to be checked, tested and changed.

    Overwrites nothing: where one of its files stands already, no file is written.
    """
    found = dict(_walk(files("autoflow") / "starter"))
    standing = sorted(path for path in found if (folder / path).exists())
    if standing:
        fix = "Choose another folder, or move them away. Nothing was written."
        raise AutoflowError(f"{folder} holds {', '.join(standing)} already.", fix)
    for path, content in sorted(found.items()):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(content)
    from autoflow.app.schemas import write
    from autoflow.language.workspace import load_sources, read_workspace

    write(folder, read_workspace(load_sources(folder), {}))
    say(f"A workspace stands in {folder}:")
    for path, what in _WHAT.items():
        say(f"  {path:<29} {what}")
    say("What to do next:")
    for command, does in _NEXT.items():
        say(f"  autoflow -C {folder} {command:<17} {does}")


def _walk(folder: Traversable, above: str = "") -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        name = f".{entry.name}" if entry.name == _GITIGNORE else entry.name
        if entry.is_dir():
            found += [] if entry.name.startswith("__") else _walk(entry, f"{above}{name}/")
        else:
            found.append((above + name, entry.read_bytes()))
    return found
