"""`autoflow schema`."""

from __future__ import annotations

import click

from autoflow.app.schemas import OF, as_text, declares, made, write
from autoflow.cli.output import note, say
from autoflow.cli.state import State, pass_state
from autoflow.language.names import SETTINGS_FILE


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
        say(as_text(made(state.project.workspace)[name]).rstrip())
        return 0
    if not watch:
        _write_and_tell(state)
        return 0
    from autoflow.cli.watching import again_and_again

    return again_and_again(state, lambda _: _write_and_tell(state))


def _write_and_tell(state: State) -> None:
    workspace = state.project.workspace
    paths = write(state.folder, workspace)
    width = max(map(len, paths))
    for path, files in zip(paths, OF.values(), strict=True):
        say(f"{path:<{width}}  for {files}")
    if not declares(workspace):
        note(f"{SETTINGS_FILE} has mistakes, so what it declares is not offered: autoflow check tells them.")
