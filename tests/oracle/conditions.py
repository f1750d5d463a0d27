"""A naive evaluator of single conditions over everything that is known of a contact.

`holds(condition, history, now, zone)` takes the condition as the YAML gives it and looks through all events
and all changes of attributes and tags, each time anew. Slow, and so simple that it can be believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.oracle import comparing, timing

BUILT_IN_TYPES = {"created_at": "date_time"}
GROUPS = ("all", "any", "none")
_JINJA = ImmutableSandboxedEnvironment(undefined=StrictUndefined)


class UnfilledError(Exception):
    """A placeholder names something that is not there."""


@dataclass(frozen=True)
class Event:
    """`at` is when it was received, `occurred_at` when it happened."""

    name: str
    at: int
    occurred_at: int
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class History:
    """All that ever happened to one contact, in the order in which it was received or done."""

    id: str = ""
    events: list[Event] = field(default_factory=list)
    attributes: list[tuple[int, str, Any]] = field(default_factory=list)  # (at, name, value or None)
    tags: list[tuple[int, str, bool]] = field(default_factory=list)  # (at, tag, put on or taken off)
    seen: list[tuple[int, int]] = field(default_factory=list)  # (at, occurred_at) of every item from outside
    _latest: tuple[int, dict[str, Any]] = (0, {})

    def attributes_at(self, now: int) -> dict[str, Any]:
        """What is known of him at `now`; what holds after the last change is kept until the next one."""
        after_the_last = not self.attributes or now >= self.attributes[-1][0]
        if after_the_last and self._latest[0] == len(self.attributes):
            return self._latest[1]
        latest = {name: value for at, name, value in self.attributes if at <= now}
        known = {name: value for name, value in latest.items() if value is not None}
        if after_the_last:
            self._latest = (len(self.attributes), known)
        return known

    def tags_at(self, now: int) -> set[str]:
        carried: set[str] = set()
        for at, tag, put_on in self.tags:
            if at <= now:
                (carried.add if put_on else carried.discard)(tag)
        return carried

    def known_at(self, now: int) -> bool:
        return any(at <= now for at, _ in self.seen)

    def zone_at(self, now: int, project: str) -> str:
        zone = self.attributes_at(now).get("timezone")
        return str(zone) if timing.is_zone(zone) else project


@dataclass(frozen=True)
class Words:
    """What autoflow.yaml and the segments' files declare; what is not declared compares as text."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[tuple[str, str], str] = field(default_factory=dict)
    segments: Mapping[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """Where a run began: its instant, how many events were known, the properties of the starting one."""

    at: int
    after: int
    event: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Look:
    """One contact at one instant. `since_start` is how goals and exits take a `did` without a window."""

    history: History
    now: int
    project_zone: str
    words: Words = Words()
    start: Start | None = None
    since_start: bool = False

    @property
    def zones(self) -> tuple[str, str]:
        return self.history.zone_at(self.now, self.project_zone), self.project_zone

    def scope(self) -> dict[str, Any]:
        contact = {"id": self.history.id, **self.history.attributes_at(self.now)}
        return {"contact": contact, "event": dict((self.start and self.start.event) or {})}


def holds(
    condition: Any,
    history: History,
    now: int,
    zone: str,
    words: Words | None = None,
    start: Start | None = None,
) -> bool:
    """Whether it holds at `now`: a mapping, or a list of which all must; `zone` is the project's."""
    return true(condition, Look(history, now, zone, words or Words(), start))


def true(condition: Any, look: Look) -> bool:
    if isinstance(condition, list):
        return all(true(each, look) for each in condition)
    subject = next(iter(condition))
    if subject in GROUPS:
        answers = [true(each, look) for each in _listed(condition[subject])]
        return {"all": all(answers), "any": any(answers), "none": not any(answers)}[subject]
    return _LEAVES[subject](condition, look)


def true_of_any(conditions: Any, look: Look) -> bool:
    """As `goal` and `exit` read a list."""
    return any(true(each, look) for each in _listed(conditions))


def member(segment: str, look: Look) -> bool:
    """Whether the contact is in the segment; who is not known yet is in none."""
    if not look.history.known_at(look.now):
        return False
    return true(look.words.segments[segment], Look(look.history, look.now, look.project_zone, look.words))


def _listed(conditions: Any) -> list[Any]:
    return conditions if isinstance(conditions, list) else [conditions]


def _attribute(leaf: Mapping[str, Any], look: Look) -> bool:
    name = leaf["attribute"]
    value = look.history.attributes_at(look.now).get(name)
    ((word, operand),) = ((word, operand) for word, operand in leaf.items() if word != "attribute")
    return _passes(word, operand, value, attribute_type(name, look.words), look)


def attribute_type(name: str, words: Words) -> str:
    return words.attributes.get(name, BUILT_IN_TYPES.get(name, "text"))


def _did(leaf: Mapping[str, Any], look: Look) -> bool:
    count = len(_counted(leaf["did"] if "did" in leaf else leaf["did_not"], leaf, look))
    at_most, exactly = _times(leaf.get("at_most")), _times(leaf.get("exactly"))
    at_least = _times(leaf.get("at_least"))
    if at_least is None:
        at_least = 1 if at_most is None and exactly is None else 0
    enough = count >= at_least
    return enough and (at_most is None or count <= at_most) and (exactly is None or count == exactly)


def _counted(name: str, leaf: Mapping[str, Any], look: Look) -> list[Event]:
    """The events of that name that the leaf's `where` and window let through."""
    zone = look.zones[0]
    chosen = [
        (order, event)
        for order, event in enumerate(look.history.events)
        if event.name == name
        and event.at <= look.now
        and where(leaf.get("where"), name, event.properties, look)
    ]
    if "within_last" in leaf:
        window = timing.span(leaf["within_last"])
        return [event for _, event in chosen if look.now < window.window_from(event.occurred_at, zone)]
    if "longer_ago_than" in leaf:
        window = timing.span(leaf["longer_ago_than"])
        return [event for _, event in chosen if window.window_from(event.occurred_at, zone) <= look.now]
    start = look.start
    from_start = "sum_of" not in leaf and (look.since_start or leaf.get("since") == "start")
    if start is not None and from_start:
        return [event for order, event in chosen if order >= start.after and event.occurred_at >= start.at]
    return [event for _, event in chosen]


def _times(written: Any) -> int | None:
    return None if written is None else int(str(written).split()[0])


def _sum_of(leaf: Mapping[str, Any], look: Look) -> bool:
    name, _, measured = leaf["sum_of"].partition(".")
    numbers = [comparing.number(event.properties.get(measured)) for event in _counted(name, leaf, look)]
    total = sum((each for each in numbers if each is not None), Decimal(0))
    beside = {"sum_of", "where", "within_last"}
    ((word, operand),) = ((word, operand) for word, operand in leaf.items() if word not in beside)
    return _passes(word, operand, str(total), "number", look)


def where(tests: Mapping[str, Any] | None, event: str, properties: Mapping[str, Any], look: Look) -> bool:
    """Whether an event with these properties counts: `where` takes a value, a list of them, or operators."""
    if not tests:
        return True
    for name, asked in tests.items():
        of_type = look.words.properties.get((event, name), "text")
        operators = (
            asked if isinstance(asked, Mapping) else {"in" if isinstance(asked, list) else "is": asked}
        )
        for word, operand in operators.items():
            if not _passes(word, operand, properties.get(name), of_type, look):
                return False
    return True


_LEAVES: dict[str, Callable[[Mapping[str, Any], Look], bool]] = {
    "attribute": _attribute,
    "did": _did,
    "did_not": lambda leaf, look: not _did(leaf, look),
    "sum_of": _sum_of,
    "has_tag": lambda leaf, look: leaf["has_tag"] in look.history.tags_at(look.now),
    "in_segment": lambda leaf, look: member(leaf["in_segment"], look),
}


def _passes(word: str, operand: Any, value: Any, of_type: str, look: Look) -> bool:
    if word in comparing.OPPOSITES:
        return not _passes(comparing.OPPOSITES[word], operand, value, of_type, look)
    try:
        filled = [fill(each, look) for each in operand] if isinstance(operand, list) else fill(operand, look)
    except UnfilledError:
        return False  # a missing value fails every positive test
    return comparing.passes(word, filled, value, of_type, look.now, look.zones)


def fill(written: Any, look: Look) -> Any:
    """The value with its placeholders filled; a text that is one placeholder gives a value, not text."""
    if not isinstance(written, str) or "{{" not in written:
        return written
    try:
        inner = written.strip()
        if inner.startswith("{{") and inner.endswith("}}") and inner.count("{{") == 1:
            value = _JINJA.compile_expression(inner[2:-2], undefined_to_none=False)(**look.scope())
            if isinstance(value, StrictUndefined):
                str(value)  # raises with the name that is missing
            return value
        return _JINJA.from_string(written).render(look.scope())
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise UnfilledError(str(error)) from error
