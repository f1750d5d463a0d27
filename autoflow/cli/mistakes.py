"""What ends a command, told on stderr: a sentence and how to mend it, or every mistake in the files."""

from __future__ import annotations

import sys

import click

from autoflow.app import Unsound
from autoflow.model.problems import AutoflowError


def tell(message: str, fix: str = "") -> None:
    """A sentence, and below it how to mend what it says."""
    click.echo(message, err=True)
    if fix:
        click.echo(f"  {fix}", err=True)


def tell_error(error: AutoflowError, *, as_json: bool = False) -> None:
    """An error in words; of a workspace with mistakes all of them, as `check` shows them, or on stdout as JSON."""
    if not isinstance(error, Unsound):
        tell(error.message, error.fix)
        return
    from autoflow.language.present import as_json as problems_as_json
    from autoflow.language.present import as_text

    problems = [each for each in error.workspace.problems if each.severity == "error"]
    if as_json:
        click.echo(problems_as_json(problems))
        return
    click.echo(as_text(problems, error.workspace.sources, colour=sys.stderr.isatty()), nl=False, err=True)
    tell(error.message)
