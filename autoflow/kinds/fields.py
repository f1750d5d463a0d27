"""How a kind declares what its fields mean, for the reader, the schema and the reference page.

A kind is a frozen dataclass; its annotations carry these marks:

    segment: Annotated[str, Name("segment")]
    up_to: Duration
    where: Where = EVERY
    message: Text
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A name of something in the workspace, looked up when the file is read.

    `of` is one of: segment, template, event, attribute, tag, audience, recipe, stage, score, webhook, topic,
    trigger, sales channel. `types` narrows an attribute down to those of these types.
    """

    of: str
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Times:
    """A count written as `2 times` (or a bare whole number); with `share` also as `50% of before`."""

    share: bool = False


@dataclass(frozen=True, slots=True)
class TypeOf:
    """Not written: the declared type of the attribute that the field `attribute` names."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Glob:
    """Text in which `*` stands for anything."""


@dataclass(frozen=True, slots=True)
class Operators:
    """One of the worded operators stands beside the subject; `subject` names the field with the name.

    `of` says how the subject's declared type is found: attribute, event_property or number. With `share` the
    number may be a share of what the window before held.
    """

    of: str
    subject: str = ""
    share: bool = False


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """`EVENT.PROPERTY`, both declared; the property a number, unless `any_type`."""

    any_type: bool = False


@dataclass(frozen=True, slots=True)
class Assignments:
    """A mapping of declared attributes to values."""


@dataclass(frozen=True, slots=True)
class Properties:
    """A mapping of declared properties of the event that the field `event` names to values."""

    event: str


@dataclass(frozen=True, slots=True)
class Payload:
    """A mapping of any keys to values."""


@dataclass(frozen=True, slots=True)
class OneOrMore:
    """A value of the attribute that the field `attribute` names, or a list of them."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Steps:
    """A list of actions."""


@dataclass(frozen=True, slots=True)
class Cases:
    """A list of `if` with `actions`, and at its end an `otherwise`."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A list of parts with percents."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of the day, `09:30`, in minutes since midnight."""


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """Two times of the day, `["09:00", "17:00"]`."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the week: `weekdays`, `weekend`, `monday`, or a list; with `months` also `month`, the first of each."""

    months: bool = False


@dataclass(frozen=True, slots=True)
class Offset:
    """A duration that may be negative: `-3 days`."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many in which time: `1 per 7 days`."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and time, `2026-11-27 09:00`, as a reading of a clock."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, in millionths."""


@dataclass(frozen=True, slots=True)
class Length:
    """A duration, or a placeholder that gives one."""


@dataclass(frozen=True, slots=True)
class ClockOrMoment:
    """A time of the day in minutes, or a placeholder that gives a date or a date and time."""
