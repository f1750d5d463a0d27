"""`autoflow run`."""

from __future__ import annotations

import click

from autoflow.cli.output import say
from autoflow.cli.state import State, pass_state
from autoflow.model.problems import AutoflowError


@click.command()
@click.option("--until-idle", is_flag=True, help="Do everything that is due now, and end.")
@click.option("--watch", is_flag=True, help="Put into force whatever is saved, once it has no mistakes.")
@pass_state
def command(state: State, *, until_idle: bool, watch: bool) -> int:
    """Run the engine: apply the files, then do everything when it is due, until Ctrl-C or SIGTERM.

    One engine works on a store; a second one says who holds it and leaves. With --watch files with mistakes change
    nothing: what is in force stays so until they are mended. Channels and the sender are read at the start alone.
    """
    _ = state.settings
    if watch and until_idle:
        raise AutoflowError("--watch goes on until Ctrl-C, and --until-idle ends.", "Leave one of them out.")
    return state.run(state.project, until_idle=until_idle, watch=watch, say=say)
