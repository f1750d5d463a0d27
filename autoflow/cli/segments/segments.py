"""`autoflow segments`: how many are in each, who, and the questions that one asks then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import building_row, clean, iso, say, table
from autoflow.cli.standing import tell_where_it_is
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError, did_you_mean

if TYPE_CHECKING:
    from autoflow.store.database import Database


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--members", is_flag=True, help="List who is in it, by user id.")
@click.option("--history", is_flag=True, help="Show the size by day, and who joined and left.")
@click.option("--explain", is_flag=True, help="Show what NAME asks, and what each condition does.")
@click.option(
    "--overlap", is_flag=True, help="Show whom two or more NAMEs share; without names, which share most."
)
@click.option("--from", "start", metavar="DAY", help="With --history: the first day, as 2026-03-01.")
@click.option("--to", "end", metavar="DAY", help="With --history: the last day.")
@json_option
@pass_state
def command(  # noqa: PLR0913 - an option each
    state: State,
    names: tuple[str, ...],
    start: str | None,
    end: str | None,
    *,
    members: bool,
    history: bool,
    explain: bool,
    overlap: bool,
    as_json: bool,
) -> None:
    """Show how many contacts each segment has, as the engine last saw it.

    With NAMEs only those. Everything else answers one question about them; days are those of the project's time zone.
    """
    _one_question(members=members, history=history, explain=explain, overlap=overlap)
    if (start or end) and not history:
        raise AutoflowError("--from and --to go with --history.")
    with state.store(reading=True) as database:
        chosen = _chosen(state, database, names)
        tell_where_it_is(database, building=not explain)
        if history:
            from autoflow.cli.segments import history as over_time

            over_time.show(state, database, chosen if names else None, (start, end), as_json=as_json)
        elif explain:
            from autoflow.cli.segments import explained

            explained.show(state, database, names, as_json=as_json)
        elif overlap:
            from autoflow.cli.segments import overlap as beside

            beside.show(state, database, chosen if names else None, as_json=as_json)
        else:
            _sizes(state, database, chosen, names, members=members, as_json=as_json)


def _one_question(**asked: bool) -> None:
    options = [f"--{option}" for option, wanted in asked.items() if wanted]
    if len(options) > 1:
        together = f"{', '.join(options[:-1])} and {options[-1]}"
        raise AutoflowError(f"{together} do not go together.", "Ask one after the other.")


def _chosen(state: State, database: Database, names: Sequence[str]) -> list[str]:
    """The segments that are asked for, or all; raises `AutoflowError` for one that never was."""
    from autoflow.store import populations, reports
    from autoflow.store.standing import standing

    now = {*state.project.workspace.segments, *reports.segment_sizes(database)}
    if not names:
        return sorted(now)
    known = now | populations.ever_applied(database, standing(database).release)
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            hint = f'Did you mean "{near}"?' if near else "`autoflow segments` lists them."
            raise AutoflowError(f'There is no segment called "{name}".', hint)
    return list(dict.fromkeys(names))


def _sizes(
    state: State,
    database: Database,
    chosen: Sequence[str],
    names: Sequence[str],
    *,
    members: bool,
    as_json: bool,
) -> None:
    from autoflow.store import reports
    from autoflow.store.standing import building, standing

    at = standing(database).horizon or state.project.clock.now()
    sizes = reports.segment_sizes(database)
    rows: list[dict[str, Any]] = [{"segment": each, "members": sizes.get(each, 0)} for each in chosen]
    if members:
        for row in rows:
            row["contacts"] = reports.members(database, row["segment"])
    if as_json:
        one = {"contacts": rows[0]["contacts"]} if members and len(names) == 1 else {}
        print_json({"at": iso(at), "segments": rows, **one, "building": building_row(building(database))})
    elif members:
        for row in rows:
            if len(names) != 1:
                say(f"{row['segment']} ({row['members']:,})")
            for contact in row["contacts"]:
                say(clean(contact) if len(names) == 1 else f"  {clean(contact)}")
    else:
        cells = [[row["segment"], f"{row['members']:,}", _described(state, row["segment"])] for row in rows]
        table(["segment", "members", "description"], cells, numbers=[1])


def _described(state: State, name: str) -> str:
    segment = state.project.workspace.segments.get(name)
    return segment.description if segment is not None else "(no longer in the files)"
