"""`autoflow pressure`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import progress, say
from autoflow.cli.state import State, json_option, pass_state
from autoflow.cli.times import crossed, typed_instant
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.lab.pressure.pressing import Found

_MOST_PROCESSES = 4


@click.command()
@click.option("--from", "start", metavar="WHEN", help="Where the span begins: a date, or a date and time.")
@click.option("--to", "end", metavar="WHEN", help="Where it ends; a date means the end of that day.")
@click.option("--under-way", is_flag=True, help="Take along those who would be under way at --from.")
@click.option("--sent", is_flag=True, help="What the engine really decided, and no simulation.")
@json_option
@pass_state
def command(
    state: State, start: str | None, end: str | None, *, under_way: bool, sent: bool, as_json: bool
) -> None:
    """Show how much marketing mail people get, who meets caps, and which recipes fill them.

    The recipes are played over what is recorded, as `simulate` plays them, all of them together. WHEN and weeks are
    those of the project's time zone.
    """
    from autoflow.cli.pressure import words

    if under_way and (sent or start is None):
        with_sent = "goes with a simulation, not with --sent" if sent else "is for a span that begins later"
        fix = "Leave it out." if sent else "Say from when on with --from."
        raise AutoflowError(f"--under-way {with_sent}.", fix)
    first, last = _span(state, start, end)
    found = _decided(state, first, last) if sent else _replayed(state, first, last, under_way=under_way)
    if found.start > found.end:
        raise AutoflowError(f"Nothing is known after {start}.", "Choose an earlier --from.")
    zone = state.settings.timezone
    if as_json:
        print_json(words.row(found, zone, sent=sent))
    else:
        words.tell(found, zone, sent=sent)
        if not sent:
            say()
            say("People do here what is recorded, mail or no mail.")
        if not sent and first is not None and not under_way:
            say(
                "Nobody is under way at the start, so there is less mail at first; --under-way takes them along."
            )


def _span(state: State, start: str | None, end: str | None) -> tuple[int | None, int | None]:
    zone = state.settings.timezone
    first = typed_instant(start, zone, "--from") if start is not None else None
    last = typed_instant(end, zone, "--to", end=True) if end is not None else None
    if first is not None and last is not None and last < first:
        raise crossed()
    return first, last


def _replayed(state: State, first: int | None, last: int | None, *, under_way: bool) -> Found:
    from autoflow.lab.pressure.pressing import replayed

    workshop = state.project.workshop(mails=False)
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES)
    with state.store(reading=True) as database, progress("Simulating") as told:
        found = replayed(
            database, workshop, first, last, under_way=under_way, processes=processes, progress=told
        )
    if found is None:
        until = " up to then" if last is not None else ""
        raise AutoflowError(
            f"Nothing is recorded{until}, so there is nothing to play the recipes over.",
            "`autoflow import FILE` brings in what happened.",
        )
    return found


def _decided(state: State, first: int | None, last: int | None) -> Found:
    from autoflow.cli.standing import in_force
    from autoflow.lab.pressure.pressing import decided

    with state.store(reading=True) as database, progress("Reading what was decided") as told:
        program = in_force(state, database).program
        found = decided(database, program, first, last, progress=told)
    if found is None:
        raise AutoflowError(
            "The engine has not decided about any mail yet.", "Without --sent the recipes are simulated."
        )
    return found
