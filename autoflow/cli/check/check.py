"""`autoflow check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from autoflow.cli.output import count, note, say
from autoflow.cli.state import AS_JSON, State, pass_state
from autoflow.lab.testing.files import load_tests
from autoflow.lab.testing.reader import read_tests
from autoflow.language.present import as_github, as_json, as_text, summary
from autoflow.model.problems import AutoflowError, Problem


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For people, for programs, or as marks in a pull request.",
)
@click.option("--strict", is_flag=True, help="Warnings count as mistakes.")
@click.option("--data", is_flag=True, help="Hold the files against what is in the store as well.")
@click.option(
    "--explain", metavar="CODE", help="Tell what a code means, with files before and after mending."
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
@pass_state
@click.pass_context
def command(
    ctx: click.Context, state: State, form: str, explain: str | None, *, strict: bool, data: bool, watch: bool
) -> int:
    """Look for mistakes in the workspace's files, recipe tests included.

    Finds all of them at once and changes nothing. What cannot run is an error (exit status 1); what looks unwise
    is a warning (exit status 0, with --strict 1).

    With --data it also tells what the files ask of people in vain: attributes that nobody has, events that never came
    in, properties that none carries, segments that hold nobody or everybody, and who counts for lack of a value.
    """
    ctx.meta[AS_JSON] = form == "json"
    if explain is not None:
        from autoflow.cli.check import explained

        explained.show(explain, as_json=form == "json")
        return 0
    if not watch:
        return _check(state, form, strict=strict, data=data)
    if form != "text":
        raise AutoflowError(
            "--watch shows mistakes to people, and --format to programs.", "Leave one of them out."
        )
    from autoflow.cli.watching import again_and_again

    return again_and_again(state, lambda _: _check(state, form, strict=strict, data=data))


def _below(folder: Path) -> str:
    """The folder as seen from where the command is run: in CI that is the top of the repository."""
    seen = os.path.relpath(folder)
    return "" if seen == os.curdir or seen.startswith(os.pardir) else seen.replace(os.sep, "/")


def _check(state: State, form: str, *, strict: bool, data: bool) -> int:
    """Once; returns the exit status."""
    workspace = state.project.workspace
    tests = load_tests(state.project.folder)
    problems: Sequence[Problem] = workspace.problems
    if data:
        from autoflow.cli.check.data import with_data

        problems = with_data(state)
    problems = sorted([*problems, *read_tests(tests, workspace)[1]])
    if form == "json":
        say(as_json(problems))
    elif form == "github":
        click.echo(as_github(problems, _below(state.folder)), nl=False)
    else:
        click.echo(as_text(problems, {**workspace.sources, **tests}, colour=sys.stdout.isatty()), nl=False)
        if problems:
            from autoflow.cli.check.explained import more_about

            note(f"{summary(problems)}.")
            note(more_about(problem.code for problem in problems))
        else:
            say(
                f"No mistakes: {count(len(workspace.recipes), 'recipe')}, "
                f"{count(len(workspace.segments), 'segment')}, {count(len(workspace.templates), 'template')}."
            )
    return int(any(strict or problem.severity == "error" for problem in problems))
