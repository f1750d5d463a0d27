"""`autoflow plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.letting_in import EXISTING, PACE, let_in
from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import iso, local, note, progress, say
from autoflow.cli.state import State, json_option, pass_state
from autoflow.cli.times import typed_instant
from autoflow.model.problems import AutoflowError

if TYPE_CHECKING:
    from autoflow.lab.plan import Plan
    from autoflow.lab.plan_changes import Changed
    from autoflow.lab.plan_people import Population


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
@json_option
@pass_state
def command(  # noqa: PLR0913 - its options
    state: State,
    form: str,
    at: str | None,
    examples: int,
    out: Path | None,
    existing: tuple[str, ...],
    pace: str | None,
    *,
    as_json: bool,
) -> None:
    """Show what `autoflow apply` would change: the files as they are against what was applied last.

    Everybody is worked out on a copy, as he would stand right after the apply. Nothing is changed, in the store or
    anywhere else. `autoflow apply FILE` then applies exactly what was planned, or nothing.
    """
    from autoflow.cli.plan_words import words
    from autoflow.cli.points import as_markdown, as_text
    from autoflow.lab.plan import plan
    from autoflow.lab.plan_file import PlanFile
    from autoflow.store.definitions import files_of

    asked = let_in(existing, pace)
    project, workspace = state.project, state.project.sound_workspace()
    zone = workspace.settings.timezone
    now = typed_instant(at, zone, "--at") if at is not None else project.clock.now()
    with state.store(reading=True) as database, progress("Planning") as told:
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
    if out is not None:
        chosen = tuple(dict.fromkeys(each.recipe for each in found.existing if each.chosen))
        file = PlanFile(found.basis, files_of(workspace), chosen, pace or "")
        out.write_text(file.text(_row(found)), "utf-8")
        note(f"Written to {out}: `autoflow apply {out}` applies exactly this.")
    if as_json:
        print_json(_row(found))
    else:
        say((as_markdown if form == "markdown" else as_text)(words(found, zone, asked.pace)))


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


def _row(found: Plan) -> dict[str, Any]:
    return {
        "applied": found.applied,
        "at": iso(found.at),
        "changes": [changed_row(each) for each in found.changes],
        "segments": [{"segment": each.name, **_moves(each)} for each in found.segments],
        "audiences": [{"audience": each.name, **_moves(each)} for each in found.audiences],
        "existing": [
            {
                "recipe": each.recipe,
                "trigger": each.trigger,
                "matches": each.matches,
                "by_this_change": each.moved,
                "enters": each.chosen,
                "examples": each.examples,
            }
            for each in found.existing
        ],
        "waiting": [
            {
                "recipe": each.recipe,
                "version": each.version or None,
                "step": each.step or None,
                "people": each.people,
                "fate": each.fate,
            }
            for each in found.waiting
        ],
        "left_out": found.left_out,
    }


def _moves(each: Population) -> dict[str, Any]:
    return {
        "now": each.now,
        "after": each.after,
        "joins": each.joins,
        "leaves": each.leaves,
        "joining": each.joining,
        "leaving": each.leaving,
    }
