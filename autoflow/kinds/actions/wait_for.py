"""`wait_for`: wait until something happens, or its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action, Condition, Finding, Signal, Step, Way
from autoflow.kinds.conditions.all import All
from autoflow.kinds.fields import Name, Steps
from autoflow.kinds.hand import Go, Hand, Wait
from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY, Where
from autoflow.model.durations import NOTHING, Duration

_OF_MAIL = ("email_delivered", "email_opened", "email_clicked", "email_replied")
THEN, OTHERWISE, SKIPPED = range(3)


@dataclass(frozen=True)
class WaitForIt(Action):
    """Waits for an event, or until conditions hold, at most for `up_to`; goes on with `then`, or with `otherwise`.

    An event counts that is received while he waits, at the very end of `up_to` too. In its conditions `did`
    without a window means since the start of the run, as in a goal. `skipped` is for those to whom the mail that
    `where: {template: …}` names was not sent.
    """

    word: ClassVar[str] = "wait_for"
    example: ClassVar[str] = (
        "wait_for: {event: email_clicked, where: {template: welcome}, up_to: 3 days, then: [{add_tag: keen}]}"
    )

    up_to: Duration
    event: Annotated[str | None, Name("event")] = None
    where: Where = EVERY
    conditions_: tuple[Condition, ...] = ()
    then: Annotated[tuple[Step, ...], Steps()] = ()
    otherwise: Annotated[tuple[Step, ...], Steps()] = ()
    skipped: Annotated[tuple[Step, ...], Steps()] = ()

    def target(self) -> str:
        return self.event or "conditions"

    def nested(self) -> tuple[tuple[Step, ...], ...]:
        return self.then, self.otherwise, self.skipped

    def conditions(self) -> tuple[Condition, ...]:
        return () if self._awaited is None else (self._awaited,)

    @cached_property
    def _awaited(self) -> Condition | None:
        return All(self.conditions_).since_start() if self.conditions_ else None

    def tells(self) -> str:
        what = f"{self.event} comes in{self.where.says()}"
        if self.event is None:
            what = " and ".join(
                condition.clause() for condition in All(self.conditions_).since_start().parts()
            )
        return f"wait until {what}, but no longer than {self.up_to}"

    def brief(self) -> str:
        return f"wait for {self.event or 'what is asked'}, {self.up_to} at most"

    def ways(self) -> tuple[Way, ...]:
        soon = (
            "as soon as it comes in"
            if self.event is not None
            else "as soon as that holds, also if it does already"
        )
        found = (
            Way(soon, THEN),
            Way(f"if {self.up_to} pass{'es' if self.up_to.single else ''} without it", OTHERWISE),
        )
        return (*found, Way("if that mail was not sent to him", SKIPPED)) if self.skipped else found

    def lasts(self) -> tuple[Duration, Duration]:
        return NOTHING, self.up_to

    def do(self, hand: Hand) -> Wait | Go:
        view = hand.view
        if self._awaited is not None and self._awaited.holds(view):
            return Go(THEN)
        if (
            self.skipped
            and self._mail is not None
            and view.run is not None
            and self._mail in view.run.skipped
        ):
            return Go(SKIPPED)
        return Wait(self.up_to.after(view.now, view.zone), bool(self.up_to.months or self.up_to.days))

    @cached_property
    def _mail(self) -> str | None:
        """The template whose mail is waited for."""
        tests = dict(self.where.tests)
        asked = tests.get("template")
        only = asked.operand if self.event in _OF_MAIL and asked is not None and asked.word == "is" else None
        return only if isinstance(only, str) else None

    def listens(self) -> str | None:
        return self.event

    def hears(self, signal: Signal, view: View) -> bool:
        in_time = view.run is None or signal.occurred_at >= view.run.start
        return in_time and self.where.matches(signal.properties, view)

    def awaited(self) -> Condition | None:
        return self._awaited

    def waited(self, *, heard: bool) -> Go:
        return Go(THEN if heard else OTHERWISE)

    def findings(self) -> Iterator[Finding]:
        if (self.event is None) == (not self.conditions_):
            message = '"wait_for" waits either for an event or for conditions.'
            yield Finding("event", "missing-key", message, f"For example {self.example}")
        if self.skipped and self._mail is None:
            message = (
                '"skipped" needs the mail that is waited for: event: email_clicked, where: {template: …}.'
            )
            yield Finding("skipped", "out-of-place", message, "Name the template, or remove it.")
        if self.event is None and self.where.tests:
            yield Finding(
                "where", "out-of-place", '"where" goes with "event".', "Name an event, or remove it."
            )
