"""Audiences and tags over all files: who fills them, who empties them, and who asks for what nobody fills."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from autoflow.kinds.actions.add_tag import AddTag
from autoflow.kinds.actions.add_to_audience import AddToAudience
from autoflow.kinds.actions.remove_from_audience import RemoveFromAudience
from autoflow.kinds.actions.remove_tag import RemoveTag
from autoflow.kinds.base import Condition, Trigger
from autoflow.kinds.conditions.has_tag import HasTag
from autoflow.kinds.conditions.in_audience import InAudience
from autoflow.kinds.triggers.audience_joined import AudienceJoined
from autoflow.kinds.triggers.audience_left import AudienceLeft
from autoflow.kinds.triggers.tag_added import TagAdded
from autoflow.kinds.triggers.tag_removed import TagRemoved
from autoflow.language.recipe import ReadRecipe
from autoflow.language.segment import ReadSegment
from autoflow.language.settings.settings import Settings
from autoflow.language.source import Report, Span
from autoflow.language.steps_of import steps_of
from autoflow.model.problems import did_you_mean

_ALIKE = 0.8  # from here on a tag is taken for a slip of the pen


class _Asked(NamedTuple):
    """A name that a file asks for, and where."""

    name: str
    report: Report
    at: Span


def check_audiences(
    recipes: Mapping[str, ReadRecipe], segments: Mapping[str, ReadSegment], settings: Settings
) -> None:
    """Warn of audiences that nobody ever leaves, and of those that are asked for and that nobody gets into.

    A draft takes nobody out yet, so only drafts may count on it.
    """
    takers = [(action.audience, read) for read, _, action in steps_of(recipes, RemoveFromAudience)]
    emptied = {name for name, _ in takers}
    emptied_now = {name for name, read in takers if not _is_draft(read)}
    filled = {action.audience for _, _, action in steps_of(recipes, AddToAudience)}
    told: set[str] = set()
    for read, step, action in steps_of(recipes, AddToAudience):
        name = action.audience
        if name in (emptied if _is_draft(read) else emptied_now) or name in told:
            continue
        told.add(name)
        near = did_you_mean(name, emptied - filled)
        message = f'Nobody ever leaves the audience "{name}".'
        fix = f"Add a recipe with remove_from_audience: {name}."
        if name in emptied:
            taker = next(each.recipe.id for of, each in takers if of == name and each.recipe)
            message = f'Nobody leaves the audience "{name}": the recipe that takes contacts out is a draft.'
            fix = f"Remove the status in recipes/{taker}.yaml once it is ready."
        elif near:
            fix = f'A recipe takes contacts out of "{near}", which nobody fills: is that the same one?'
        read.report.warn("audience-never-emptied", read.places[step.id], message, fix)
    filled |= settings.mirrors.keys()
    for name, report, at in _audiences(recipes, segments):
        if name not in filled:
            near = did_you_mean(name, filled)
            fix = f'Did you mean "{near}"?' if near else f"Add a step add_to_audience: {name}."
            report.warn("audience-never-filled", at, f'Nobody ever gets into the audience "{name}".', fix)


def _is_draft(read: ReadRecipe) -> bool:
    return read.recipe is not None and read.recipe.status == "draft"


def check_tags(recipes: Mapping[str, ReadRecipe], segments: Mapping[str, ReadSegment]) -> None:
    """Warn of tags that no step puts on, where one that is put on is written nearly the same."""
    added = {action.tag for _, _, action in steps_of(recipes, AddTag)}
    for name, report, at in _tags(recipes, segments):
        near = [] if name in added else difflib.get_close_matches(name, sorted(added), 1, _ALIKE)
        if near:
            message = f'No step puts on the tag "{name}".'
            report.warn("unknown-tag", at, message, f'Did you mean "{near[0]}"?')


def _audiences(recipes: Mapping[str, ReadRecipe], segments: Mapping[str, ReadSegment]) -> Iterator[_Asked]:
    for report, condition, at in _conditions(recipes, segments):
        if isinstance(condition, InAudience):
            yield _Asked(condition.in_audience, report, at)
    for report, trigger, at in _triggers(recipes):
        if isinstance(trigger, (AudienceJoined, AudienceLeft)):
            yield _Asked(trigger.audience, report, at)


def _tags(recipes: Mapping[str, ReadRecipe], segments: Mapping[str, ReadSegment]) -> Iterator[_Asked]:
    for report, condition, at in _conditions(recipes, segments):
        if isinstance(condition, HasTag):
            yield _Asked(condition.has_tag, report, at)
    for report, trigger, at in _triggers(recipes):
        if isinstance(trigger, (TagAdded, TagRemoved)):
            yield _Asked(trigger.tag, report, at)
    for read, step, action in steps_of(recipes, RemoveTag):
        yield _Asked(action.tag, read.report, read.places[step.id])


def _conditions(
    recipes: Mapping[str, ReadRecipe], segments: Mapping[str, ReadSegment]
) -> Iterator[tuple[Report, Condition, Span]]:
    reads: list[ReadSegment | ReadRecipe] = [*segments.values(), *recipes.values()]
    for read in reads:
        for condition, at in read.conditions:
            yield read.report, condition, at


def _triggers(recipes: Mapping[str, ReadRecipe]) -> Iterator[tuple[Report, Trigger, Span]]:
    for read in recipes.values():
        if read.recipe is not None:
            for trigger, at in zip(read.recipe.triggers, read.triggers, strict=True):
                yield read.report, trigger, at
