"""`autoflow simulate`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import note, progress, say
from autoflow.cli.state import State, json_option, pass_state
from autoflow.cli.times import crossed, typed_instant
from autoflow.model.problems import AutoflowError, did_you_mean

if TYPE_CHECKING:
    from autoflow.lab.simulation.playing import Compared
    from autoflow.lab.simulation.simulate import Asked, Simulation
    from autoflow.language.definitions import Workspace
    from autoflow.store.database import Database

_MOST_PROCESSES = 4


class Found(NamedTuple):
    """What came out: by the files, and, where that was asked for, by what is applied, with the difference."""

    files: Simulation
    applied: Simulation | None
    compared: Compared | None


@click.command()
@click.argument("recipes", metavar="[RECIPE]...", nargs=-1)
@click.option("--from", "start", metavar="WHEN", help="Where the span begins: a date, or a date and time.")
@click.option("--to", "end", metavar="WHEN", help="Where it ends; a date means the end of that day.")
@click.option(
    "--contact", "who", metavar="WHO", help="Tell one person's story instead: a user id or an address."
)
@click.option("--under-way", is_flag=True, help="Take along those who would be under way at --from.")
@click.option("--compare", is_flag=True, help="Beside it, what is applied now, and the difference.")
@click.option(
    "--assume", metavar="NAME=PERCENT%,...", help="What people do about mails: click=4%,unsubscribe=0.2%."
)
@click.option(
    "--every-mail", is_flag=True, help="Make every mail, and not one of each kind, to see which fail."
)
@click.option("--seed", default="0", show_default=True, help="The same seed gives the same outcome.")
@click.option(
    "--messages",
    type=click.Path(dir_okay=False, allow_dash=True, writable=True, path_type=Path),
    metavar="FILE",
    help="Write every message to FILE, a JSON line each.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write a page with charts to FILE (.html). It shows sample mails and names people: personal data.",
)
@click.option("--no-samples", is_flag=True, help="A report without sample mails and names of people.")
@json_option
@pass_state
def command(  # noqa: PLR0913 - an option each
    state: State,
    recipes: tuple[str, ...],
    *,
    start: str | None,
    end: str | None,
    who: str | None,
    assume: str | None,
    seed: str,
    messages: Path | None,
    report: Path | None,
    no_samples: bool,
    under_way: bool,
    compare: bool,
    every_mail: bool,
    as_json: bool,
) -> None:
    """Play the recipes over what is recorded, in virtual time. Sends nothing and changes nothing.

    With RECIPEs only those run, even where they are drafts or paused. WHEN is in the project's time zone, such as
    2011-03-01 or "2011-03-01 14:00"; without --from and --to the span is all that is recorded. Before --from
    everybody's past is remembered, and nobody is under way, unless --under-way is given.
    """
    from autoflow.lab.simulation.assuming import read_assumptions
    from autoflow.lab.simulation.simulate import Asked

    _check_report(report, who, samples=not no_samples)
    workspace = state.project.sound_workspace()
    _known(workspace, recipes)
    zone = workspace.settings.timezone
    first = typed_instant(start, zone, "--from") if start is not None else None
    last = typed_instant(end, zone, "--to", end=True) if end is not None else None
    if first is not None and last is not None and last < first:
        raise crossed()
    if under_way and first is None:
        raise AutoflowError("--under-way is for a span that begins later.", "Say from when on with --from.")
    assumed = read_assumptions(assume, workspace.settings.events) if assume is not None else ()
    if who is not None:
        if compare or every_mail or messages is not None:
            raise AutoflowError(
                "--contact tells one person's story, and nothing else.",
                "Leave out --compare, --every-mail and --messages.",
            )
        from autoflow.cli.simulate.contact import tell_contact

        tell_contact(state, who, recipes, Asked(first, last, seed, under_way, assumed), as_json=as_json)
        return
    with _spooled(messages) as folder:
        asked = Asked(first, last, seed, under_way, assumed, keep=False, every=every_mail, spooled=folder)
        found = _simulate(state, recipes, asked, applied=compare)
        if messages is not None and folder is not None:
            _write(messages, folder)
    if found is None:
        until = f" up to {end}" if last is not None else ""
        raise AutoflowError(
            f"Nothing is recorded{until}, so there is nothing to play the recipes over.",
            "`autoflow import FILE` brings in what happened.",
        )
    if first is not None and found.files.start > found.files.end:
        raise AutoflowError(f"Nothing is recorded after {start}.", "Choose an earlier --from.")
    if as_json:
        from autoflow.cli.simulate.json import simulation_row

        print_json(simulation_row(found.files, found.applied, found.compared, zone))
    elif str(messages) != "-":
        from autoflow.cli.simulate.words import tell

        tell(
            found.files,
            zone,
            details=bool(recipes) or len(workspace.recipes) == 1,
            applied=found.applied,
            compared=found.compared,
        )
    if report is not None:
        written = _report(state, report, found, samples=not no_samples)
        (note if as_json or str(messages) == "-" else say)(written)


def _simulate(state: State, recipes: tuple[str, ...], asked: Asked, *, applied: bool) -> Found | None:
    from autoflow.lab.simulation.simulate import compare

    workshop = state.project.workshop(recipes, applied=applied)
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES)
    with state.store(reading=True) as database, progress("Simulating") as told:
        if applied:
            _is_applied(database)
        outcome = compare(database, workshop, asked, processes=processes, progress=told)
    if outcome is None:
        return None
    simulations, compared = outcome
    if applied:
        return Found(simulations[1], simulations[0], compared)
    return Found(simulations[0], None, None)


def _report(state: State, file: Path, found: Found, *, samples: bool) -> str:
    from autoflow.cli.report.writing import write_report

    simulations = [each for each in (found.applied, found.files) if each is not None]
    return write_report(state.project, file, simulations, found.compared, samples=samples)


@contextmanager
def _spooled(messages: Path | None) -> Iterator[Path | None]:
    """A folder for messages on their way to a file; nothing is left of it, however this ends."""
    if messages is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="autoflow-") as folder:
        yield Path(folder)


def _write(messages: Path, folder: Path) -> None:
    from autoflow.lab.simulation.recording import spooled

    with click.open_file(str(messages), "wb") as file:
        for line in spooled(folder):
            file.write(line)


def _check_report(file: Path | None, who: str | None, *, samples: bool) -> None:
    """What can be wrong with it, said before the work and not after."""
    if file is None:
        if not samples:
            raise AutoflowError("--no-samples is about a report.", "Say where to with --report FILE.")
        return
    if who is not None:
        raise AutoflowError("A report is about everybody, --contact about one.", "Leave one of the two out.")
    if not file.absolute().parent.is_dir():
        raise AutoflowError(
            f"There is no folder {file.parent}, so the report cannot be written to it.",
            "Make the folder, or name another place.",
        )


def _is_applied(database: Database) -> None:
    from autoflow.store.definitions import latest_release

    if not latest_release(database):
        raise AutoflowError(
            "Nothing is applied yet, so there is nothing to compare the files with.",
            "Leave --compare out, or put the files in force with `autoflow apply`.",
        )


def _known(workspace: Workspace, names: tuple[str, ...]) -> None:
    for name in names:
        if name not in workspace.recipes:
            near = did_you_mean(name, workspace.recipes)
            hint = f'Did you mean "{near}"?' if near else f"There is {', '.join(sorted(workspace.recipes))}."
            raise AutoflowError(f'There is no recipe called "{name}".', hint)
