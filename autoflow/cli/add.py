"""`autoflow add`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from autoflow.app.schemas import write
from autoflow.cli.output import say
from autoflow.cli.state import State, pass_state
from autoflow.language.names import SETTINGS_FILE, listed
from autoflow.starters.adding import Addition, add
from autoflow.starters.catalogue import starter
from autoflow.starters.declaring import Need
from autoflow.starters.renaming import renamed


@click.command()
@click.argument("name")
@click.option(
    "--as", "other", metavar="OTHER", help="Call the recipe OTHER, and by that what it brings with it."
)
@click.option("--force", is_flag=True, help="Overwrite its files where they stand already.")
@pass_state
def command(state: State, name: str, other: str | None, *, force: bool) -> None:
    """Copy the starter recipe NAME into the workspace, with its mails, segments and tests, as a draft.

    What autoflow.yaml does not declare yet is put into it; comments and layout stay as they are. All or nothing: where
    something is in the way, nothing is copied. `autoflow recipes` lists what there is. What editors know of the
    workspace (`autoflow schema`) is brought up to it.
    """
    chosen = starter(name)
    if other is not None and other != name:
        chosen = renamed(chosen, other)
    found = add(chosen, state.project.folder, state.project.environment, force=force)
    state.reread()
    write(state.folder, state.project.workspace)
    for path in found.left:
        say(f"{path} stands already and reads otherwise: it is left as it is.")
    if found.files:
        _tell(found, state.folder)
    else:
        say(f"{chosen.name} is in the workspace already: nothing to copy.")


def _tell(found: Addition, folder: Path) -> None:
    name = found.starter.name
    say(f"{name} is in the workspace now, as a draft that nobody enters yet:")
    _columns([(path, _becomes(path, found)) for path in found.files])
    for need in found.declared.kept:
        say(f"{SETTINGS_FILE} says something else of {need.said()}: it is left as it is.")
    yours = [place for place in found.starter.yours() if place.file in found.files]
    if yours:
        say("Make it yours, here:")
        _columns([(f"{place.file}:{place.line}", place.what) for place in yours])
    say("What to do next:")
    program = "autoflow" if folder == Path() else f"autoflow -C {folder}"
    tests = " ".join(path for path in found.starter.files if path.startswith("tests/"))
    _columns(
        [
            (f"{program} explain {name}", "reads it back in plain English"),
            (f"{program} check", "looks for mistakes"),
            (f"{program} test {tests}", "runs its tests"),
            (f"{program} simulate {name}", "shows what it would have done"),
        ]
    )
    recipes = listed(path for path in found.starter.files if path.startswith("recipes/"))
    say(
        f"Then take the line `status: draft` out of {recipes}: `{program} plan` tells whom that moves, and"
        f" `{program} apply` puts it in force."
    )


def _becomes(path: str, found: Addition) -> str:
    if path == SETTINGS_FILE:
        return f"declares now: {'; '.join(_together(found.declared.added))}"
    return "is overwritten" if path in found.replaced else ""


def _together(needs: Sequence[Need]) -> Iterator[str]:
    """What is declared, each section at once: `the events cart_updated, cart_emptied`."""
    for section in dict.fromkeys(need.section for need in needs):
        names = [need.name for need in needs if need.section == section and not need.inner]
        if names:
            yield f"the {section.removesuffix('s') if len(names) == 1 else section} {', '.join(names)}"
        yield from (need.said() for need in needs if need.section == section and need.inner)


def _columns(rows: list[tuple[str, str]]) -> None:
    width = max(len(left) for left, _ in rows)
    for left, right in rows:
        say(f"  {left:{width}}  {right}".rstrip())
