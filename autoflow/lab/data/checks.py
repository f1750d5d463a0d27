"""The files beside everybody: what they ask for that nobody has, segments that part nobody.

Everybody is looked at once. A segment that is not in force as it stands in the files is left out where only the engine
could work it out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from autoflow.kinds.base import ATTRIBUTE, SEGMENT
from autoflow.kinds.conditions.attribute import Attribute
from autoflow.kinds.view import View
from autoflow.lab.data.asked import Asked, attributes, once_a_file
from autoflow.lab.data.segments import IS_SET, Counted, leaves_of, warning
from autoflow.lab.simulation.collecting import no_collecting
from autoflow.language.definitions import Segment, Workspace
from autoflow.language.lints.entry import Facts
from autoflow.language.lints.missing import present
from autoflow.language.source import Source, Span
from autoflow.language.workspace import Read
from autoflow.model.problems import Problem
from autoflow.store.everybody import Everybody


class Found(NamedTuple):
    """Warnings about the files, from so many `contacts`; `left_out` are the segments that could not be asked."""

    problems: list[Problem]
    contacts: int
    left_out: list[str]


def check_data(
    everybody: Everybody,
    read: Read,
    applied: Workspace | None,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Look at everybody once, and say what the files ask in vain of them."""
    asked = list(attributes(read))
    complements = list(_complements(read))
    names = sorted(
        {each.name for each in asked} | _maybe_missing(read.workspace) | {name for name, _, _ in complements}
    )
    ready = _Ready(everybody, read.workspace, applied)
    segments = [
        Counted(each, ready.same(SEGMENT, name))
        for name, each in read.segments.items()
        if ready.can_ask(each.segment)
    ]
    having: Counter[str] = Counter()
    contacts = 0
    with no_collecting():
        for record in everybody.records(progress):
            contacts += 1
            having.update(name for name in names if record.known(name) is not None)
            view = View(record, everybody.at, everybody.program.zone)
            for segment in segments:
                segment.ask(view)
    problems = [problem for segment in segments for problem in segment.problems(contacts)]
    if contacts:
        problems += _nobody_has((each for each in asked if not having[each.name]), contacts)
    for name, source, at in complements:
        if lacking := contacts - having[name]:
            have, each_ = ("has", "passes") if lacking == 1 else ("have", "pass")
            message = (
                f'{lacking:,} of {contacts:,} contacts {have} no "{name}", and {each_} here all the same.'
            )
            problems.append(warning("takes-in-missing", source, at, message, IS_SET.format(name)))
    left_out = sorted(read.segments.keys() - {each.name for each in segments})
    return Found(problems + _with_counts(read.workspace, having, contacts), contacts, left_out)


class _Ready:
    """What the records can answer: they remember what is in force."""

    def __init__(self, everybody: Everybody, workspace: Workspace, applied: Workspace | None) -> None:
        self.remembered = everybody.program.memory_keys()
        self.workspace = workspace
        self.applied = applied

    def can_ask(self, segment: Segment | None) -> bool:
        """Whether the answer would be that of the engine."""
        if segment is None or self.applied is None:
            return False
        if any(memory.key not in self.remembered for memory in segment.conditions.memories()):
            return False
        return all(self.same(kind, name) for kind, name in segment.conditions.topics())

    def same(self, kind: str, name: str) -> bool:
        """Whether what a condition looks at is in force as it stands in the files."""
        assert self.applied is not None
        if kind == SEGMENT:
            ours, theirs = self.workspace.segments.get(name), self.applied.segments.get(name)
            return ours is not None and theirs is not None and ours.hash == theirs.hash
        if kind == ATTRIBUTE:
            computed = (self.workspace.settings.computed.get(name), self.applied.settings.computed.get(name))
            return computed[0] == computed[1]
        return True


def _complements(read: Read) -> Iterator[tuple[str, Source, Span]]:
    """Attributes whose lack lets somebody into a recipe, unless another condition asks that they are set."""
    known = Facts(read.workspace.segments)
    for recipe in read.recipes.values():
        for key in ("conditions", "keep_while"):
            asked = recipe.asked.get(key, ())
            sure = set(present(known.of(asked, recipe.report, "condition")))
            for condition, inverted, at in leaves_of(asked, recipe.conditions):
                if not isinstance(condition, Attribute) or f"contact.{condition.attribute}" in sure:
                    continue
                if condition.test.passes_nothing(holds=not inverted):
                    yield condition.attribute, recipe.report.source, at


def _nobody_has(asked: Iterable[Asked], contacts: int) -> Iterator[Problem]:
    """Warn of each attribute once a file."""
    for name, source, at in once_a_file(asked):
        message = f'Of {contacts:,} contact{"" if contacts == 1 else "s"} none has a "{name}".'
        fix = "See that it comes in under this name: `autoflow contact show WHO` shows what is known."
        yield warning("nobody-has", source, at, message, fix)


def _maybe_missing(workspace: Workspace) -> set[str]:
    """The attributes of which it was told that somebody may lack them."""
    return {path.removeprefix("contact.") for _, path in _told_missing(workspace)}


def _with_counts(workspace: Workspace, having: Counter[str], contacts: int) -> list[Problem]:
    """The same warnings, with how many lack the value."""
    found = []
    for problem, path in _told_missing(workspace):
        name = path.removeprefix("contact.")
        lacking = contacts - having[name]
        if lacking:
            told = f'{lacking:,} of {contacts:,} contacts {"has" if lacking == 1 else "have"} no "{name}"'
            said = problem.message.replace(f'Somebody may have no "{name}"', told)
            found.append(replace(problem, message=said))
    return found


def _told_missing(workspace: Workspace) -> Iterator[tuple[Problem, str]]:
    for problem in workspace.problems:
        if problem.code == "may-be-missing":
            line = Source(problem.file, workspace.sources.get(problem.file, "")).line(problem.line)
            path = line[problem.column - 1 : problem.column - 1 + problem.width]
            if path.startswith("contact."):
                yield problem, path
