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

    `of` is one of: segment, template, event, attribute, tag, audience, recipe, sales channel.
    """

    of: str


@dataclass(frozen=True, slots=True)
class Times:
    """A count written as `2 times` (or a bare whole number)."""


@dataclass(frozen=True, slots=True)
class Glob:
    """Text in which `*` stands for anything."""


@dataclass(frozen=True, slots=True)
class Operators:
    """One of the worded operators stands beside the subject; `subject` names the field with the name.

    `of` says how the subject's declared type is found: attribute, event_property or number.
    """

    of: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """`EVENT.PROPERTY`, both declared, the property a number."""


@dataclass(frozen=True, slots=True)
class Assignments:
    """A mapping of declared attributes to values."""
