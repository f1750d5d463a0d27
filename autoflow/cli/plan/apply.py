"""`autoflow apply`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autoflow.cli.output import clean, count, local, progress, say
from autoflow.cli.plan.letting_in import EXISTING, PACE, let_in
from autoflow.cli.state import State, pass_state
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.app import Project
    from autoflow.lab.plan.apply import Entering
    from autoflow.store.database import Database

MOVED = click.option(
    "--move-running",
    "moved",
    multiple=True,
    is_flag=False,
    flag_value="*",
    metavar="[RECIPE]",
    help="Move those under way to the new version of RECIPE, or of every recipe. May stand several times.",
)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@EXISTING
@PACE
@MOVED
@pass_state
def command(
    state: State, file: Path | None, existing: tuple[str, ...], pace: str | None, moved: tuple[str, ...]
) -> None:
    """Put the files in force as they are now.

    From its place in the log on the engine works by them; contacts under way stay on the version of the recipe
    that they entered, unless --move-running puts them on the step of the new one that stands for theirs, with what they
    have waited credited; nothing that was done is done again. Nobody enters because a file changed, unless
    --include-existing says so. `autoflow run` applies by itself when it starts; `autoflow plan` tells beforehand what
    would change.

    With FILE, which `autoflow plan --out FILE` has made, exactly that plan is applied: where the store, what was
    applied or the files are others by now, nothing is.
    """
    from autoflow.app.schemas import refresh
    from autoflow.cli.plan.moving import moving_asked, moving_words
    from autoflow.lab.plan.file import read_plan
    from autoflow.store.standing import standing
    from autoflow.store.wake import ring

    if file is not None and (existing or pace is not None or moved):
        raise AutoflowError(
            "A plan is applied as it was planned.", "Leave the options out, or apply without the plan."
        )
    planned = read_plan(str(file), file.read_text("utf-8", "replace")) if file is not None else None
    asked = let_in(existing, pace)
    project, workspace = state.project, state.project.sound_workspace()
    with (
        state.store(create=planned is None) as database,
        progress("Looking for those who match") as told,
    ):
        moves = moving_asked(project, database, moved) if moved else []
        steps = {(each.recipe, each.before): each.steps for each in moves}
        found = project.apply_with(database, asked, planned=planned, moved=steps, progress=told)
        if found.release is None:
            say("Nothing has changed since the last apply.")
        if found != (None, ()):
            ring(database)
        if found.release is not None:
            live = sum(recipe.status == "live" for recipe in workspace.recipes.values())
            said = f"{count(live, 'live recipe')}, {count(len(workspace.segments), 'segment')}"
            say(f"Release {found.release}: {said}.")
            if brought := _brought(project, database, found.release):
                say(f"  {brought}")
        for line in moving_words(moves):
            say(line)
        if moved and not any(each.people or each.unplaced for each in moves):
            say("Nobody is under way on an older version.")
        for each in found.entering:
            say(_entering(each, workspace.settings.timezone))
        if found.release is not None and standing(database).release < found.release - 1:
            say("The engine has not reached the release before this one yet: `autoflow status` shows it.")
    refresh(state.folder, workspace)


def _brought(project: Project, database: Database, release: int) -> str:
    """What came, changed and went with a release, by name; nothing of the first, with which everything came."""
    from autoflow.cli.release_words import changed_names
    from autoflow.lab.plan.changes import compare
    from autoflow.store.definitions import release_workspace

    if release == 1:
        return ""
    before = release_workspace(database, release - 1, project.environment)
    after = release_workspace(database, release, project.environment, project.workspace)
    return clean(changed_names(compare(before, after)))


def _entering(each: Entering, zone: str) -> str:
    if not each.people:
        return f"Put forward for {each.recipe}: nobody matches it already."
    last = f", the last on {local(each.until, zone)}" if each.until is not None and each.people > 1 else ""
    people = count(each.people, "person who matches", "people who match")
    return f"Put forward for {each.recipe}: {people} already{last}."
