"""`date`: a date of the contact's has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from autoflow.kinds.base import ATTRIBUTE, ZONE, Topic, Trigger
from autoflow.kinds.dates import NOTHING, Moments
from autoflow.kinds.fields import Clock, Name, Offset, TypeOf
from autoflow.kinds.view import View
from autoflow.model.durations import Duration

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

    def hears(self) -> frozenset[Topic]:
        return frozenset({(self.word, f"{self.attribute} {self.offset} {self.at} {self.every}")})

    def topics(self) -> frozenset[Topic]:
        return frozenset({(ATTRIBUTE, self.attribute), ZONE})

    @cached_property
    def _timer(self) -> str:
        return self.timer()

    @cached_property
    def _moments(self) -> Moments:
        return Moments(self.offset, self.at, self.every is not None, USUAL, self.of_type == "date")

    def still_comes(self, touched: Collection[Topic]) -> bool:
        return (
            ATTRIBUTE,
            self.attribute,
        ) not in touched  # a date that becomes known on its moment is known too late

    def fires_at(self, view: View, after: int) -> int | None:
        record = view.record
        value, done = record.known(self.attribute), record.rung.get(self._timer, "")
        return self._moments.first_after(value, after, view.zone, view.project_zone, done)

    def has_rung(self, view: View) -> str:
        value = view.record.known(self.attribute)
        return self._moments.name_of(value, view.now, view.zone, view.project_zone)
