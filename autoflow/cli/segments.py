"""`autoflow segments`."""

from __future__ import annotations

from typing import Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import building_row, clean, count, iso, note, say, table
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError, did_you_mean


@click.command()
@click.argument("name", required=False)
@click.option("--members", is_flag=True, help="List who is in it, by user id.")
@json_option
@pass_state
def command(state: State, name: str | None, *, members: bool, as_json: bool) -> None:
    """Show how many contacts each segment has, as the engine last saw it."""
    from autoflow.store import reports
    from autoflow.store.standing import building, standing

    known = state.project.workspace.segments
    with state.store(reading=True) as database:
        at = standing(database).horizon or state.project.clock.now()
        sizes = {**dict.fromkeys(known, 0), **reports.segment_sizes(database)}
        if name is not None and name not in sizes:
            near = did_you_mean(name, sizes)
            hint = f'Did you mean "{near}"?' if near else "`autoflow segments` lists them."
            raise AutoflowError(f'There is no segment called "{name}".', hint)
        chosen = [name] if name is not None else sorted(sizes)
        rows: list[dict[str, Any]] = [{"segment": each, "members": sizes[each]} for each in chosen]
        if members:
            for row in rows:
                row["contacts"] = reports.members(database, row["segment"])
        unread = reports.counts(database).lag
        progress = building(database)
    if unread:
        note(f"The engine has not read {count(unread, 'row')} yet: `autoflow run --until-idle` does.")
    if progress is not None:
        note(
            f"Building: {progress[0]:,} of {count(progress[1], 'contact')} are counted by what is new so far."
        )
    if as_json:
        one = {"contacts": rows[0]["contacts"]} if members and name is not None else {}
        print_json({"at": iso(at), "segments": rows, **one, "building": building_row(progress)})
    elif members:
        for row in rows:
            if name is None:
                say(f"{row['segment']} ({row['members']:,})")
            for contact in row["contacts"]:
                say(clean(contact) if name is not None else f"  {clean(contact)}")
    else:
        cells = [[row["segment"], f"{row['members']:,}", _described(state, row["segment"])] for row in rows]
        table(["segment", "members", "description"], cells, numbers=[1])


def _described(state: State, name: str) -> str:
    segment = state.project.workspace.segments.get(name)
    return segment.description if segment is not None else "(no longer in the files)"
