"""`autoflow pause`."""

from __future__ import annotations

import click

from autoflow.cli.state import State, pass_state


@click.command()
@click.argument("recipes", metavar="RECIPE...", nargs=-1, required=True)
@pass_state
def command(state: State, recipes: tuple[str, ...]) -> None:
    """Stop RECIPEs at once, whatever their files say: nobody enters, and whoever is under way stays where he is.

    Nobody loses his place, and waits that end meanwhile are over when it goes on. It lasts until `autoflow resume`,
    through every apply.
    """
    from autoflow.cli.halting import halt

    halt(state, recipes, "paused")
