"""Values that somebody may lack: a step that shows one ends his run as failed, and a mail cannot be made.

Told where nothing stands in for the value, and neither what starts the recipe nor a condition makes sure of it. The
address is left alone: whoever gets mail has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from autoflow.kinds.actions.choose import Choose
from autoflow.kinds.actions.send_email import SendEmail
from autoflow.kinds.actions.set_attribute import SetAttribute
from autoflow.kinds.base import EVENT, Action, Step, Trigger
from autoflow.kinds.conditions.attribute import Attribute
from autoflow.kinds.conditions.event_property import EventProperty
from autoflow.kinds.operators import COMPLEMENTS
from autoflow.kinds.text import Text
from autoflow.kinds.triggers.manual import Manual
from autoflow.language.lints.entry import Fact, Facts
from autoflow.language.names import Names
from autoflow.language.recipe import ReadRecipe
from autoflow.language.source import FIRST, Source, Span
from autoflow.language.templates.stand_ins import shown_bare
from autoflow.language.templates.templates import Template
from autoflow.model.problems import Problem

_ALWAYS = frozenset({"contact.id", "contact.email"})


class Sent(NamedTuple):
    """A step that sends a mail, with the values that are sure where it does, and why others are not."""

    template: str
    sure: frozenset[str]
    way: _Ways


def check_missing(recipes: Mapping[str, ReadRecipe], known: Facts, names: Names) -> list[Sent]:
    """Warn of steps that show what somebody may lack, each value once a recipe; returns the mails that are sent."""
    sent: list[Sent] = []
    for read in recipes.values():
        if read.recipe is not None and names.declared:
            sent += _Checking(read, known, names).check()
    return sent


def missing_in_mail(
    template: Template, sent: Iterable[Sent], sources: Mapping[str, str]
) -> Iterator[Problem]:
    """Warnings of what a mail shows and some to whom it is sent may lack."""
    senders = [each for each in sent if each.template == template.name]
    own = (f"{template.name}.{part}" for part in ("subject", "preheader", "html", "txt"))
    bare = {
        path: template.file_of(source)
        for source in own
        if source in template.sources
        for path in sorted(shown_bare(template.sources[source], False), reverse=True)
    }
    for path, file in sorted(bare.items()):
        unsure = next((each for each in senders if path not in each.sure), None)
        why = unsure.way.why(path) if unsure is not None else ""
        if why:
            text = sources.get(file, "")
            source, start = Source(file, text), max(text.find(path), 0)
            span = Span(start, start + len(path))
            message, fix = f"{why}: then this mail cannot be made.", _fix(path, text[:start])
            yield source.problem("may-be-missing", span, message, fix, "warning")


class _Ways:
    """The ways into a recipe, and what each brings along."""

    def __init__(self, read: ReadRecipe, names: Names) -> None:
        assert read.recipe is not None
        self.names = names
        handed = names.handed.get(read.recipe.id, frozenset())
        self.events: list[tuple[str, str]] = [("", name) for name in sorted(handed)]
        for trigger, at in zip(read.recipe.triggers, read.triggers, strict=True):
            line = read.report.source.line_number(at.start)
            heard = [name for kind, name in trigger.hears() if kind == EVENT]
            if heard or not (handed and isinstance(trigger, Manual)):
                self.events += [(f"the trigger in line {line}", name) for name in heard or [""]]

    def why(self, path: str) -> str:
        """Why a value may be missing, in a sentence without its end; nothing where it is always there."""
        root, _, name = path.partition(".")
        if root == "contact":
            computed = self.names.settings.computed.get(name)
            undeclared = name not in self.names.settings.attributes
            sure = undeclared or path in _ALWAYS or (computed is not None and computed.begins is not None)
            return "" if sure else f'Somebody may have no "{name}"'
        without = [by for by, event in self.events if not self._brings(event, name)]
        if not without or len(without) == len(self.events):  # never there: told as that
            return ""
        return f'Whoever comes by {without[0] or "another recipe"} brings no "{path}"'

    def _brings(self, event: str, name: str) -> bool:
        properties = self.names.properties(event) if event else {}
        return properties is None or name in properties


class _Checking:
    """One recipe."""

    def __init__(self, read: ReadRecipe, known: Facts, names: Names) -> None:
        assert read.recipe is not None
        self.read = read
        self.recipe = read.recipe
        self.known = known
        self.ways = _Ways(read, names)
        self.told: set[str] = set()
        self.sent: list[Sent] = []

    def check(self) -> list[Sent]:
        asked = (self.read.asked.get(key, ()) for key in ("conditions", "keep_while"))
        facts = [fact for entries in asked for fact in self.known.of(entries, self.read.report, "condition")]
        brought = (self.brought(trigger) for trigger in self.recipe.triggers)
        inner = {
            id(step.action) for step in self.recipe.steps for each in step.action.nested() for step in each
        }
        first = [step for step in self.recipe.steps if id(step.action) not in inner]
        self.walk(first, frozenset(present(facts)) | frozenset.intersection(*brought))
        return self.sent

    def brought(self, trigger: Trigger) -> frozenset[str]:
        """What everybody has who comes by a trigger."""
        surely = trigger.surely()
        if surely is None:
            return frozenset()
        return frozenset(present(self.known.of([(surely, FIRST)], self.read.report, "trigger")))

    def walk(self, steps: Iterable[Step], sure: frozenset[str]) -> None:
        """Look at the steps of a branch, and of the branches in it."""
        for step in steps:
            for text in texts_of(step.action):
                for path in sorted(shown_bare(str(text.source), True) - sure - self.told):
                    self.tell(path, step)
            if isinstance(step.action, SendEmail):
                self.sent.append(Sent(step.action.template, sure, self.ways))
            if isinstance(step.action, SetAttribute):
                sure = sure | {f"contact.{name}" for name, _ in step.action.values}
            if isinstance(step.action, Choose):
                for case in step.action.cases:
                    asked = [] if case.condition is None else [(case.condition, FIRST)]
                    facts = self.known.of(asked, self.read.report, "case")
                    self.walk(case.steps, sure.union(present(facts)))
            else:
                for branch in step.action.nested():
                    self.walk(branch, sure)

    def tell(self, path: str, step: Step) -> None:
        why = self.ways.why(path)
        if why:
            self.told.add(path)
            source, at = self.read.report.source, self.read.places[step.id]
            start = source.text.find(path, at.start)
            span = Span(start, start + len(path)) if start >= 0 else at
            message = f"{why}: then the run fails here."
            found = source.problem("may-be-missing", span, message)
            if all(
                (each.line, each.column) != (found.line, found.column) for each in self.read.report.problems
            ):
                self.read.report.warn("may-be-missing", span, message, _fix(path, source.text[: span.start]))


def _fix(path: str, before: str) -> str:
    """How to mend it, in quotes that may stand inside those that are open behind `before`."""
    opened = re.search(r"[:,\[{-]\s+'[^'\n]*$", before)
    stand_in = 'default("…")' if opened else "default('…')"
    root, _, name = path.partition(".")
    word = "attribute" if root == "contact" else "event_property"
    asked = f"{{{word}: {name}, is_set: true}}"
    return f"Give it a stand-in, {{{{ {path} | {stand_in} }}}}, or add {asked} to the recipe's conditions."


def present(facts: Iterable[Fact]) -> Iterator[str]:
    """The values without which these would not hold, as placeholders name them."""
    for fact in facts:
        if isinstance(fact.condition, (Attribute, EventProperty)):
            test = fact.condition.test
            takes_none = test.word in COMPLEMENTS or (test.word == "is_set" and test.operand is False)
            if takes_none is fact.negated:
                yield _path(fact.condition)


def _path(condition: Attribute | EventProperty) -> str:
    if isinstance(condition, Attribute):
        return f"contact.{condition.attribute}"
    return f"event.{condition.event_property}"


def texts_of(action: Action) -> Iterator[Text]:
    """The texts of a step in which placeholders stand, also those that are given to names."""
    for value in vars(action).values():
        pairs = value if isinstance(value, tuple) else ((None, value),)
        for pair in pairs:
            text = pair[1] if isinstance(pair, tuple) and len(pair) == 2 else None
            if isinstance(text, Text) and not text.constant:
                yield text
