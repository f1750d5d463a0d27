"""Those under way in recipes that change: where they stand, and what becomes of them (language.md, rule 11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from autoflow.lab.plan.words import steps_changed
from autoflow.language.definitions import Recipe, Workspace
from autoflow.store.reports import UnderWay

Fate = Literal["step", "removed", "draft", "paused", "resumed"]
"""They stand on a step that changes or goes; their recipe is removed, becomes a draft, is paused, or goes on."""


class Waiting(NamedTuple):
    """How many stand on a step of a version of a recipe, and why that matters here.

    Without a `step` all are meant who are under way in the recipe; `version` is then 0.
    """

    recipe: str
    version: int
    step: str
    people: int
    fate: Fate


def waiting(before: Workspace, after: Workspace, under_way: Iterable[UnderWay]) -> Iterator[Waiting]:
    """Everybody whom a change of his recipe concerns, by recipe, version and step."""
    by_recipe: dict[str, list[UnderWay]] = {}
    for each in under_way:
        by_recipe.setdefault(each.recipe, []).append(each)
    for name, rows in sorted(by_recipe.items()):
        old, new = before.recipes.get(name), after.recipes.get(name)
        if old is None:
            continue  # gone before this change
        fate = _fate(old, new)
        if fate is not None:
            yield Waiting(name, 0, "", sum(row.people for row in rows), fate)
        if new is None:
            continue
        changed = {each.step for each in steps_changed(old.steps, new.steps)} & {
            step.id for step in old.steps
        }
        yield from (
            Waiting(name, row.version, row.step, row.people, "step") for row in rows if row.step in changed
        )


def _fate(before: Recipe, after: Recipe | None) -> Fate | None:
    if after is None:
        return "paused" if before.status == "paused" else "removed"  # a pause holds them all the same
    if before.status == after.status:
        return None
    if after.status == "live":
        return "resumed" if before.status == "paused" else None
    fates: Mapping[str, Fate] = {"draft": "draft", "paused": "paused"}
    return fates.get(after.status)
