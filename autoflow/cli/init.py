"""`autoflow init`."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from autoflow.cli.output import say
from autoflow.model.problems import AutoflowError

_GITIGNORE = "gitignore"  # carries its dot in a workspace alone: in the package it would be one of ours


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

    written = [*found, *write(folder, read_workspace(load_sources(folder), {}))]
    say(f"A workspace stands in {folder}:")
    for path in sorted(written):
        say(f"  {path}")
    say("What to do next:")
    for line in ("check             looks for mistakes", "test              runs the tests of its recipe"):
        say(f"  autoflow -C {folder} {line}")
    say(f"  autoflow -C {folder} import FILE       brings in what your customers did")
    say(f"  autoflow -C {folder} simulate          shows what the recipe would have done")
    say(f"  autoflow -C {folder} recipes           lists starter recipes to add")


def _walk(folder: Traversable, above: str = "") -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        name = f".{entry.name}" if entry.name == _GITIGNORE else entry.name
        if entry.is_dir():
            found += [] if entry.name.startswith("__") else _walk(entry, f"{above}{name}/")
        else:
            found.append((above + name, entry.read_bytes()))
    return found
