"""Who moves to the new version of a recipe, and who has no place in it, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autoflow.app import Project
from autoflow.cli.output import count
from autoflow.lab.plan.moving import Moving, moving
from autoflow.model.problems import AutoflowError, did_you_mean
from autoflow.store.database import Database


def moving_asked(project: Project, database: Database, names: tuple[str, ...]) -> list[Moving]:
    """Those under way whom an apply is to move: in these recipes, or, where one of the names is `*`, in all."""
    workspace = project.sound_workspace()
    chosen = () if "*" in names else names
    for name in chosen:
        if name not in workspace.recipes:
            near = did_you_mean(name, workspace.recipes)
            hint = f'Did you mean "{near}"?' if near else f"There is {', '.join(sorted(workspace.recipes))}."
            raise AutoflowError(f'There is no recipe called "{name}".', hint)
    return moving(database, workspace, project.environment, chosen)


def moving_words(found: Iterable[Moving]) -> Iterator[str]:
    """A line for each version that people walk, and one for each step on which nobody could be placed."""
    for each in found:
        if each.people:
            move = "moves" if each.people == 1 else "move"
            yield (
                f"{each.recipe}: {count(each.people, 'person', 'people')} under way {move} from version {each.before}"
                f" to version {each.after}, with what they have waited credited."
            )
        for step, people in sorted(each.unplaced.items()):
            stay = "stays" if people == 1 else "stay"
            yield (
                f"{each.recipe}: {count(people, 'person', 'people')} at {step} {stay} on version {each.before}:"
                " no step of the new one stands for it."
            )
