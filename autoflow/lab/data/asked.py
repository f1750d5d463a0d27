"""What the files ask of the data, and where: attributes and events by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from autoflow.kinds.actions.record_event import RecordEvent
from autoflow.kinds.actions.set_attribute import SetAttribute
from autoflow.kinds.actions.wait_for import WaitForIt
from autoflow.kinds.base import Condition
from autoflow.kinds.conditions.attribute import Attribute
from autoflow.kinds.conditions.score import ScoreIs
from autoflow.kinds.text import Text
from autoflow.kinds.triggers.attribute_changed import AttributeChanged
from autoflow.kinds.triggers.date import Date
from autoflow.kinds.triggers.event import EventTrigger
from autoflow.kinds.triggers.inactivity import Inactivity
from autoflow.language.missing_checks import texts_of
from autoflow.language.recipe import ReadRecipe
from autoflow.language.segment import ReadSegment
from autoflow.language.source import Source, Span
from autoflow.language.steps_of import steps_of
from autoflow.language.template_names import names_of
from autoflow.language.workspace import Read


class Asked(NamedTuple):
    """A name that a file asks for, and where."""

    name: str
    source: Source
    at: Span


def attributes(read: Read) -> Iterator[Asked]:
    """Attributes that conditions, triggers, steps and mails look at; none that is worked out, or that a step sets."""
    settings = read.workspace.settings
    made = {name for _, _, action in steps_of(read.recipes, SetAttribute) for name, _ in action.values}
    for asked in _attributes(read):
        if asked.name in settings.attributes and asked.name not in settings.computed.keys() | made:
            yield asked


def events(read: Read) -> Iterator[Asked]:
    """Events that triggers, conditions and waits listen for; not those that are built in, or that steps record."""
    declared = read.workspace.settings.events
    made = {action.name for _, _, action in steps_of(read.recipes, RecordEvent)}
    for asked in _events(read):
        if asked.name in declared and asked.name not in made and not declared[asked.name].built_in:
            yield asked


def _attributes(read: Read) -> Iterator[Asked]:
    for source, condition, at in _conditions(read):
        if isinstance(condition, Attribute):
            yield _named(condition.attribute, source, at)
    for recipe in _readable(read.recipes):
        source = recipe.report.source
        assert recipe.recipe is not None
        for trigger, at in zip(recipe.recipe.triggers, recipe.triggers, strict=True):
            if isinstance(trigger, (AttributeChanged, Date)):
                yield _named(trigger.attribute, source, at)
        for step in recipe.recipe.steps:
            for text in texts_of(step.action):
                for name in _of_contact(text):
                    yield _named(f"contact.{name}", source, recipe.places[step.id])
    for template in read.workspace.templates.values():
        file = template.file_of(f"{template.name}.html")
        source = Source(file, read.workspace.sources.get(file, ""))
        for path in sorted(template.reads):
            if path.startswith("contact."):
                yield _named(".".join(path.split(".")[:2]), source, Span(0, len(source.text)))


def _events(read: Read) -> Iterator[Asked]:
    for source, condition, at in _conditions(read):
        names = {name for memory in condition.memories() for name in memory.events}
        if not condition.parts() and not isinstance(condition, ScoreIs):
            for name in sorted(names):
                yield _named(name, source, at)
    for recipe in _readable(read.recipes):
        source = recipe.report.source
        assert recipe.recipe is not None
        for trigger, at in zip(recipe.recipe.triggers, recipe.triggers, strict=True):
            heard = trigger.of if isinstance(trigger, Inactivity) else ()
            for name in (trigger.name,) if isinstance(trigger, EventTrigger) else heard:
                yield _named(name, source, at)
    for recipe, step, action in steps_of(read.recipes, WaitForIt):
        if action.event is not None:
            yield _named(action.event, recipe.report.source, recipe.places[step.id])


def _of_contact(text: Text) -> Iterator[str]:
    for path in dict.fromkeys(read.path for read in names_of(str(text.source), False).reads):
        root, _, rest = path.partition(".")
        if root == "contact" and rest:
            yield rest.partition(".")[0]


def _conditions(read: Read) -> Iterator[tuple[Source, Condition, Span]]:
    reads: list[ReadSegment | ReadRecipe] = [*read.segments.values(), *read.recipes.values()]
    for each in reads:
        for condition, at in each.conditions:
            yield each.report.source, condition, at


def _readable(recipes: Mapping[str, ReadRecipe]) -> Iterator[ReadRecipe]:
    return (read for _, read in sorted(recipes.items()) if read.recipe is not None)


def _named(name: str, source: Source, at: Span) -> Asked:
    """The name itself, from where its condition, trigger or step begins."""
    found = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])").search(source.text, at.start)
    place = Span(*found.span()) if found is not None else at
    return Asked(name.removeprefix("contact."), source, place)
