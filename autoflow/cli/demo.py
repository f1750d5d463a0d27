"""`autoflow demo`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from autoflow.cli.output import say
from autoflow.cli.state import State, pass_state


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--contacts",
    type=click.IntRange(min=1),
    default=2_000,
    show_default=True,
    help="How many people the shop has.",
)
@pass_state
def command(state: State, folder: Path | None, contacts: int) -> int:
    """Live through a year of a made-up shop, into a mailbox on this machine; nothing is sent anywhere.

    FOLDER must be empty or not there yet; without one a new folder below .autoflow is taken. It becomes a
    workspace of its own, and no other store is touched. The same number of contacts gives the same outcome.
    """
    return state.demo(folder, home=state.folder, contacts=contacts, program=_program(), say=say)


def _program() -> str:
    """How the reader calls autoflow: by its name where the shell finds it, else as he has called it now."""
    called = Path(sys.argv[0])
    if shutil.which("autoflow") is not None or called.name != "autoflow":
        return "autoflow"
    return str(called)
