"""`autoflow plan`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import local, note, progress, say
from autoflow.cli.plan.letting_in import EXISTING, PACE, let_in
from autoflow.cli.state import State, json_option, pass_state
from autoflow.cli.times import typed_instant
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.lab.plan.apply import LetIn
    from autoflow.lab.plan.plan import Plan
    from autoflow.language.definitions import Workspace
    from autoflow.store.database import Database

_MOST_PROCESSES = 4
_SCRATCH = "sqlite:///store.db"


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="For people, or as a comment of a pull request.",
)
@click.option(
    "--at", "at", metavar="WHEN", help="Plan for then instead of now, in the project's time zone: 2026-01-01."
)
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Name so many people of each group.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the plan to FILE, for `autoflow apply FILE`.",
)
@EXISTING
@PACE
@click.option(
    "--weeks",
    type=click.IntRange(0, 52),
    default=4,
    show_default=True,
    help="Expect of the seven days to come by so many full weeks before; 0 expects nothing, and is quicker.",
)
@click.option(
    "--fail-if",
    "rules",
    multiple=True,
    metavar="RULE",
    help="Exit status 1 where this holds, such as 'mails_per_week > +20%' (docs/plan.md). May stand several times.",
)
@json_option
@pass_state
def command(  # noqa: PLR0913 - its options
    state: State,
    *,
    form: str,
    at: str | None,
    examples: int,
    out: Path | None,
    existing: tuple[str, ...],
    pace: str | None,
    weeks: int,
    rules: tuple[str, ...],
    as_json: bool,
) -> int:
    """Show what `autoflow apply` would change: the files as they are against what was applied last.

    Everybody is worked out on a copy, as he would stand right after the apply. Nothing is changed, in the store or
    anywhere else. `autoflow apply FILE` then applies exactly what was planned, or nothing.
    """
    from autoflow.cli.plan.json import broken_row, plan_row
    from autoflow.cli.plan.points import as_markdown, as_text
    from autoflow.cli.plan.words import broken_words, words
    from autoflow.lab.plan.rules import asks_for_weeks, broken, read_rule

    asked = let_in(existing, pace)
    workspace = state.project.sound_workspace()
    zone = workspace.settings.timezone
    read = [read_rule(rule, workspace.recipes, workspace.segments) for rule in rules]
    if asks_for_weeks(read) and not weeks:
        raise AutoflowError("--fail-if asks for a week, and --weeks 0 looks at none.", "Leave --weeks out.")
    found = _planned(state, asked, at, examples, weeks, always=asks_for_weeks(read), kept=out is not None)
    failed = broken(found, read)
    if out is not None and not failed:
        _write(out, found, asked, workspace)
    if as_json:
        print_json({**plan_row(found), "failed": [broken_row(each) for each in failed]})
    else:
        say((as_markdown if form == "markdown" else as_text)(words(found, zone, asked.pace, failed)))
    for each in failed:
        note(broken_words(each))
    return int(bool(failed))


def _planned(
    state: State, asked: LetIn, at: str | None, examples: int, weeks: int, *, always: bool, kept: bool
) -> Plan:
    """The plan; what the week to come may bring where anything has changed, or `always`."""
    from autoflow.lab.plan.plan import plan, with_outlook

    project, workspace = state.project, state.project.sound_workspace()
    zone = workspace.settings.timezone
    now = typed_instant(at, zone, "--at") if at is not None else project.clock.now()
    with _store(state, needed=kept) as database:
        with progress("Planning") as told:
            found = plan(
                database,
                workspace,
                project.environment,
                now,
                existing=asked.recipes,
                examples=examples,
                progress=told,
            )
        if at is not None and found.at > now:
            raise AutoflowError(
                f"--at lies before the last thing that happened, at {local(found.at - 1, zone)}.",
                "Choose a later one.",
            )
        if not weeks or not (always or any(each.changes for each in found.changes)):
            return found
        workshop = project.workshop(applied=True, mails=False)
        processes = min(os.cpu_count() or 1, _MOST_PROCESSES)
        with progress("Playing the last weeks") as told:
            return with_outlook(found, database, workshop, weeks=weeks, processes=processes, progress=told)


@contextmanager
def _store(state: State, *, needed: bool) -> Iterator[Database]:
    """The store, for reading; where there is none yet, and none is `needed`, an empty one that nobody keeps."""
    from autoflow.store.database import NoStore, open_database

    with TemporaryDirectory() as folder:
        try:
            database = state.project.database(reading=True)
        except NoStore:
            if needed:  # a plan that is kept is of a store
                raise
            database = open_database(_SCRATCH, Path(folder), create=True)
        try:
            yield database
        finally:
            database.close()


def _write(out: Path, found: Plan, asked: LetIn, workspace: Workspace) -> None:
    from autoflow.cli.plan.json import plan_row
    from autoflow.lab.plan.file import PlanFile
    from autoflow.store.applying import files_of

    chosen = tuple(dict.fromkeys(each.recipe for each in found.existing if each.chosen))
    pace = asked.pace.text if asked.pace is not None else ""
    file = PlanFile(found.basis, files_of(workspace), chosen, pace)
    out.write_text(file.text(plan_row(found)), "utf-8")
    note(f"Written to {out}: `autoflow apply {out}` applies exactly this.")
