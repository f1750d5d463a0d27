"""`autoflow plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import say
from autoflow.cli.state import State, json_option, pass_state

if TYPE_CHECKING:
    from autoflow.lab.plan_changes import Changed


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="For people, or as a comment of a pull request.",
)
@json_option
@pass_state
def command(state: State, form: str, *, as_json: bool) -> None:
    """Show what `autoflow apply` would change: the files as they are against what was applied last.

    Nothing is changed, in the store or anywhere else.
    """
    from autoflow.cli.plan_words import as_markdown, as_text, words
    from autoflow.lab.plan import Plan, plan

    workspace = state.project.sound_workspace()
    with state.store(reading=True) as database:
        found: Plan = plan(database, workspace, state.project.environment)
    if as_json:
        print_json(_row(found))
    else:
        say((as_markdown if form == "markdown" else as_text)(words(found)))


def _row(found: Any) -> dict[str, Any]:
    return {"applied": found.applied, "changes": [changed_row(each) for each in found.changes]}


def changed_row(each: Changed) -> dict[str, Any]:
    """One thing that is otherwise, for programs."""
    return {
        "kind": each.kind,
        "name": each.name,
        "how": each.how,
        "version": each.version or None,
        "applied": each.applied or None,
        "changes": [
            {"part": one.part, "says": one.says, "reaches": one.reaches, "step": one.step or None}
            for one in each.changes
        ],
    }
