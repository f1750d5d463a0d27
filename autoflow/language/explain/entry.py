"""Who enters a recipe: what it begins with, what it asks, and how often the same contact may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autoflow.kinds.base import Trigger
from autoflow.language.definitions import Recipe
from autoflow.language.explain.conditions import condition_line
from autoflow.language.explain.named import names_of
from autoflow.language.explain.told import Line, ended, joined
from autoflow.model.durations import Duration


def entry_lines(recipe: Recipe, recipes: Iterable[Recipe]) -> tuple[Line, ...]:
    """The whole of it, in the order in which it is decided; `recipes` are all, some of which may let contacts in."""
    return (
        _begins(recipe),
        *_let_in(recipe, recipes),
        *_asked(recipe),
        *_per(recipe),
        _again(recipe),
        *_while_running(recipe),
        *_before_others(recipe),
    )


def how_often(recipe: Recipe) -> str:
    """How often the same contact goes through it, in a clause: `only once`, `again every day`."""
    each = f" for each {recipe.per}" if recipe.per else ""
    if recipe.reentry == "never":
        return f"only once{each}"
    if isinstance(recipe.reentry, Duration):
        return f"at most once in {recipe.reentry}{each}"
    by_itself = f", each {recipe.per} by itself" if recipe.per else ""
    return f"again {joined(_rhythms(recipe)) or 'each time that it begins'}{by_itself}"


def _begins(recipe: Recipe) -> Line:
    if len(recipe.triggers) == 1:
        trigger = recipe.triggers[0]
        return Line(ended(f"It begins when {trigger.says()}"), _beside(trigger))
    named = zip(recipe.triggers, recipe.trigger_ids, strict=True)
    lines = (Line(f"{trigger.says()}{_named(trigger, name)}", _beside(trigger)) for trigger, name in named)
    return Line("It begins as soon as one of these happens:", tuple(lines))


def _let_in(recipe: Recipe, recipes: Iterable[Recipe]) -> Iterator[Line]:
    named = ("recipe", recipe.id)
    for other in recipes:
        for step in other.steps:
            if named in names_of(step.action):
                yield Line(f'Or when the recipe "{other.id}" lets him in, at its step {step.id}.')


def _named(trigger: Trigger, name: str) -> str:
    """The id that it was given; others are made of its word and a number."""
    made = name == trigger.word or name.removeprefix(f"{trigger.word} ").isdigit()
    return "" if made else f" (called “{name}”)"


def _beside(trigger: Trigger) -> tuple[Line, ...]:
    return tuple(map(Line, trigger.beside()))


def _asked(recipe: Recipe) -> Iterator[Line]:
    if recipe.conditions is None:
        yield Line("No condition is asked: it lets in everybody for whom it begins.")
        return
    yield condition_line("It lets him in only if", recipe.conditions)
    yield Line("Whoever is turned away has his next chance when it begins for him again.")


def _per(recipe: Recipe) -> Iterator[Line]:
    if recipe.per is not None:
        yield Line(
            f"Each {recipe.per} is a matter of its own: he may be in it several times at once, once for each."
        )


def _again(recipe: Recipe) -> Line:
    same = f" with the same {recipe.per}" if recipe.per else ""
    if recipe.reentry == "never":
        return Line(f"He enters once{same}, and never again.")
    if isinstance(recipe.reentry, Duration):
        return Line(f"He enters again{same} at the earliest {recipe.reentry} after he last did.")
    rhythms = _rhythms(recipe)
    told = f": {joined(rhythms)}" if rhythms else ""
    return Line(f"He enters again{same} each time that it begins for him{told}.")


def _rhythms(recipe: Recipe) -> list[str]:
    found = [trigger.rhythm() for trigger in recipe.triggers]
    return list(dict.fromkeys(found)) if all(found) else []


def _while_running(recipe: Recipe) -> Iterator[Line]:
    same = f" with the same {recipe.per}" if recipe.per else ""
    if recipe.while_running == "restart":
        yield Line(
            f"Whoever is still in it{same} when it begins for him anew leaves it and starts from the beginning,"
            " with the new event; what he waited for is dropped."
        )
    elif recipe.while_running == "parallel":
        yield Line(f"Whoever is still in it{same} goes through it once more beside that.")
    elif recipe.reentry != "never":
        yield Line(f"While he is still in it{same} he does not enter a second time.")


def _before_others(recipe: Recipe) -> Iterator[Line]:
    if recipe.priority:
        yield Line(
            f"Its priority is {recipe.priority}: of recipes that begin for him at the same moment, the higher goes"
            " first (0 where none is said)."
        )
