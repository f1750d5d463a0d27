"""`autoflow apply`."""

from __future__ import annotations

import click

from autoflow.cli.output import count, say
from autoflow.cli.state import State, pass_state


@click.command()
@pass_state
def command(state: State) -> None:
    """Put the files in force as they are now.

    From its place in the log on the engine works by them; contacts under way stay on the version of the recipe
    that they entered. `autoflow run` does this by itself when it starts.
    """
    from autoflow.store.standing import standing
    from autoflow.store.wake import ring

    workspace = state.project.sound_workspace()
    with state.store(create=True) as database:
        release = state.project.apply(database)
        if release is None:
            say("Nothing has changed since the last apply.")
            return
        ring(database)
        live = sum(recipe.status == "live" for recipe in workspace.recipes.values())
        told = f"{count(live, 'live recipe')}, {count(len(workspace.segments), 'segment')}"
        say(f"Release {release}: {told}.")
        if standing(database).release < release - 1:
            say("The engine has not reached the release before this one yet: `autoflow status` shows it.")
