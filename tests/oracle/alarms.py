"""Triggers that time fires: silences, stays in or out of a segment, dates, schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.oracle import clocks, timing
from tests.oracle.conditions import attribute_type
from tests.oracle.look import Event, Look
from tests.oracle.recipes import Trigger
from tests.oracle.runs import Signal
from tests.oracle.workspace import listed

if TYPE_CHECKING:
    from tests.oracle.walking import Walk

NOT_OWN_DOING = {"email_sent", "email_skipped", "email_delivered", "email_bounced"}


class Alarms:
    """Of one walk. A span (a silence, a stay) is over at one instant, and that fires if it had not passed when it
    was last measured. Dates and schedules have moments, and those fire that come.
    """

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        triggers = [trigger for recipe in walk.live for trigger in recipe.triggers]
        triggers.sort(key=lambda trigger: trigger.name)
        self.spans = [trigger for trigger in triggers if _is_span(trigger)]
        self.moments = [trigger for trigger in triggers if trigger.word in {"date", "schedule"}]
        self.due: dict[str, tuple[int, bool]] = {}  # when over, and whether that may fire
        self.fired: dict[str, int] = {}  # up to when a trigger's moments were dealt with
        self.done: set[tuple[str, Any]] = set()  # dates that have fired
        self.shown: dict[str, datetime] = {}  # what the contact's clock showed when a schedule last fired
        self._schedules: dict[tuple[str, str], tuple[int, int | None]] = {}

    def measure(self) -> None:
        """To be called whenever something has changed."""
        for trigger in self.spans:
            due = self._over_at(trigger)
            if due is None:
                self.due.pop(trigger.name, None)
            elif self.due.get(trigger.name, (None,))[0] != due:
                self.due[trigger.name] = (due, due >= self.walk.clock)

    def ahead(self) -> list[int]:
        """The next instant of each."""
        spans = [due for due, may_fire in self.due.values() if may_fire]
        moments = [self._next(trigger) for trigger in self.moments]
        return spans + [moment for moment in moments if moment is not None]

    def over(self) -> list[Signal]:
        """What fires at the walk's instant, by the triggers' names."""
        now, fire = self.walk.clock, []
        for name, (due, may_fire) in self.due.items():
            if may_fire and due <= now:
                self.due[name] = (due, False)
                fire.append(name)
        for trigger in self.moments:
            if (moment := self._next(trigger)) is not None and moment <= now:
                self.done.update((trigger.name, which) for which, at in self._dates(trigger) if at == moment)
                if self._is_addressed(trigger):
                    fire.append(trigger.name)
                    if trigger.word == "schedule" and trigger.argument.get("zone") != "project":
                        self.shown[trigger.name] = timing.wall(now, self.walk.look().zones[0])
            self.fired[trigger.name] = now
        return [Signal("alarm", name) for name in sorted(fire)]

    # ------------------------------------------------------------ spans

    def _over_at(self, trigger: Trigger) -> int | None:
        look = self.walk.look()
        if trigger.word == "inactivity":
            return silent_until(trigger.argument, look)
        moved = self.walk.moves.get(trigger.argument["segment"])
        if moved is None or moved[1] != (trigger.word == "segment_entered"):
            return None
        return timing.span(trigger.argument["for"]).window_from(moved[0], look.zones[0])

    # ------------------------------------------------------------ moments

    def _next(self, trigger: Trigger) -> int | None:
        """The next moment: what lies before the last item can come no more, at that very instant it still can."""
        after = max(self.fired.get(trigger.name, 0), self.walk.history.seen[-1][0] - 1)
        if trigger.word == "schedule":
            return self._next_scheduled(trigger, after)
        return min((at for _, at in self._dates(trigger) if at > after), default=None)

    def _next_scheduled(self, trigger: Trigger, after: int) -> int | None:
        zones = self.walk.look().zones
        zone = zones[1] if trigger.argument.get("zone") == "project" else zones[0]
        since, moment = self._schedules.get((trigger.name, zone), (after, after))
        if not since <= after or (moment is not None and moment <= after):
            moment = clocks.next_scheduled(trigger.argument, after, zone)
            self._schedules[trigger.name, zone] = after, moment
        shown = self.shown.get(trigger.name)  # a time of his clock comes once, wherever he has moved since
        while moment is not None and shown is not None and timing.wall(moment, zone) <= shown:
            moment = clocks.next_scheduled(trigger.argument, moment, zone)
        return moment

    def _is_addressed(self, trigger: Trigger) -> bool:
        segment = trigger.argument.get("segment") if trigger.word == "schedule" else None
        return segment is None or segment in self.walk.members

    def _dates(self, trigger: Trigger) -> Iterator[tuple[Any, int]]:
        """(which, instant) of the dates that have not fired and that lay ahead when they became known."""
        if trigger.word != "date":
            return
        written = (
            trigger.argument if isinstance(trigger.argument, Mapping) else {"attribute": trigger.argument}
        )
        look, name = self.walk.look(), written["attribute"]
        known = [(at, value) for at, changed, value in look.history.attributes if changed == name]
        if not known or known[-1][1] is None:
            return
        known_at, value = known[-1]
        for year, at in _moments(written, value, attribute_type(name, look.words) == "date", look):
            if at > known_at and (trigger.name, (value, year)) not in self.done:
                yield (value, year), at


def _moments(written: Mapping[str, Any], value: Any, is_date: bool, look: Look) -> Iterator[tuple[int, int]]:
    clock = written.get("at") or ("09:00" if is_date else None)
    offset = written.get("offset", "0 days")
    if written.get("every") == "year":
        yield from clocks.yearly(value, clock, offset, look.zones, look.now, is_date=is_date)
    else:
        at = clocks.moment(value, clock, offset, look.zones, is_date=is_date)
        if at is not None:
            yield 0, at


def _is_span(trigger: Trigger) -> bool:
    waits = isinstance(trigger.argument, Mapping) and "for" in trigger.argument
    return trigger.word == "inactivity" or (trigger.word in {"segment_entered", "segment_left"} and waits)


def silent_until(inactivity: Mapping[str, Any], look: Look) -> int:
    """When the silence is over, counted from the last event that breaks it, else from the first item."""
    breaking = listed(inactivity.get("of"))
    times = [event.occurred_at for event in look.history.events if _breaks(event, breaking)]
    since = max(times) if times else min(occurred_at for _, occurred_at in look.history.seen)
    return timing.span(inactivity["for"]).window_from(since, look.zones[0])


def _breaks(event: Event, of: list[str]) -> bool:
    return event.name in of if of else not event.inside and event.name not in NOT_OWN_DOING
