"""Segments asked about everybody: who is in them, who fulfils what, and who counts for lack of a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from autoflow.kinds.base import Condition
from autoflow.kinds.conditions.attribute import Attribute
from autoflow.kinds.conditions.none import NoneOf
from autoflow.kinds.operators import Test
from autoflow.kinds.view import View
from autoflow.language.codes import Code
from autoflow.language.names import listed
from autoflow.language.segment import ReadSegment
from autoflow.language.source import Source, Span
from autoflow.model.problems import Problem
from autoflow.model.values import Value

IS_SET = "Add {{attribute: {}, is_set: true}} where they are not meant."
_FEW = 12
_PERSONAL = ("email", "first_name", "last_name", "phone", "postal_code", "owner_email")  # and no category
_EXPLAIN = " `autoflow segments {} --explain` shows what each condition does."

Entries = Sequence[tuple[Condition, Span]]


@dataclass
class Counted:
    """One segment with what has been counted: members, who fulfils each entry of its list, and who lacks a value.

    `applied`: it is in force as the files have it.
    """

    read: ReadSegment
    applied: bool
    values: dict[int, Counter[str]] = field(default_factory=dict)
    members: int = 0
    fulfil: Counter[int] = field(default_factory=Counter)
    lacking: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.leaves = [
            each for each in leaves_of(self.read.asked, self.read.conditions) if _asks_for_a_value(each[0])
        ]
        self.values = {
            number: Counter()
            for number, (condition, _) in enumerate(self.read.asked)
            if isinstance(condition, Attribute)
            and condition.test.word in {"is", "in"}
            and condition.attribute not in _PERSONAL
        }

    @property
    def name(self) -> str:
        """The segment's name."""
        assert self.read.segment is not None
        return self.read.segment.id

    def ask(self, view: View) -> None:
        """Ask one contact."""
        every = True
        for number, (condition, _) in enumerate(self.read.asked):
            holds = condition.judge(view)[0]
            self.fulfil[number] += holds
            if number in self.values:
                self.note(number, condition.seen(view))
            every = every and holds
        if every:
            self.members += 1
            for number, (condition, inverted, _) in enumerate(self.leaves):
                if condition.misses(view) and condition.judge(view)[0] is not inverted:
                    self.lacking[number] += 1

    def note(self, number: int, value: Value) -> None:
        """Note what somebody has, while there are few such values."""
        noted = self.values[number]
        if isinstance(value, str) and (value in noted or len(noted) <= _FEW):
            noted[value] += 1

    def there_are(self, number: int) -> str:
        """The values that there are in place of the one that is asked for, where they are few."""
        noted = self.values.get(number, Counter())
        condition = self.read.asked[number][0]
        if not noted or len(noted) > _FEW or not isinstance(condition, Attribute):
            return ""
        return (
            f' People have as "{condition.attribute}": {listed(value for value, _ in noted.most_common())}.'
        )

    def problems(self, contacts: int) -> Iterator[Problem]:
        """What is wrong with it, where there is anybody."""
        source, everyone = self.read.report.source, f"{contacts:,} contact{'' if contacts == 1 else 's'}"
        assert self.read.segment is not None
        if not contacts:
            return
        if not self.members and self.read.segment.kind != "deny":
            number = next((n for n in range(len(self.read.asked)) if not self.fulfil[n]), None)
            why = (
                "no one fulfils all of its conditions" if number is None else "no one fulfils this condition"
            )
            message = f"Nobody is in this segment: of {everyone} {why}."
            fix = f"See that it asks for what people have.{self.there_are(number or 0)}{self.explain()}"
            yield warning("holds-nobody", source, self.read.asked[number or 0][1], message, fix)
        if self.members == contacts:
            message = f"Everybody is in this segment: {contacts:,} of {everyone}."
            fix = f"See that it asks for what only some have.{self.explain()}"
            yield warning("holds-everybody", source, self.read.asked[0][1], message, fix)
        for number, (condition, _, at) in enumerate(self.leaves):
            if self.lacking[number]:
                value = getattr(condition, "attribute", "")
                what = f'no "{value}"' if value else "no value here"
                of = f"{self.lacking[number]:,} of its {self.members:,} members"
                said = "has {}, and counts" if self.lacking[number] == 1 else "have {}, and count"
                message = f"{of} {said.format(what)} all the same."
                fix = IS_SET.format(value) if value else "Ask for what makes sure that there is one."
                yield warning("takes-in-missing", source, at, message, fix)

    def explain(self) -> str:
        """Where to read on."""
        return _EXPLAIN.format(self.name) if self.applied else ""


def leaves_of(asked: Entries, conditions: Entries) -> Iterator[tuple[Condition, bool, Span]]:
    """The conditions at the end of groups, whether they count where they do not hold, and where they stand."""
    places = {id(condition): at for condition, at in conditions}

    def down(condition: Condition, inverted: bool) -> Iterator[tuple[Condition, bool, Span]]:  # noqa: FBT001
        if not condition.parts() and id(condition) in places:
            yield condition, inverted, places[id(condition)]
        for part in condition.parts():
            yield from down(part, inverted is not isinstance(condition, NoneOf))

    for condition, _ in asked:
        yield from down(condition, False)


def _asks_for_a_value(condition: Condition) -> bool:
    test = getattr(condition, "test", None)
    return isinstance(test, Test) and test.word != "is_set"


def warning(code: Code, source: Source, at: Span, message: str, fix: str) -> Problem:
    """A warning at a place."""
    return source.problem(code, at, message, fix, "warning")
