"""`autoflow check --data`: the files beside what is in the store."""

from __future__ import annotations

from autoflow.cli.output import count, note, progress
from autoflow.cli.standing import in_force, tell_where_it_is
from autoflow.cli.state import State
from autoflow.lab.data.checks import check_data
from autoflow.lab.data.log import check_log
from autoflow.language.workspace import read_with_places
from autoflow.model.problems import Problem
from autoflow.store.everybody import Everybody


def with_data(state: State) -> list[Problem]:
    """The workspace's problems and those that the data shows, by file and place.

    Raises `AutoflowError` where there is no store, or nothing is in force yet.
    """
    workspace = state.project.workspace
    if not workspace.sound:
        note("The data is not looked at while the files have mistakes.")
        return list(workspace.problems)
    with state.store(reading=True) as database:
        tell_where_it_is(database, building=True)
        applied = in_force(state, database)
        read = read_with_places(workspace.sources, state.project.environment)
        with database.read(), progress("Asking everybody") as told:
            everybody = Everybody(database, applied, state.project.clock.now())
            found = check_data(everybody, read, applied.workspace, told)
            problems = [*found.problems, *check_log(database, read)]
    if found.left_out:
        named, many = ", ".join(found.left_out), count(len(found.left_out), "segment")
        note(f"The engine does not know {many} as the files have it, so that is not asked: {named}.")
    counted = {(each.file, each.line, each.column, each.code) for each in problems}
    kept = [
        each for each in workspace.problems if (each.file, each.line, each.column, each.code) not in counted
    ]
    return sorted([*kept, *problems])
