"""`autoflow simulate`."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import iso, progress
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError, did_you_mean

if TYPE_CHECKING:
    from autoflow.lab.simulate import Simulation
    from autoflow.lab.tally import RecipeTally
    from autoflow.language.definitions import Workspace

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_FIRST = (
    *("recipe", "version", "entered", "refused", "running", "finished", "goal", "exited", "failed"),
    "messages",
)


@click.command()
@click.argument("recipes", metavar="[RECIPE]...", nargs=-1)
@click.option("--from", "start", metavar="WHEN", help="Where the span begins: a date, or a date and time.")
@click.option("--to", "end", metavar="WHEN", help="Where it ends; a date means the end of that day.")
@click.option("--seed", default="0", show_default=True, help="The same seed gives the same outcome.")
@click.option(
    "--messages",
    type=click.Path(dir_okay=False, allow_dash=True, writable=True, path_type=Path),
    metavar="FILE",
    help="Write every message to FILE, a JSON line each.",
)
@json_option
@pass_state
def command(
    state: State,
    recipes: tuple[str, ...],
    start: str | None,
    end: str | None,
    seed: str,
    messages: Path | None,
    *,
    as_json: bool,
) -> None:
    """Play the recipes over what is recorded, in virtual time. Sends nothing and changes nothing.

    With RECIPEs only those run, even where they are drafts or paused. WHEN is in the project's time zone, such as
    2011-03-01 or "2011-03-01 14:00"; without --from and --to the span is all that is recorded. Before --from
    everybody's past is remembered, and nobody is under way.
    """
    found = _simulate(state, recipes, start, end, seed)
    if messages is not None:
        from autoflow.lab.recording import ndjson

        with click.open_file(str(messages), "wb") as file:
            file.write(ndjson(found.rows()))
    if as_json:
        print_json(
            {
                "from": iso(found.start),
                "to": iso(found.end),
                "seed": found.seed,
                "digest": found.digest,
                "recipes": [_row(outcome) for outcome in found.recipes],
                "segments": dict(sorted(found.segments.items())),
                "set_aside": [{"contact": who, "reason": reason} for who, reason in found.aside],
            }
        )
    elif str(messages) != "-":
        from autoflow.cli.simulate_words import tell

        tell(found, state.settings.timezone)


def _simulate(
    state: State, recipes: tuple[str, ...], start: str | None, end: str | None, seed: str
) -> Simulation:
    from autoflow.core.compiling import compile_program
    from autoflow.lab.simulate import Asked, simulate
    from autoflow.store.definitions import numbered

    workspace = _chosen(state.project.sound_workspace(), recipes)
    zone = workspace.settings.timezone
    first = _instant(start, zone, "--from") if start is not None else None
    last = _instant(end, zone, "--to") if end is not None else None
    if first is not None and last is not None and last < first:
        raise AutoflowError("--to lies before --from.", "Turn the two round.")
    with state.store(reading=True) as database, progress("Simulating") as told:
        program = compile_program(numbered(database, workspace))
        found = simulate(database, program, Asked(first, last, seed), progress=told)
    if found is None:
        until = f" up to {end}" if last is not None else ""
        raise AutoflowError(
            f"Nothing is recorded{until}, so there is nothing to play the recipes over.",
            "`autoflow import FILE` brings in what happened.",
        )
    if first is None and last is None:
        return found
    if found.start > found.end:
        raise AutoflowError(f"Nothing is recorded after {start}.", "Choose an earlier --from.")
    return found


def _chosen(workspace: Workspace, names: tuple[str, ...]) -> Workspace:
    if not names:
        return workspace
    for name in names:
        if name not in workspace.recipes:
            near = did_you_mean(name, workspace.recipes)
            hint = f'Did you mean "{near}"?' if near else f"There is {', '.join(sorted(workspace.recipes))}."
            raise AutoflowError(f'There is no recipe called "{name}".', hint)
    return replace(
        workspace, recipes={name: replace(workspace.recipes[name], status="live") for name in names}
    )


def _instant(text: str, zone: str, option: str) -> int:
    """The first instant of --from, the last one of --to."""
    from autoflow.model.instants import from_wall, parse_instant, to_wall

    try:
        instant = parse_instant(text, zone)
        if option == "--to" and _DATE.fullmatch(text.strip()):
            return from_wall(to_wall(instant, zone) + timedelta(days=1), zone) - 1
    except (ValueError, OverflowError):
        raise AutoflowError(
            f'{option}: "{text}" is not a date.', 'Write 2011-03-01, or "2011-03-01 14:00".'
        ) from None
    return instant


def _row(outcome: RecipeTally) -> dict[str, Any]:
    row = outcome.row()
    return {**{key: row[key] for key in _FIRST}, **{key: row[key] for key in row if key not in _FIRST}}
