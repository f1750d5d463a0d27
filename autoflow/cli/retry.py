"""`autoflow retry`."""

from __future__ import annotations

import click

from autoflow.cli.output import count, say
from autoflow.cli.state import State, pass_state


@click.command()
@pass_state
def command(state: State) -> None:
    """Try those contacts again whom the engine has set aside; `autoflow status` names them.

    Whoever succeeds catches up from where he stopped, everything at its own time.
    """
    from autoflow.app import work_off
    from autoflow.store import reports, set_aside
    from autoflow.store.wake import ring

    with state.store() as database:
        asked = set_aside.ask(database)
        if not asked:
            say("Nobody is set aside.")
            return
        if not work_off(state.project, database):
            ring(database)
            say(f"The engine that runs tries {count(asked, 'contact')} again; `autoflow status` tells.")
            return
        left = len(reports.set_aside(database))
    why = ": `autoflow status` tells why" if left else ""
    say(f"{count(asked - left, 'contact')} caught up, {left:,} set aside still{why}.")
