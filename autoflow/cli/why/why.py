"""`autoflow why`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.lab.why.contact import Why


@click.command()
@click.argument("who")
@click.argument("what", metavar="[RECIPE]", required=False)
@click.option("--at", "at", metavar="TIME", help="As it was then: a date (its end), or a date and time.")
@json_option
@pass_state
def command(state: State, who: str, what: str | None, at: str | None, *, as_json: bool) -> None:
    """Tell why WHO (a user id or an email address) is in RECIPE, was, or is not.

    Without RECIPE, of every recipe but drafts, near misses first. RECIPE may be the name of a mail as well; where a
    recipe and a mail share a name, templates/NAME is the mail. TIME is in the project's time zone. Nothing is changed.
    """
    found = _ask(state, who, what, at)
    if as_json:
        from autoflow.cli.why.json import why_row

        print_json(why_row(found))
        return
    from autoflow.cli.why.words import tell

    tell(found, state.project.clock.now())


def _ask(state: State, who: str, what: str | None, at: str | None) -> Why:
    from autoflow.cli.erased import told_if_erased
    from autoflow.cli.times import typed_instant
    from autoflow.lab.why.contact import Files, why

    now, zone = state.project.clock.now(), state.settings.timezone
    instant = typed_instant(at, zone, "--at", end=True) if at is not None else None
    if instant is not None and at is not None and typed_instant(at, zone, "--at") > now:
        raise AutoflowError(
            f"--at: {at} lies ahead.", "`autoflow simulate` plays recipes over what is recorded."
        )
    workspace = state.project.workspace
    files = Files(workspace if workspace.sound else None, state.project.environment)
    with state.store(reading=True) as database, told_if_erased(state, database, who):
        return why(database, files, who, what, instant, now)
