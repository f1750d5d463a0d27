"""What a trigger, a condition and an action are.

A word of the language is one frozen dataclass in one file: its fields are annotated as `autoflow.kinds.fields`
tells, its docstring says what it does, `example` shows it, and its methods are its behaviour. Pure: no I/O, no
clock, no chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from autoflow.kinds.memory import Memory
from autoflow.kinds.view import View
from autoflow.kinds.where import Discriminant
from autoflow.model.values import Value

Topic = tuple[str, str]
"""What a condition can be touched by: ("memory", key) where an event was counted there, ("attribute", "plan"),
("tag", "vip"), ("segment", "lapsed-buyers"), ("audience", "shoe-fans"). A trigger hears ("event", "purchased"),
("segment_entered", "lapsed-buyers") and so on."""

EVENT, MEMORY = "event", "memory"
ATTRIBUTE, TAG, SEGMENT, AUDIENCE = "attribute", "tag", "segment", "audience"
ZONE: Topic = (ATTRIBUTE, "timezone")
ANY_OWN_DOING = "*"


class Finding(NamedTuple):
    """A mistake that only the kind itself can see; `field` says where to point."""

    field: str
    code: str
    message: str
    fix: str = ""


class Kind:
    """Any word of the language. `short` names the field that a bare value fills (`wait: 2 hours`)."""

    word: ClassVar[str]
    example: ClassVar[str]
    short: ClassVar[str | None] = None

    def findings(self) -> Iterator[Finding]:
        """Mistakes beyond what each field's type already refuses."""
        yield from ()


class Condition(Kind):
    """Something that holds or does not, for one contact at one instant."""

    def topics(self) -> frozenset[Topic]:
        """Everything that can change the answer, time apart."""
        raise NotImplementedError

    def memories(self) -> tuple[Memory, ...]:
        """What must be remembered of events."""
        return ()

    def settled_after(self, memory: str) -> int | None:
        """How many counted events settle the answer for good, as far as that memory goes; None where none do."""
        return None

    def holds(self, view: View) -> bool:
        """Whether it holds."""
        return self.judge(view)[0]

    def judge(self, view: View) -> tuple[bool, int | None]:
        """Whether it holds, and the next instant at which time alone could change that.

        The instant is never later than the true one, and later than the view's; None where time changes nothing.
        """
        return self.holds(view), None

    def seen(self, view: View) -> Value:
        """The value that decided, for people."""
        raise NotImplementedError

    def since_start(self) -> Condition:
        """The same condition as goals and exits mean it (language.md, rule 9)."""
        return self

    def parts(self) -> tuple[Condition, ...]:
        """The conditions that this one groups."""
        return ()

    def says(self) -> str:
        """The condition in plain words, as traces and reports show it."""
        raise NotImplementedError


class Signal(NamedTuple):
    """Something that happened to a contact and that triggers may listen for."""

    topic: Topic
    properties: dict[str, Any]
    occurred_at: int


class Trigger(Kind):
    """Starts a recipe."""

    default_reentry: ClassVar[str] = "always"

    def hears(self) -> frozenset[Topic]:
        """The topics of the signals that could fire it."""
        raise NotImplementedError

    def accepts(self, signal: Signal, view: View) -> bool:
        """Whether a signal it hears fires it."""
        return True

    def discriminant(self) -> Discriminant | None:
        """The values of one property of which a signal must have one to be accepted; None where there is no such."""
        return None

    def memories(self) -> tuple[Memory, ...]:
        """What must be remembered of events."""
        return ()

    def fires_at(self, view: View) -> int | None:
        """The instant at which time alone fires it, as things stand; None where only signals do.

        May lie in the past: then that moment has gone by and fires no more.
        """
        return None


@dataclass(frozen=True, slots=True)
class Wait:
    """Stay on this step until the instant."""

    until: int


@dataclass(frozen=True, slots=True)
class Leave:
    """End the run: `state` is one of the endings in `autoflow.model.effects`."""

    state: str
    reason: str = ""


class Hand(Protocol):
    """What a step may do to the contact; the core lends it for the length of one step."""

    @property
    def view(self) -> View:
        """The contact, the run and the instant."""

    def add_tag(self, tag: str) -> None:
        """Tag the contact; nothing happens where he carries the tag."""

    def remove_tag(self, tag: str) -> None:
        """Take the tag off; nothing happens where he does not carry it."""

    def set_attribute(self, name: str, value: Value) -> None:
        """Set an attribute; None unsets it."""

    def send_email(self, template: str) -> None:
        """Decide a mail at the gate."""

    def notify_sales(self, channel: str, to: str, message: str) -> None:
        """Decide a notice to sales."""

    def join_audience(self, audience: str) -> None:
        """Put the contact into an audience."""

    def leave_audience(self, audience: str) -> None:
        """Take the contact out of an audience."""


class Action(Kind):
    """One step of a recipe."""

    def target(self) -> str:
        """What its default id names beside the word, `product-x200-intro` of `send_email:product-x200-intro`."""
        return ""

    def by_local_clock(self) -> bool:
        """Whether it waits for a time on the contact's clock, which moves with his zone."""
        return False

    def do(self, hand: Hand) -> Wait | Leave | None:
        """Carry the step out; None goes on to the next one."""
        raise NotImplementedError
