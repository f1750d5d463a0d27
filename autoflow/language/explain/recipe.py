"""A recipe read back in plain English."""

from __future__ import annotations

from autoflow.kinds.base import Action
from autoflow.language.definitions import Recipe, Workspace
from autoflow.language.explain.course import Course, course, top_steps
from autoflow.language.explain.entry import entry_lines, how_often
from autoflow.language.explain.leaving import leaving_lines
from autoflow.language.explain.named import glossary, names_of_recipe
from autoflow.language.explain.sending import sending_lines
from autoflow.language.explain.steps import steps_told
from autoflow.language.explain.told import RecipeTold, joined
from autoflow.model.durations import NOTHING

_STANDS = {
    "live": "It is live once it is applied.",
    "draft": "It is a draft: it does nothing, and nobody enters.",
    "draining": "It is draining: nobody enters any more, and whoever is in it walks on to his end.",
    "paused": "It is paused: nobody enters, and whoever is in it stays where he is.",
}


def explain_recipe(recipe: Recipe, workspace: Workspace) -> RecipeTold:
    """The recipe as it would run; `workspace` says what its names stand for, and what holds for every recipe."""
    comes_to, steps = course(recipe), top_steps(recipe)
    return RecipeTold(
        name=recipe.id,
        description=recipe.description.strip(),
        owner=recipe.owner,
        status=recipe.status,
        stands=_STANDS[recipe.status],
        short=f"{_what(comes_to)}; for the same contact {how_often(recipe)}.",
        entry=entry_lines(recipe, workspace.recipes.values()),
        steps=steps_told(steps, workspace.templates),
        end=_end(recipe, steps[-1].action),
        leaving=leaving_lines(recipe, comes_to),
        sending=sending_lines(recipe, workspace),
        named=glossary(names_of_recipe(recipe), workspace),
    )


def _end(recipe: Recipe, last: Action) -> str:
    if last.ends:
        return ""
    asked = {"goal": recipe.goal, "exit": recipe.exit}
    count = [word for word, condition in asked.items() if condition is not None]
    if count and not last.ways() and (last.lasts() or (NOTHING,))[0] != NOTHING:
        still = f"{joined(count)} still count{'s' if len(count) == 1 else ''}"
        return f"Meanwhile nothing more is done, but {still}. Then he is through."
    return "Then he is through."


def _what(comes_to: Course) -> str:
    return f"{_mails(comes_to)}, {_time(comes_to)}"


def _mails(comes_to: Course) -> str:
    fewest, most = comes_to.fewest, comes_to.most
    if not most:
        return "no mail"
    often = f"{fewest:,} {'or' if most - fewest == 1 else 'to'} {most:,}" if fewest else f"at most {most:,}"
    return f"{most if fewest == most else often} mail{'' if most == 1 else 's'}"


def _time(comes_to: Course) -> str:
    if comes_to.depends:
        return "over a time that depends on the contact"
    if comes_to.longest == NOTHING:
        return "all at once"
    if comes_to.shortest == comes_to.longest:
        return f"over {comes_to.longest}"
    return f"within {comes_to.longest}"
