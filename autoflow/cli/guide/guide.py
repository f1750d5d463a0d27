"""`autoflow guide`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import building_row, count, iso, say
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.lab.segments.guide import Entry, Guide

_FOLDER = ".autoflow/guide"
_PAGE, _TEXT = "segments.html", "segments.md"


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help=f"Where to write it, instead of {_FOLDER} in the workspace.",
)
@json_option
@pass_state
def command(state: State, out: Path | None, *, as_json: bool) -> None:
    """Write a page about all segments, for everybody in the company: what they mean, how large they are, whom they
    share, where they are used.

    As HTML and as Markdown. It names no contact. Where the engine has met nobody yet, nobody is counted.
    """
    folder = state.project.folder / _FOLDER if out is None else out
    found = _guide(state)
    files = _write(state, found, folder)
    if as_json:
        print_json(_row(found, files))
    else:
        say(f"Guide to {count(len(found.entries), 'segment')} written to {files[0]} and {files[1]}.")


def _guide(state: State) -> Guide:
    from autoflow.cli.standing import tell_where_it_is
    from autoflow.lab.segments.guide import guide
    from autoflow.lab.testing.testing import load_tests, read_tests
    from autoflow.store.database import NoStore

    project = state.project
    workspace = project.sound_workspace()
    if not workspace.segments:
        raise AutoflowError(
            "There are no segments, so there is nothing to tell.", "They are files in segments/."
        )
    tests, _ = read_tests(load_tests(project.folder), workspace)
    environment, now = project.environment, project.clock.now()
    try:
        with state.store(reading=True) as database:
            tell_where_it_is(database, building=True)
            return guide(workspace, tests, database, environment, now)
    except NoStore:
        return guide(workspace, tests, None, environment, now)


def _write(state: State, found: Guide, folder: Path) -> tuple[Path, Path]:
    from autoflow.cli.guide.markdown import render_markdown
    from autoflow.cli.guide.page import render_page
    from autoflow.cli.guide.words import About

    project = state.project
    settings = project.workspace.settings
    name = settings.name or project.folder.absolute().name
    about = About(name, settings.timezone, project.clock.now())
    folder.mkdir(parents=True, exist_ok=True)
    page, text = folder / _PAGE, folder / _TEXT
    page.write_text(render_page(found, about), encoding="utf-8", errors="replace")
    text.write_text(render_markdown(found, about), encoding="utf-8", errors="replace")
    return page, text


def _row(found: Guide, files: tuple[Path, Path]) -> dict[str, Any]:
    return {
        "at": iso(found.at),
        "contacts": found.contacts,
        "segments": [_segment_row(each) for each in found.entries],
        "building": building_row(found.building),
        "files": [str(each) for each in files],
    }


def _segment_row(entry: Entry) -> dict[str, Any]:
    from autoflow.cli.explain.json import segment_row

    row = segment_row(entry.told, ())
    del row["kind"], row["warnings"]
    return {
        **row,
        "members": entry.counted.members if entry.counted else None,
        "shares": [each._asdict() for each in entry.counted.shares] if entry.counted else [],
        "file": entry.stands,
        "tests": [each._asdict() for each in entry.tests],
    }
