"""`autoflow explain`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from autoflow.app import Unsound
from autoflow.cli.output import as_json as print_json
from autoflow.cli.output import note, say
from autoflow.cli.state import State, json_option, pass_state
from autoflow.language.definitions import Recipe, Segment, Workspace
from autoflow.model.problems import AutoflowError, Problem, did_you_mean


@click.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--diagram",
    type=click.Choice(["mermaid", "svg"]),
    help="Draw the recipe instead: as Mermaid text, or as a picture.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="With --diagram: write it to FILE.",
)
@json_option
@pass_state
def command(state: State, name: str, diagram: str | None, out: Path | None, *, as_json: bool) -> None:
    """Read a recipe, or a segment, back in plain English: what it does to whom, and when.

    NAME is a recipe's; a segment's where there is no such recipe, or as segments/NAME. It tells of the files as they
    are, whatever was applied, and changes nothing.
    """
    _check_asked(diagram, out, as_json=as_json)
    _ = state.settings  # names mean something only where autoflow.yaml could be read
    workspace = state.project.workspace
    found = find(workspace, name)
    if diagram is not None:
        _draw(found, workspace, diagram, out)
        return
    warnings = [each for each in workspace.problems if each.file == file_of(found)]
    if isinstance(found, Recipe):
        _tell_recipe(found, workspace, warnings, as_json=as_json)
        if "/" not in name and name in workspace.segments:
            note(f"There is a segment of that name too: autoflow explain segments/{name}")
    else:
        _tell_segment(found, workspace, warnings, as_json=as_json)


def _check_asked(diagram: str | None, out: Path | None, *, as_json: bool) -> None:
    """What can be wrong with it, said before anything is read."""
    if diagram is not None and as_json:
        raise AutoflowError("--diagram and --json do not go together.", "Leave one of the two out.")
    if diagram is None and out is not None:
        raise AutoflowError("--out is about a diagram.", "Add --diagram mermaid or --diagram svg.")
    if out is not None and not out.absolute().parent.is_dir():
        raise AutoflowError(
            f"There is no folder {out.parent}, so the diagram cannot be written to it.",
            "Make the folder, or name another place.",
        )


def _draw(found: Recipe | Segment, workspace: Workspace, diagram: str, out: Path | None) -> None:
    from autoflow.language.explain.flow import flow
    from autoflow.language.explain.mermaid import mermaid
    from autoflow.language.explain.recipe import explain_recipe
    from autoflow.language.explain.svg import svg

    if not isinstance(found, Recipe):
        raise AutoflowError(
            f"{found.id} is a segment, and diagrams are drawn of recipes.", "Leave --diagram out."
        )
    drawn = flow(found, explain_recipe(found, workspace))
    text = svg(drawn) if diagram == "svg" else mermaid(drawn)
    if out is None:
        say(text.rstrip("\n"))
    else:
        out.write_text(text, encoding="utf-8", errors="replace")
        say(f"Diagram written to {out}.")


def _tell_recipe(recipe: Recipe, workspace: Workspace, warnings: list[Problem], *, as_json: bool) -> None:
    from autoflow.cli.explain.json import recipe_row
    from autoflow.cli.explain.words import recipe_text
    from autoflow.language.explain.recipe import explain_recipe

    told = explain_recipe(recipe, workspace)
    if as_json:
        print_json(recipe_row(told, warnings))
    else:
        say(recipe_text(told, warnings))


def _tell_segment(segment: Segment, workspace: Workspace, warnings: list[Problem], *, as_json: bool) -> None:
    from autoflow.cli.explain.json import segment_row
    from autoflow.cli.explain.words import segment_text
    from autoflow.language.explain.segment import explain_segment

    told = explain_segment(segment, workspace)
    if as_json:
        print_json(segment_row(told, warnings))
    else:
        say(segment_text(told, warnings))


def file_of(found: Recipe | Segment) -> str:
    """The file that a recipe or a segment stands in."""
    return f"{'recipes' if isinstance(found, Recipe) else 'segments'}/{found.id}.yaml"


def find(workspace: Workspace, asked: str) -> Recipe | Segment:
    """The recipe, or else the segment, of that name; the one of a folder where that stands before the name.

    Raises `Unsound` with the mistakes of its file where it has some, `AutoflowError` where there is none.
    """
    folder, _, name = asked.removesuffix(".yaml").rpartition("/")
    folders = {"": ("recipes", "segments"), "recipes": ("recipes",), "segments": ("segments",)}.get(
        folder, ()
    )
    file = next((file for each in folders if (file := f"{each}/{name}.yaml") in workspace.sources), "")
    mistakes = tuple(each for each in workspace.problems if each.file == file and each.severity == "error")
    if mistakes:
        raise Unsound(replace(workspace, problems=mistakes))
    if not file:
        near = did_you_mean(name, (*workspace.recipes, *workspace.segments))
        hint = f'Did you mean "{near}"?' if near else "The files are in recipes/ and segments/."
        raise AutoflowError(f'There is no recipe and no segment called "{asked}".', hint)
    return workspace.recipes[name] if file.startswith("recipes/") else workspace.segments[name]
