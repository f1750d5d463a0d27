"""`date`: a date of the contact's has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from autoflow.kinds.base import ATTRIBUTE, ZONE, Condition, Topic, Trigger
from autoflow.kinds.conditions.attribute import Attribute
from autoflow.kinds.dates import Moments
from autoflow.kinds.fields import Clock, Name, Offset, TypeOf
from autoflow.kinds.operators import Test
from autoflow.kinds.view import View
from autoflow.model.clock_times import clock_says
from autoflow.model.durations import NOTHING, Duration
from autoflow.model.values import Value

USUAL = 9 * 60


@dataclass(frozen=True)
class Date(Trigger):
    """Starts on the day that an attribute names, at the time on the contact's clock (09:00 unless said).

    `offset` moves it, before or after; `every: year` makes it an anniversary, on 28 February where the 29th is
    missing. A date and time without `at` keeps its own time.
    """

    word: ClassVar[str] = "date"
    short: ClassVar[str] = "attribute"
    example: ClassVar[str] = 'date: {attribute: created_at, offset: -3 days, at: "09:00", every: year}'

    attribute: Annotated[str, Name("attribute", types=("date", "date_time"))]
    offset: Annotated[Duration, Offset()] = NOTHING
    at: Annotated[int | None, Clock()] = None
    every: Literal["year"] | None = None
    of_type: Annotated[str, TypeOf("attribute")] = "date"

    def says(self) -> str:
        moved = str(self.offset).replace("-", "")
        side = "before" if str(self.offset).startswith("-") else "after"
        day = f"{'' if self.offset == NOTHING else f'{moved} {side} '}his {self.attribute}"
        own = self.at is None and self.of_type != "date"
        clock = "" if own else f", at {clock_says(USUAL if self.at is None else self.at)}"
        return f"it is {day}{clock}{', each year' if self.every else ''}"

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, self._heard)})

    def topics(self) -> frozenset[Topic]:
        return frozenset({(ATTRIBUTE, self.attribute), ZONE})

    @cached_property
    def _moments(self) -> Moments:
        return Moments(self.offset, self.at, self.every is not None, USUAL, self.of_type == "date")

    def begins_anew(self, touched: Collection[Topic]) -> bool:
        return (
            ATTRIBUTE,
            self.attribute,
        ) in touched  # a date that becomes known at its moment is known too late

    def fires_at(self, view: View, after: int) -> int | None:
        value, fired = view.record.known(self.attribute), view.record.fired.get(self._name)
        last = fired[1] if fired is not None and fired[0] == value else None
        found = self._moments.first_after(value, after, view.zone, view.project_zone, last)
        return found[0] if found is not None else None

    def mark(self, view: View) -> Value:
        """The date with the year, so that whoever moves to where it is earlier does not come to it again."""
        value = view.record.known(self.attribute)
        found = self._moments.first_after(value, view.now - 1, view.zone, view.project_zone)
        return [value, found[1]] if found is not None else None

    @cached_property
    def _name(self) -> str:
        return f"{self.word}:{self._heard}"

    @cached_property
    def _heard(self) -> str:
        return f"{self._date} {self.offset} {self.at}"

    @cached_property
    def _date(self) -> str:
        return f"{self.attribute} {self.every}"

    def family(self) -> str:
        return f"{self.word}:{self._date} "

    def rhythm(self) -> str:
        return "once a year" if self.every else ""

    def beside(self) -> tuple[str, ...]:
        return (f"By the clock where he lives. Whoever has no {self.attribute} never enters.",)

    def surely(self) -> Condition:
        return Attribute(attribute=self.attribute, test=Test("is_set", True, self.of_type))
