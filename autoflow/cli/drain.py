"""`autoflow drain`."""

from __future__ import annotations

import click

from autoflow.cli.state import State, pass_state


@click.command()
@click.argument("recipes", metavar="RECIPE...", nargs=-1, required=True)
@pass_state
def command(state: State, recipes: tuple[str, ...]) -> None:
    """Let RECIPEs run dry, whatever their files say: nobody enters any more, and whoever is under way goes on.

    It lasts until `autoflow resume`, through every apply.
    """
    from autoflow.cli.halting import halt

    halt(state, recipes, "draining")
