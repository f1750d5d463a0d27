"""`autoflow run`."""

from __future__ import annotations

import click

from autoflow.cli.output import say
from autoflow.cli.state import State, pass_state


@click.command()
@click.option("--until-idle", is_flag=True, help="Do everything that is due now, and end.")
@pass_state
def command(state: State, *, until_idle: bool) -> int:
    """Run the engine: apply the files, then do everything when it is due, until Ctrl-C or SIGTERM.

    One engine works on a store; a second one says who holds it and leaves.
    """
    _ = state.settings
    return state.run(state.project, until_idle=until_idle, say=say)
