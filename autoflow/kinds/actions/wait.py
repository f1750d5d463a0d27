"""`wait`: let time pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from autoflow.kinds.base import Action, Finding, Step, Way
from autoflow.kinds.dates import Moments, is_date
from autoflow.kinds.fields import Clock, ClockOrMoment, Days, Length, Offset, Steps
from autoflow.kinds.hand import Go, Hand, Wait
from autoflow.kinds.text import PlaceholderError, Text
from autoflow.model.clock_times import EVERY_DAY, clock_says, longest_gap, next_clock, next_day_says
from autoflow.model.durations import NOTHING, Duration, parse_duration


@dataclass(frozen=True)
class WaitFor(Action):
    """Waits: for a time, until a time of the day on given days, or until a date that a placeholder gives.

    Hours and minutes are elapsed time; days and longer keep the clock time in the contact's zone, and whoever
    changes zone meanwhile is waited for by his new clock. Where the date has gone by, nobody waits, and `then` is
    left out.
    """

    word: ClassVar[str] = "wait"
    short: ClassVar[str] = "duration"
    example: ClassVar[str] = 'wait: {until: "09:30", days: weekdays, not_before: 2 days}'

    duration: Annotated[Duration | Text | None, Length()] = None
    until: Annotated[int | Text | None, ClockOrMoment()] = None
    days: Annotated[frozenset[int], Days()] = EVERY_DAY
    not_before: Duration = NOTHING
    at: Annotated[int | None, Clock()] = None
    offset: Annotated[Duration, Offset()] = NOTHING
    then: Annotated[tuple[Step, ...], Steps()] = ()

    def target(self) -> str:
        if self.duration is not None:
            return str(self.duration) if isinstance(self.duration, Duration) else "as long as it says"
        return f"until {clock_says(self.until)}" if isinstance(self.until, int) else "until its time"

    def nested(self) -> tuple[tuple[Step, ...], ...]:
        return (self.then,)

    def tells(self) -> str:
        if isinstance(self.duration, Duration):
            whole = self.duration.micros == 0
            return f"wait {self.duration}{', to the same time of the day where the contact lives' if whole else ''}"
        if isinstance(self.duration, Text):
            return f"wait as long as “{self.duration.says()}” comes to for the contact"
        if isinstance(self.until, int):
            day = {EVERY_DAY: "the next {}"}.get(self.days, f"{{}} on the next {next_day_says(self.days)}")
            have = "has" if self.not_before.single else "have"
            after = f", not before {self.not_before} {have} passed" if self.not_before != NOTHING else ""
            return f"wait until {day.format(clock_says(self.until))} where the contact lives{after}"
        return f"wait until {self._date_says()}"

    def brief(self) -> str:
        if isinstance(self.duration, Duration):
            return f"wait {self.duration}"
        if isinstance(self.duration, Text):
            return f"wait {self.duration.says()}"
        if isinstance(self.until, int):
            after = f", not before {self.not_before}" if self.not_before != NOTHING else ""
            day = "" if self.days == EVERY_DAY else f" on the next {next_day_says(self.days)}"
            return f"wait until {clock_says(self.until)}{day}{after}"
        return f"wait until {self._date_says()}"

    def _date_says(self) -> str:
        assert isinstance(self.until, Text)
        moved, side = abs(self.offset), "before" if self.offset.rough < 0 else "after"
        at = f", at {clock_says(self.at)} where the contact lives" if self.at is not None else ""
        return f"{f'{moved} {side} ' if moved != NOTHING else ''}{self.until.says()}{at}"

    def beside(self) -> tuple[str, ...]:
        if isinstance(self.until, Text) and not self.then:
            return ("Where that has gone by already, nobody waits.",)
        return ()

    def ways(self) -> tuple[Way, ...]:
        return (Way("when it comes", 0), Way("if it has gone by already")) if self.then else ()

    def lasts(self) -> tuple[Duration, Duration] | None:
        if isinstance(self.duration, Duration):
            return self.duration, self.duration
        if isinstance(self.until, int):
            return self.not_before, self.not_before + Duration(0, longest_gap(self.days), 0)
        return None

    def do(self, hand: Hand) -> Wait | None:
        view = hand.view
        if self.duration is not None:
            length = self.duration
            if isinstance(length, Text):
                length = _length(length.text(view.scope()))
            until, local = length.after(view.now, view.zone), bool(length.months or length.days)
        elif isinstance(self.until, int):
            begins = self.not_before.after(view.now, view.zone)
            until, local = next_clock(begins, self.until, self.days, view.zone), True
        else:
            assert self.until is not None
            written = self.until.value(view.scope())
            moment = Moments(self.offset, self.at).once(written, view.zone, view.project_zone)
            if moment is None:
                raise PlaceholderError(f'"{self.until.source}" gave no date and time.')
            # Whoever is in time at the very second is in time.
            return Wait(moment, is_date(written) or self.at is not None) if moment >= view.now else None
        return Wait(until, local) if until > view.now else None

    def waited(self, *, heard: bool) -> Go | None:
        return Go(0) if self.then else None

    def findings(self) -> Iterator[Finding]:
        by_clock, by_date = isinstance(self.until, int), isinstance(self.until, Text)
        if self.duration is None and self.until is None:
            yield Finding("duration", "missing-key", '"wait" needs a value.', "For example wait: 2 days")
        elif self.duration is not None and self.until is not None:
            message = '"wait" says either how long or until when.'
            yield Finding("until", "value", message, "Remove one of the two.")
        beside = {
            "days": self.days != EVERY_DAY and not by_clock,
            "not_before": self.not_before != NOTHING and not by_clock,
            "at": self.at is not None and not by_date,
            "offset": self.offset != NOTHING and not by_date,
            "then": bool(self.then) and not by_date,
        }
        for field, wrong in beside.items():
            if wrong:
                with_ = (
                    'until: "09:30"' if field in {"days", "not_before"} else 'until: "{{ event.starts_at }}"'
                )
                yield Finding(field, "out-of-place", f'"{field}" goes with {with_} alone.', "Remove it.")


def _length(text: str) -> Duration:
    """A duration that a placeholder gave; one of nothing, or of less, waits for nothing."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise PlaceholderError(str(error)) from error
