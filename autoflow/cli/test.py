"""`autoflow test`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from autoflow.app import Unsound
from autoflow.cli.output import say
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("-v", "--verbose", is_flag=True, help="Show of every case what happened, also where it passed.")
@json_option
@pass_state
def command(state: State, paths: tuple[Path, ...], *, verbose: bool, as_json: bool) -> int:
    """Run the recipe tests: all below tests/, or those in the files or folders named.

    They run through the engine itself, in virtual time; nothing is stored or sent. Exit status 1 where one fails.
    """
    from dataclasses import replace

    from autoflow.lab import testing

    workspace = state.project.sound_workspace()
    sources = _chosen(testing.load_tests(state.project.folder), paths, state.project.folder)
    tests, problems = testing.read_tests(sources, workspace)
    if any(problem.severity == "error" for problem in problems):
        raise Unsound(replace(workspace, sources={**workspace.sources, **sources}, problems=tuple(problems)))
    if not tests and not as_json:
        say("There are no tests: write tests/NAME.yaml, with given, story and expect.")
        return 0
    asked = {test.recipe for test in tests} if paths else None
    outcome = testing.report(workspace, testing.run_tests(workspace, tests, state.project.maker()), asked)
    if as_json:
        say(testing.as_json(outcome, verbose=verbose))
    else:
        click.echo(_coloured(testing.as_text(outcome, verbose=verbose)), nl=False)
    return int(outcome.failed > 0)


def _chosen(sources: dict[str, str], paths: tuple[Path, ...], folder: Path) -> dict[str, str]:
    if not paths:
        return sources
    root = folder.resolve()
    found: dict[str, str] = {}
    for path in paths:
        places = [place.resolve() for place in (path, folder / path) if place.exists()]
        if not places:
            raise AutoflowError(f"There is no file or folder {path}.", "Tests lie below tests/.")
        hits = {
            name: text
            for name, text in sources.items()
            for place in places
            if (root / name).is_relative_to(place)
        }
        if not hits:
            raise AutoflowError(f"{path} holds no tests of this workspace.", "Tests are tests/**/*.yaml.")
        found |= hits
    return found


def _coloured(text: str) -> str:
    if not sys.stdout.isatty():
        return text
    return text.replace("✓", click.style("✓", fg="green")).replace("✗", click.style("✗", fg="red"))
