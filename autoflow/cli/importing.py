"""`autoflow import`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autoflow.cli.output import as_json, clean, count, note, progress, say
from autoflow.cli.state import State, json_option, pass_state

if TYPE_CHECKING:
    from autoflow.ingest.importing import Imported
    from autoflow.ingest.mapping import CsvMapping, MappingUnsoundError

_MOST_REFUSED = 20
_File = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=_File)
@click.option(
    "--mapping",
    "mapping_file",
    metavar="FILE",
    type=_File,
    help="FILE is a CSV table; this says what its columns are (docs/import.md).",
)
@click.option("--enter", is_flag=True, help="What occurred within the last 24 hours may start recipes.")
@json_option
@pass_state
def command(state: State, file: Path, mapping_file: Path | None, *, enter: bool, as_json: bool) -> int:
    """Bring in FILE: JSON, one message of the Segment spec a line (identify, track, page), plain or gzipped.

    It is history: it counts, goals and exits apply, and nobody enters a recipe because of it, unless --enter.
    Importing a file again changes nothing. Rows that cannot be taken, such as those with a value that is not of the
    type that autoflow.yaml declares, are listed with line and reason.
    """
    from autoflow.ingest.importing import import_file
    from autoflow.ingest.mapping import MappingUnsoundError

    try:
        mapping = _mapping(mapping_file, state) if mapping_file is not None else None
        with state.store(create=True) as database, progress(f"Importing {file.name}") as told:
            imported = import_file(
                database,
                file,
                mapping,
                settings=state.settings,
                enter=enter,
                clock=state.project.clock,
                progress=told,
            )
    except MappingUnsoundError as error:
        return _tell_problems(error, as_json=as_json)
    _report(file, imported, enter=enter, json=as_json)
    return int(bool(imported.refused) and not imported.accepted and not imported.duplicates)


def _mapping(file: Path, state: State) -> CsvMapping:
    from autoflow.ingest.mapping import read_mapping
    from autoflow.language.present import as_text

    text = file.read_bytes().decode("utf-8", "surrogateescape")
    mapping, warnings = read_mapping(str(file), text, state.settings)
    click.echo(as_text(warnings, {str(file): text}, colour=sys.stderr.isatty()), nl=False, err=True)
    return mapping


def _report(file: Path, imported: Imported, *, enter: bool, json: bool) -> None:
    accepted, duplicates, refused, left_out = imported
    if json:
        rows = [row._asdict() for row in refused]
        as_json({"accepted": accepted, "duplicates": duplicates, "refused": rows, "left_out": left_out})
        return
    before = f"; {duplicates:,} had come before" if duplicates else ""
    say(f"{count(accepted, 'message')} from {file.name} taken in{before}.")
    if left_out:
        say(f"{count(left_out, 'row')} left out, as the mapping's `where` asks.")
    if accepted and not enter:
        say("They are history: they count, and nobody enters a recipe because of them.")
    if refused:
        say(f"{count(len(refused), 'row')} refused:")
        for row in refused[:_MOST_REFUSED]:
            say(f"  line {row.line}: {clean(row.reason)}")
        if len(refused) > _MOST_REFUSED:
            say(f"  and {len(refused) - _MOST_REFUSED:,} more, which --json lists.")
        say("Mend them and import the file again: it adds what is missing, and nothing twice.")


def _tell_problems(error: MappingUnsoundError, *, as_json: bool) -> int:
    from autoflow.language import present

    if as_json:
        say(present.as_json(error.problems))
    else:
        text = present.as_text(error.problems, error.sources, colour=sys.stderr.isatty())
        click.echo(text, nl=False, err=True)
        note(f"{error.message} {error.fix}")
    return 1
