"""`autoflow resume`."""

from __future__ import annotations

import click

from autoflow.cli.state import State, pass_state


@click.command()
@click.argument("recipes", metavar="RECIPE...", nargs=-1, required=True)
@pass_state
def command(state: State, recipes: tuple[str, ...]) -> None:
    """Let RECIPEs go on that were paused or drained by hand: from now on their files say again what they are."""
    from autoflow.cli.halting import halt

    halt(state, recipes, None)
