"""`autoflow enter`."""

from __future__ import annotations

import click

from autoflow.cli.output import clean, say
from autoflow.cli.state import State, pass_state


@click.command()
@click.argument("recipe")
@click.argument("people", metavar="WHO...", nargs=-1, required=True)
@pass_state
def command(state: State, recipe: str, people: tuple[str, ...]) -> None:
    """Put WHO (user ids or email addresses of known contacts) into RECIPE, which has the trigger `manual`.

    The recipe's conditions hold, and whether somebody may enter again is for its `reentry` to say;
    `autoflow contact show WHO` tells what came of it.
    """
    from autoflow.ingest.by_hand import enter
    from autoflow.store.definitions import latest_workspace
    from autoflow.store.wake import ring

    with state.store() as database:
        applied = latest_workspace(database, state.project.environment)
        names = enter(database, applied, recipe, people, state.project.clock.now())
        ring(database)
    told = ", ".join(clean(each) for each in names[:10])
    more = f" and {len(names) - 10:,} more" if len(names) > 10 else ""
    say(f"Put forward for {recipe}: {told}{more}.")
