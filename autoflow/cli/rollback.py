"""`autoflow rollback`."""

from __future__ import annotations

import click

from autoflow.cli.output import say
from autoflow.cli.plan.points import as_text
from autoflow.cli.plan.words import changed_words
from autoflow.cli.state import State, pass_state


@click.command()
@click.argument("release", type=int, required=False)
@pass_state
def command(state: State, release: int | None) -> None:
    """Put what was in force before back in force: the files of RELEASE, or of the last one that said otherwise.

    It is a new release with old files, and takes effect like any other: whoever is under way stays on the version that
    he entered. The files in the folder stay as they are; `autoflow run` leaves them alone until they change or
    `autoflow apply` asks for them.
    """
    from autoflow.lab.plan.changes import compare
    from autoflow.store.definitions import latest_workspace, release_workspace
    from autoflow.store.wake import ring

    project = state.project
    with state.store() as database:
        before = latest_workspace(database, project.environment)
        made, of = project.rollback(database, release)
        ring(database)
        changes = compare(before, release_workspace(database, made, project.environment))
    say(f"Release {made} has the files of release {of} again.")
    for each in changes:
        say()
        say(as_text(changed_words(each)))
    say()
    say(
        "The files in the folder are still the newer ones: take the change back there too, such as by `git revert`."
    )
