"""What a release holds beside files: recipes that were stopped by hand, and where it moves whom.

Both stand with the release, so that they take effect at its place in the log, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, NamedTuple

from autoflow.language.definitions import Workspace
from autoflow.model.problems import AutoflowError, did_you_mean
from autoflow.store.database import Database

Halted = Literal["paused", "draining"]
Moves = Mapping[tuple[str, int], Mapping[str, str]]
"""By recipe and older version: at which step of the version in force whoever stands on a step goes on."""


class Orders(NamedTuple):
    """What is ordered with a release: what is stopped by hand from then on (None: what was before), and who moves;
    `upon` is the release that was the latest as it was decided, where nothing else may have come between.
    """

    halted: Mapping[str, Halted] | None = None
    moved: Moves = MappingProxyType({})
    upon: int | None = None


NOTHING = Orders()


def halts(database: Database, release: int) -> dict[str, Halted]:
    """The recipes that are stopped by hand as of a release."""
    return dict(database.all("SELECT recipe, state FROM halt WHERE release = ?", release))


def moves(database: Database, release: int) -> dict[tuple[str, int], dict[str, str]]:
    """Where a release moves whom."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    for recipe, version, step, to in database.all(
        'SELECT recipe, version, step, "to" FROM move WHERE release = ?', release
    ):
        found.setdefault((recipe, version), {})[step] = to
    return found


def write(database: Database, release: int, halted: Mapping[str, Halted], moved: Moves) -> None:
    """Write both down with a release, within its transaction."""
    database.many("INSERT INTO halt VALUES (?, ?, ?)", [(release, *each) for each in halted.items()])
    database.many(
        "INSERT INTO move VALUES (?, ?, ?, ?, ?)",
        [(release, *whose, step, to) for whose, steps in moved.items() for step, to in steps.items()],
    )


def changed(
    applied: Workspace,
    before: Mapping[str, Halted],
    recipes: Iterable[str],
    state: Halted | None,
    deleted: Collection[str] = (),
) -> dict[str, Halted]:
    """What is stopped by hand once these recipes are in that state (None: as their files say).

    `deleted` are those that were in force once: somebody may be under way in them. Raises `AutoflowError` where a
    recipe is none of these and not in force, or where its file says what it is.
    """
    after = dict(before)
    for name in recipes:
        recipe = applied.recipes.get(name)
        if recipe is None and name not in deleted:
            near = did_you_mean(name, applied.recipes)
            hint = f'Did you mean "{near}"?' if near else "`autoflow apply` puts files in force."
            raise AutoflowError(f'No recipe called "{name}" is in force.', hint)
        if recipe is not None and name not in before and recipe.status != "live":
            word = "a draft" if recipe.status == "draft" else recipe.status
            raise AutoflowError(
                f"{name} is {word} by its file.",
                f"Change its status in recipes/{name}.yaml, then `autoflow apply`.",
            )
        if state is not None:
            after[name] = state
        else:
            after.pop(name, None)
    return after


def stopped(workspace: Workspace, halted: Mapping[str, Halted]) -> Workspace:
    """The workspace with recipes as they were stopped by hand, unless the file pauses one itself; those under way in a
    draft walk on, but where a pause holds them.
    """
    recipes = {
        name: replace(recipe, status=halted[name]) if name in halted and recipe.status != "paused" else recipe
        for name, recipe in workspace.recipes.items()
    }
    return replace(workspace, recipes=recipes)
