"""`autoflow demo`."""

from __future__ import annotations

from pathlib import Path

import click

from autoflow.cli.output import say
from autoflow.cli.state import State, pass_state


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@pass_state
def command(state: State, folder: Path | None) -> int:
    """Live through a year of a made-up shop, into a mailbox on this machine; nothing is sent anywhere.

    FOLDER is where it is put; without one, where the demo says.
    """
    return state.demo(folder, say=say)
