"""What a step may do to the contact, and what it may answer: go on, wait, hold, leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from autoflow.kinds.view import View
from autoflow.model.values import Value


@dataclass(frozen=True, slots=True)
class Wait:
    """Stay on this step until the instant; `local` where the contact's clock says when that is."""

    until: int
    local: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Stay on this step, and try it again at the instant: the gate lets nothing pass before."""

    until: int


@dataclass(frozen=True, slots=True)
class Go:
    """Go on with that one of the step's branches."""

    branch: int


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

    @property
    def step(self) -> str:
        """The id of the step."""

    def add_tag(self, tag: str) -> None:
        """Tag the contact; nothing happens where he carries the tag."""

    def remove_tag(self, tag: str) -> None:
        """Take the tag off; nothing happens where he does not carry it."""

    def set_attribute(self, name: str, value: Value) -> None:
        """Set an attribute; None unsets it."""

    def adjust_score(self, score: str, points: int) -> None:
        """Add points, in millionths."""

    def set_stage(self, stage: str) -> None:
        """Move the contact to a stage; nothing happens where he stands there."""

    def consent(self, topic: str, *, given: bool) -> None:
        """Write down that consent was given or withdrawn; "*" is everything."""

    def record_event(self, name: str, properties: dict[str, Any]) -> None:
        """Record an event of our own making."""

    def enter_recipe(self, recipe: str) -> None:
        """Let the contact enter another recipe, if that lets him."""

    def send_email(self, template: str, skip_after: int | None, *, ignore_quiet: bool) -> Hold | None:
        """Decide a mail at the gate; `skip_after` says after how many microseconds it is not worth sending."""

    def notify_sales(self, channel: str, to: str, message: str, limit: Limited | None) -> None:
        """Decide a notice to sales."""

    def create_task(self, title: str, to: str, due: str, note: str) -> None:
        """Put something on a colleague's list; `due` is an ISO date or empty."""

    def call_webhook(self, endpoint: str, payload: dict[str, Value]) -> None:
        """Decide a call to an endpoint."""

    def join_audience(self, audience: str) -> None:
        """Put the contact into an audience."""

    def leave_audience(self, audience: str) -> None:
        """Take the contact out of an audience."""

    def draw(self, part: str, *, holdout: bool) -> None:
        """Write down which part of a split the run walks, and from here on whether it is held out."""


class Limited(Protocol):
    """A limit with what it must remember."""

    def free_at(self, view: View) -> int | None:
        """None where one more may follow now."""
