"""Contacts whom a person puts into a recipe: `autoflow enter`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autoflow.model.event import ENTER, Incoming
from autoflow.model.problems import AutoflowError, did_you_mean
from autoflow.store.log import append
from autoflow.store.reports import find_contact, key_and_name

if TYPE_CHECKING:
    from autoflow.language.definitions import Recipe, Workspace
    from autoflow.store.database import Database

MANUAL = "manual"


def enter(database: Database, applied: Workspace, recipe: str, people: Iterable[str], now: int) -> list[str]:
    """Append, for each of `people` once, that he is to enter a recipe; returns what they are called.

    Whether he does is for the recipe to say, as with any trigger. `applied` is what the engine goes by. Raises
    `AutoflowError`, and appends nothing for anybody, where the recipe is not entered by hand or somebody is unknown.
    """
    _enterable(applied, recipe)
    found = dict.fromkeys(find_contact(database, who.strip()) for who in people)
    names, messages = [], []
    for contact in found:
        key, name = key_and_name(database, contact)
        kind, _, identifier = key.partition(":")
        user, anonymous = (identifier, None) if kind == "u" else (None, identifier)
        messages.append(Incoming(ENTER, user, anonymous, {"recipe": recipe}))
        names.append(name)
    append(database, messages, now)
    return names


def _enterable(applied: Workspace, name: str) -> Recipe:
    recipe, file = applied.recipes.get(name), f"recipes/{name}.yaml"
    if recipe is None:
        near = did_you_mean(name, applied.recipes)
        hint = f'Did you mean "{near}"?' if near else "Where it is new, `autoflow apply` puts it in force."
        raise AutoflowError(f'No recipe called "{name}" was applied.', hint)
    if recipe.status != "live":
        raise AutoflowError(
            f'The recipe "{name}" is {_status(recipe)}, so nobody enters it.',
            f"Write `status: live` in {file}, then `autoflow apply`.",
        )
    if all(trigger.word != MANUAL for trigger in recipe.triggers):
        raise AutoflowError(
            f'The recipe "{name}" is not entered by hand.',
            f"Add `manual` to its triggers in {file}, then `autoflow apply`.",
        )
    return recipe


def _status(recipe: Recipe) -> str:
    return "a draft" if recipe.status == "draft" else recipe.status
