"""All that is known of one contact, what of it is seen at one instant, and placeholders filled from that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.oracle import timing


class _Placeholders(ImmutableSandboxedEnvironment):
    """`event.items` is the event's property, and not what Python does with mappings."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return (
                self.getitem(obj, attribute) if attribute in obj else self.undefined(obj=obj, name=attribute)
            )
        return super().getattr(obj, attribute)


def _spelled(value: Any) -> Any:
    return format(Decimal(str(value)), "f") if isinstance(value, float) else value


_JINJA = _Placeholders(undefined=StrictUndefined, finalize=_spelled)


class UnfilledError(Exception):
    """A placeholder names something that is not there, or what it gives cannot be read."""


@dataclass(frozen=True)
class Event:
    """`at` is when it was received, `occurred_at` when it happened; `inside`: a step made it."""

    name: str
    at: int
    occurred_at: int
    properties: Mapping[str, Any] = field(default_factory=dict)
    inside: bool = False


@dataclass
class Stay:
    """A contact's time in a recipe; `until` is None while he is under way."""

    recipe: str
    at: int
    until: int | None = None


@dataclass(frozen=True)
class Adjustment:
    """A score moved by a step, after so many events."""

    at: int
    score: str
    by: Decimal
    after: int


@dataclass
class History:
    """All that ever happened to one contact, in the order in which it was received or done."""

    id: str = ""
    events: list[Event] = field(default_factory=list)
    attributes: list[tuple[int, str, Any]] = field(default_factory=list)  # (at, name, value or None)
    tags: list[tuple[int, str, bool]] = field(default_factory=list)  # (at, tag, put on or taken off)
    audiences: list[tuple[int, str, bool]] = field(default_factory=list)  # (at, audience, in or out)
    stages: list[tuple[int, str]] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    seen: list[tuple[int, int]] = field(default_factory=list)  # (at, occurred_at) of every item from outside
    _latest: tuple[int, dict[str, Any]] = (0, {})

    @property
    def length(self) -> tuple[int, int, int, int]:
        """Changes with whatever could move an instant at which time alone changes something."""
        return len(self.events), len(self.attributes), len(self.adjustments), len(self.stays)

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
        return _in_at(self.tags, now)

    def audiences_at(self, now: int) -> set[str]:
        return _in_at(self.audiences, now)

    def stage_at(self, now: int) -> str | None:
        return next((stage for at, stage in reversed(self.stages) if at <= now), None)

    def known_at(self, now: int) -> bool:
        return any(at <= now for at, _ in self.seen)

    def zone_at(self, now: int, project: str) -> str:
        zone = self.attributes_at(now).get("timezone")
        return str(zone) if timing.is_zone(zone) else project


def _in_at(changes: list[tuple[int, str, bool]], now: int) -> set[str]:
    inside: set[str] = set()
    for at, name, comes in changes:
        if at <= now:
            (inside.add if comes else inside.discard)(name)
    return inside


@dataclass(frozen=True)
class ScoreRule:
    """Points for an event that `where` lets through; `at_most` so many in such a window."""

    event: str
    add: Decimal
    where: Mapping[str, Any] = field(default_factory=dict)
    at_most: tuple[int, timing.Span] | None = None


@dataclass(frozen=True)
class Score:
    """`half_life` in microseconds."""

    floor: Decimal | None = None
    half_life: int | None = None
    rules: tuple[ScoreRule, ...] = ()


@dataclass(frozen=True)
class Words:
    """What autoflow.yaml and the segments' files declare; what is not declared compares as text."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[tuple[str, str], str] = field(default_factory=dict)
    segments: Mapping[str, list[Any]] = field(default_factory=dict)
    scores: Mapping[str, Score] = field(default_factory=dict)
    computed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """Where a run began: its instant, how many events were known, the starting one if an event it was.

    `own_at` is when that event occurred, if the contact did it himself; `trigger` the id of the trigger.
    """

    at: int
    after: int
    event: Mapping[str, Any] | None = None
    name: str = ""
    trigger: str = ""
    own_at: int | None = None


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


def fill(written: Any, look: Look) -> Any:
    """The value with its placeholders filled; a text that is one placeholder gives a value, not text."""
    if isinstance(written, list):
        return [fill(each, look) for each in written]
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
