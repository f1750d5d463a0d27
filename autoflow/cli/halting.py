"""What `pause`, `drain` and `resume` have in common."""

from __future__ import annotations

from autoflow.cli.output import count, say
from autoflow.cli.state import State
from autoflow.model.effects import RUNNING
from autoflow.store.definitions import files_in, latest_release
from autoflow.store.orders import Halted
from autoflow.store.reports import runs_by_recipe
from autoflow.store.wake import ring

_DONE: dict[Halted | None, str] = {
    "paused": "{recipe} is paused: nobody enters, and {people} under way {stay} where {they} {are}.",
    "draining": "{recipe} drains: nobody enters, and {people} under way {go} on to the end.",
    None: "{recipe} goes on as its file says, for {people} under way too.",
}
_NOBODY: dict[Halted | None, str] = {
    "paused": "{recipe} is paused: nobody enters. Nobody is under way.",
    "draining": "{recipe} drains: nobody enters. Nobody is under way.",
    None: "{recipe} goes on as its file says. Nobody is under way.",
}
_DELETED = "{recipe} is stopped no more. Its file is deleted: nobody enters, and {people} under way {go} on to the end."
_ALREADY: dict[Halted | None, str] = {
    "paused": "{recipe} is paused already.",
    "draining": "{recipe} drains already.",
    None: "{recipe} was not stopped by hand.",
}


def halt(state: State, recipes: tuple[str, ...], to: Halted | None) -> None:
    """Stop recipes by hand or let them go on, and say what that means for those under way."""
    with state.store() as database:
        changed = state.project.halt(database, recipes, to)
        if changed:
            ring(database)
        running = runs_by_recipe(database)
        files = files_in(database, latest_release(database))
    for recipe in dict.fromkeys(recipes):
        number = running.get(recipe, {}).get(RUNNING, 0)
        one = number == 1
        words = {
            "recipe": recipe,
            "people": count(number, "person", "people") if number else "nobody",
            "stay": "stays" if one else "stay",
            "go": "goes" if one else "go",
            "they": "he" if one else "they",
            "are": "is" if one else "are",
        }
        said = _ALREADY if recipe not in changed else _DONE if number else _NOBODY
        deleted = recipe in changed and to is None and f"recipes/{recipe}.yaml" not in files
        say((_DELETED if deleted else said[to]).format(**words))
    if to is not None and changed:
        say(f"`autoflow resume {' '.join(dict.fromkeys(recipes))}` lets them go on; an apply does not.")
