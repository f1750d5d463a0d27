"""What the files ask of the data, and where: attributes and events by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, TypeVar

from autoflow.kinds.actions.record_event import RecordEvent
from autoflow.kinds.actions.set_attribute import SetAttribute
from autoflow.kinds.actions.wait_for import WaitForIt
from autoflow.kinds.base import Condition
from autoflow.kinds.conditions.attribute import Attribute
from autoflow.kinds.conditions.score import ScoreIs
from autoflow.kinds.deeds import Deed
from autoflow.kinds.measures import Measure
from autoflow.kinds.operators import Test
from autoflow.kinds.text import Text
from autoflow.kinds.triggers.attribute_changed import AttributeChanged
from autoflow.kinds.triggers.date import Date
from autoflow.kinds.triggers.event import EventTrigger
from autoflow.kinds.triggers.inactivity import Inactivity
from autoflow.kinds.triggers.page_visited import PageVisited
from autoflow.kinds.where import Where
from autoflow.language.lints.missing import texts_of
from autoflow.language.recipe import ReadRecipe
from autoflow.language.segment import ReadSegment
from autoflow.language.source import Source, Span
from autoflow.language.steps_of import steps_of
from autoflow.language.templates.names import names_of
from autoflow.language.workspace import Read
from autoflow.model.event import PAGE_VISITED

MAIL_TELLS = frozenset(
    {"email_delivered", "email_opened", "email_clicked", "email_replied", "email_complained"}
)
"""Built-in events that only others see."""


class Asked(NamedTuple):
    """A name that a file asks for, and where."""

    name: str
    source: Source
    at: Span

    @property
    def subject(self) -> str:
        """What is asked for."""
        return self.name


class AskedOf(NamedTuple):
    """A property of an event that a file asks for, and where; what becomes of an event that lacks it: it is not
    `summed`, or it is `taken in`; nothing to be told where it just does not count.
    """

    event: str
    name: str
    decides: Literal["", "summed", "taken in"]
    source: Source
    at: Span

    @property
    def subject(self) -> tuple[str, str]:
        """What is asked for."""
        return self.event, self.name


A = TypeVar("A", Asked, AskedOf)


def once_a_file(asked: Iterable[A]) -> Iterator[A]:
    """Of what a file asks for several times, the first."""
    told: set[tuple[str, object]] = set()
    for each in sorted(asked, key=lambda each: (each.source.file, each.at)):
        place = (each.source.file, each.subject)
        if place not in told:
            told.add(place)
            yield each


def attributes(read: Read) -> Iterator[Asked]:
    """Attributes that conditions, triggers, steps and mails look at; none that is worked out, or that a step sets."""
    settings = read.workspace.settings
    made = {name for _, _, action in steps_of(read.recipes, SetAttribute) for name, _ in action.values}
    for asked in _attributes(read):
        if asked.name in settings.attributes and asked.name not in settings.computed.keys() | made:
            yield asked


def events(read: Read) -> Iterator[Asked]:
    """Events that triggers, conditions and waits listen for; not those that autoflow or steps bring about.

    What becomes of mail is among them, where only others see it.
    """
    known = _from_outside(read) | MAIL_TELLS
    return (asked for asked in _events(read) if asked.name in known)


def properties(read: Read) -> Iterator[AskedOf]:
    """Properties of events from outside that triggers, conditions and waits ask for."""
    known = _from_outside(read) | {PAGE_VISITED}
    return (asked for asked in _properties(read) if asked.event in known)


def _from_outside(read: Read) -> set[str]:
    """Events that are declared, but for those that steps record."""
    declared = read.workspace.settings.events
    made = {action.name for _, _, action in steps_of(read.recipes, RecordEvent)}
    return {name for name, event in declared.items() if not event.built_in} - made


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


def _properties(read: Read) -> Iterator[AskedOf]:
    for source, condition, at in _conditions(read):
        if isinstance(condition, Measure):
            place = _place(condition.path, source, at)
            yield AskedOf(condition.event, condition.measured, "summed", source, place)
        if isinstance(condition, (Deed, Measure)):
            yield from _tested(condition.event, condition.where, source, at)
    for recipe in _readable(read.recipes):
        assert recipe.recipe is not None
        for trigger, at in zip(recipe.recipe.triggers, recipe.triggers, strict=True):
            if isinstance(trigger, EventTrigger):
                yield from _tested(trigger.name, trigger.where, recipe.report.source, at)
            elif isinstance(trigger, PageVisited):
                yield from _tested(PAGE_VISITED, trigger.where, recipe.report.source, at)
    for recipe, step, action in steps_of(read.recipes, WaitForIt):
        if action.event is not None:
            yield from _tested(action.event, action.where, recipe.report.source, recipe.places[step.id])


def _tested(event: str, where: Where, source: Source, at: Span) -> Iterator[AskedOf]:
    """What `where` asks of an event; whoever lacks it is taken in where only complements are asked for."""
    asked: dict[str, list[Test]] = {}
    for name, test in where.tests:
        asked.setdefault(name, []).append(test)
    for name, tests in asked.items():
        if any(test.word != "is_set" or test.operand for test in tests):
            taken_in = all(test.passes_nothing(holds=True) for test in tests)
            place = _place(name, source, at)
            yield AskedOf(event, name, "taken in" if taken_in else "", source, place)


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
    return Asked(name.removeprefix("contact."), source, _place(name, source, at))


def _place(name: str, source: Source, at: Span) -> Span:
    """The name itself, from where its condition, trigger or step begins."""
    found = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])").search(source.text, at.start)
    return Span(*found.span()) if found is not None else at
