"""`autoflow test`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from autoflow.app import Unsound
from autoflow.cli.output import note, say
from autoflow.cli.state import State, json_option, pass_state
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autoflow.cli.watching import Look
    from autoflow.lab.testing.story import RecipeTest
    from autoflow.lab.testing.testing import Report


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("-v", "--verbose", is_flag=True, help="Show of every case what happened, also where it passed.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail where the cases walk less of the recipes' steps and branches.",
)
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the outcome to FILE as JUnit XML, for a CI system.",
)
@click.option(
    "--watch", is_flag=True, help="Run again whenever a file of the workspace changes, until Ctrl-C."
)
@json_option
@pass_state
def command(
    state: State,
    paths: tuple[Path, ...],
    *,
    verbose: bool,
    fail_under: float | None,
    junit: Path | None,
    watch: bool,
    as_json: bool,
) -> int:
    """Run the recipe tests: all below tests/, or those in the files or folders named.

    They run through the engine itself, in virtual time; nothing is stored or sent. Exit status 1 where a case fails,
    or less than --fail-under was walked.
    """
    asked = _Asked(paths, verbose, fail_under, junit, as_json)
    if not watch:
        return _run(state, asked)
    if as_json:
        raise AutoflowError(
            "--watch shows outcomes to people, and --json to programs.", "Leave one of them out."
        )
    from autoflow.cli.watching import again_and_again

    return again_and_again(state, lambda look: _run(state, asked, look))


class _Asked(NamedTuple):
    """What the command line asks for."""

    paths: tuple[Path, ...]
    verbose: bool
    fail_under: float | None
    junit: Path | None
    as_json: bool


def _run(state: State, asked: _Asked, look: Look | None = None) -> int:
    """The tests, once; returns the exit status. `look` is called before each file of tests, and may end it."""
    try:
        outcome = _outcome(state, asked.paths, look)
    except Unsound as error:
        if asked.junit is not None:
            from autoflow.lab.testing.testing import mistakes_as_junit

            mistakes = [each for each in error.workspace.problems if each.severity == "error"]
            _write(asked.junit, mistakes_as_junit(mistakes))
        raise
    _tell(outcome, asked)
    if asked.junit is not None:
        from autoflow.lab.testing.testing import as_junit

        _write(asked.junit, as_junit(outcome))
    if asked.fail_under is not None and outcome.coverage.below(asked.fail_under):
        share = outcome.coverage.percent
        note(
            f"The cases walk {share}% of steps and branches, and --fail-under asks for {asked.fail_under:g}%."
        )
        return 1
    return int(outcome.failed > 0)


def _outcome(state: State, paths: tuple[Path, ...], look: Look | None) -> Report:
    """What became of the tests; raises `Unsound` where the workspace or one of them has mistakes."""
    from autoflow.lab.testing import testing

    workspace = state.project.sound_workspace()
    sources = _chosen(testing.load_tests(state.project.folder), paths, state.project.folder)
    tests, problems = testing.read_tests(sources, workspace)
    if any(problem.severity == "error" for problem in problems):
        raise Unsound(replace(workspace, sources={**workspace.sources, **sources}, problems=tuple(problems)))
    asked = {test.recipe for test in tests} if paths else None
    played = tests if look is None else _looking(tests, look)
    return testing.report(workspace, testing.run_tests(workspace, played, state.project.maker()), asked)


def _looking(tests: Iterable[RecipeTest], look: Look) -> Iterator[RecipeTest]:
    for test in tests:
        look()
        yield test


def _tell(outcome: Report, asked: _Asked) -> None:
    from autoflow.lab.testing import testing

    if asked.as_json:
        say(testing.as_json(outcome, verbose=asked.verbose))
    elif not outcome.cases:
        say("There are no tests: write tests/NAME.yaml, with given, story and expect.")
    else:
        click.echo(_coloured(testing.as_text(outcome, verbose=asked.verbose)), nl=False)


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise AutoflowError(f"The report cannot be written to {file}: {error.strerror}.") from error


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
