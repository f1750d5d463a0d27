"""`autoflow segments`: how many are in each, who, and the questions that one asks then."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import building_row, clean, count, iso, note, say, table
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError, did_you_mean

if TYPE_CHECKING:
    from autoflow.store.database import Database
    from autoflow.store.definitions import Applied


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
            from autoflow.cli import segments_history

            segments_history.show(state, database, chosen if names else None, (start, end), as_json=as_json)
        elif explain:
            from autoflow.cli import segments_explained

            segments_explained.show(state, database, names, as_json=as_json)
        elif overlap:
            from autoflow.cli import segments_overlap

            segments_overlap.show(state, database, chosen if names else None, as_json=as_json)
        else:
            _sizes(state, database, chosen, names, members=members, as_json=as_json)


def tell_where_it_is(database: Database, *, building: bool) -> None:
    """Say, beside the outcome, what the engine has not read yet, and how far `building` is."""
    from autoflow.store import reports, standing

    unread = reports.counts(database).lag
    if unread:
        note(f"The engine has not read {count(unread, 'row')} yet: `autoflow run --until-idle` does.")
    progress = standing.building(database) if building else None
    if progress is not None:
        note(
            f"Building: {progress[0]:,} of {count(progress[1], 'contact')} are counted by what is new so far."
        )


def in_force(state: State, database: Database) -> Applied:
    """What the engine goes by; raises `AutoflowError` where that is nothing yet."""
    from autoflow.store.definitions import load_release
    from autoflow.store.standing import standing

    release = standing(database).release
    if release:
        return load_release(database, release, state.project.environment)
    if database.one("SELECT 1 FROM release") is not None:
        raise AutoflowError(
            "The engine has not come to what was applied yet.", "`autoflow run --until-idle` takes it on."
        )
    raise AutoflowError(
        "Nothing has been applied yet, so nobody is in any segment.", "`autoflow run` applies the files."
    )


def refuse_nobody(database: Database) -> None:
    """Raise `AutoflowError` where the engine has not met anybody yet."""
    from autoflow.store.standing import standing

    if not standing(database).known_to:
        raise AutoflowError(
            "The engine knows nobody yet, so there is nobody to ask about.",
            "`autoflow import FILE` brings in what happened, and `autoflow run` reads it.",
        )


def refuse_unknown_to_the_engine(names: Collection[str], known: Collection[str]) -> None:
    """Raise `AutoflowError` for a segment that lies in the files alone."""
    for name in names:
        if name not in known:
            raise AutoflowError(
                f'The segment "{name}" is not in force yet, so the engine knows nothing of it.',
                "`autoflow apply` puts the files in force.",
            )


def share(part: int, whole: int) -> str:
    """`7.2 %`; a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


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
