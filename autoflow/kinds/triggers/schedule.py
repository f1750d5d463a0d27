"""`schedule`: the clock, for everybody or for a segment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from autoflow.kinds.base import SEGMENT, ZONE, Finding, Topic, Trigger
from autoflow.kinds.calendar import Calendar, cron_finding
from autoflow.kinds.fields import Days, Moment, Name
from autoflow.kinds.view import View
from autoflow.model.instants import from_wall, to_wall
from autoflow.model.values import Value

USUAL = 9 * 60


@dataclass(frozen=True)
class Schedule(Trigger):
    """Starts by the clock, for every contact who is known, or in the segment, at that moment.

    `every` names days, and `at` a time of the day (09:00 unless said); or `at` alone names one date and time; or
    `cron` is a line of five fields. It is the contact's clock, or with `zone: project` the project's. Whoever
    changes his zone comes to no time of his clock twice.
    """

    word: ClassVar[str] = "schedule"
    example: ClassVar[str] = 'schedule: {every: monday, at: "09:00", segment: vip}'

    every: Annotated[frozenset[int] | None, Days(months=True)] = None
    at: Annotated[str | None, Moment()] = None
    cron: str | None = None
    segment: Annotated[str | None, Name("segment")] = None
    zone: Literal["contact", "project"] = "contact"

    def says(self) -> str:
        who = f', for whoever is in the segment "{self.segment}"' if self.segment is not None else ""
        return f"the clock comes to {self._calendar.says()}{who}"

    def rhythm(self) -> str:
        return self._calendar.rhythm()

    def beside(self) -> tuple[str, ...]:
        clock = "By the clock where he lives." if self.zone == "contact" else "By the project's clock."
        return (
            (clock,) if self.segment is not None else ("That concerns everybody who is known by then.", clock)
        )

    def hears(self) -> frozenset[Topic]:
        asked = (
            f"{self.cron or ''}|{sorted(self.every or ())}|{self.at or ''}|{self.segment or ''}|{self.zone}"
        )
        return frozenset({(self.word, asked)})

    def topics(self) -> frozenset[Topic]:
        zone = {ZONE} if self.zone == "contact" else set()
        return frozenset(zone | ({(SEGMENT, self.segment)} if self.segment is not None else set()))

    @cached_property
    def _calendar(self) -> Calendar:
        return Calendar(self.every, self.at, self.cron)

    def fires_at(self, view: View, after: int) -> int | None:
        if self.segment is not None and self.segment not in view.record.segments:
            return None
        if self.zone == "project":
            return self._calendar.first_after(after, view.project_zone)
        zone, last = view.zone, view.record.fired.get(self._name)
        found = self._calendar.first_after(after, zone)
        while found is not None and last is not None and _reading(found, zone) <= last:
            found = self._calendar.first_after(found, zone)
        return found

    def mark(self, view: View) -> Value:
        """What the contact's clock shows, so that whoever moves to where it is earlier does not come to it again."""
        return _reading(view.now, view.zone) if self.zone == "contact" else None

    @cached_property
    def _name(self) -> str:
        ((word, asked),) = self.hears()
        return f"{word}:{asked}"

    def findings(self) -> Iterator[Finding]:
        yield from self._calendar.findings(self.example)
        if self.cron is not None:
            yield from cron_finding(self.cron)


def _reading(instant: int, zone: str) -> int:
    """What a clock in the zone shows, as a number that grows with it."""
    return from_wall(to_wall(instant, zone), "UTC")
