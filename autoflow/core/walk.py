"""One contact on his way: an item or an instant at a time, in the order of language.md, rule 7."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from autoflow.core import runs, segments
from autoflow.core.program import MOST_SIGNALS, TIMER, Listener, Program
from autoflow.kinds.base import ANY_OWN_DOING, ATTRIBUTE, EVENT, MEMORY, TAG, Signal, Topic
from autoflow.kinds.memory import InWindow
from autoflow.kinds.view import View
from autoflow.model.contact import Cell, Entries, Record, Run, Window
from autoflow.model.effects import FAILED, Effects, Happening, Spill
from autoflow.model.event import IDENTIFY, KNOWN_AS, Event
from autoflow.model.values import Value

NOT_OWN_DOING = frozenset({"email_sent", "email_skipped", "email_delivered", "email_bounced"})
TAG_ADDED, TAG_REMOVED, ATTRIBUTE_SET = "tag_added", "tag_removed", "attribute_set"
TIMEZONE = "timezone"
ENTERED, AUDIENCE_JOINED, AUDIENCE_LEFT = "entered", "audience_joined", "audience_left"
_REPLAYED = (TAG_ADDED, TAG_REMOVED, ATTRIBUTE_SET, ENTERED, AUDIENCE_JOINED, AUDIENCE_LEFT)
_INSIDE = {f"${kind}" for kind in _REPLAYED}
EMAIL_BOUNCED, EMAIL_COMPLAINED, UNSUBSCRIBED = "email_bounced", "email_complained", "unsubscribed"


class Walk:
    """The state of one contact's tick: his record, what came of it so far, and what waits to be looked at."""

    def __init__(
        self, program: Program, record: Record, *, spill: bool = True, silent_before: int = 0
    ) -> None:
        self.program = program
        self.record = record
        self.effects = Effects()
        self.view = View(record, 0, program.zone)
        self._spill = spill
        self._silent_before = silent_before
        self._queue: deque[tuple[Signal, frozenset[Topic], Run | None]] = deque()
        self._enters = True
        self._due: int | None = None
        self._stale = True  # whether `_due`, the earliest due instant, must be looked up again

    def until(self, instant: int) -> None:
        """Let time pass up to and including the instant: every timer that falls due, each at its own instant."""
        record = self.record
        while True:
            if self._stale:
                self._due = record.next_due()
                self._stale = False
                if self._due is not None and (record.alarm is None or self._due < record.alarm):
                    record.alarm = self._due
            due, alarm = self._due, record.alarm
            if alarm is not None and alarm <= instant and (due is None or alarm < due):
                record.alarm = due  # a false alarm: what it was set for has moved on
            if due is None or due > instant:
                return
            self._stale = True
            record.alarm = None
            self.view.now = due
            self._enters = due >= self._silent_before
            self._timers(due)
            self._runs_due(due)

    def take(self, item: Event) -> None:
        """Apply one item of the log at its instant."""
        self.view.now = item.at
        self._stale = True
        self._enters = item.enters and item.at >= self._silent_before
        first = not self.record.first_known
        younger = first or item.occurred_at < self.record.first_known
        if younger:
            self.record.first_known = item.occurred_at
        touched = self._remember(item)
        signals = segments.update(self, touched, everything=first, due=self._segments_due(item.at))
        self.set_timers(self.program.timed if younger else self._timed_touched(item.name))
        if item.name[0] != "$":
            signals.insert(0, Signal((EVENT, item.name), item.properties, item.occurred_at))
        self._settle(signals, frozenset(touched))

    # -- what is remembered ------------------------------------------------------------------------------------

    def _remember(self, item: Event) -> set[Topic]:
        name, record = item.name, self.record
        if name == IDENTIFY:
            return {topic for key, value in item.properties.items() for topic in self._change(key, value)}
        if name == KNOWN_AS:
            record.name = item.properties["user"]
            return set()
        if name in _INSIDE:
            return self._replay_inside(item)
        if name == UNSUBSCRIBED:
            record.refused.setdefault(str(item.properties.get("topic") or "*"), item.at)
        elif name == EMAIL_COMPLAINED or (name == EMAIL_BOUNCED and item.properties.get("permanent")):
            record.suppressed = record.suppressed or name.removeprefix("email_")
        return self._observe(item)

    def _observe(self, item: Event) -> set[Topic]:
        name, program, record = item.name, self.program, self.record
        touched: set[Topic] = set()
        for each in (name,) if name in NOT_OWN_DOING else (name, ANY_OWN_DOING):
            index = program.memories.get(each)
            if index is not None:
                for memory in index.find(item.properties):
                    if memory.observe(record.memory, item, self.view):
                        touched.add((MEMORY, memory.key))
                        if self._spill and isinstance(memory, InWindow):
                            self._overflow(record.memory, memory, item)
        for run in record.runs:
            wanted = program.run_memories.get(run.recipe)
            if not wanted or name not in wanted or item.occurred_at < run.start:
                continue
            view = View(record, self.view.now, program.zone, run, run.event)
            for memory in wanted[name]:
                if memory.observe(run.memory, item, view):
                    touched.add((MEMORY, memory.key))
        return touched

    def _overflow(self, cells: dict[str, Cell], memory: InWindow, item: Event) -> None:
        """Hand out the entry just added where it belongs to those that no longer fit the record."""
        cell = cells[memory.key]
        assert isinstance(cell, Window)
        entry = memory.overflow(cell, item)
        if entry is not None:
            self.effects.spills.append(Spill(memory.key, *entry))

    def _change(self, name: str, value: Value) -> Iterable[Topic]:
        attributes = self.record.attributes
        if attributes.get(name) == value and type(attributes.get(name)) is type(value):
            return
        zone = self.view.zone if name == TIMEZONE else ""
        if value is None:
            del attributes[name]
        else:
            attributes[name] = value
        if name == TIMEZONE:
            runs.change_zone(self, before=zone)
            self.set_timers(self.program.timed)
        yield (ATTRIBUTE, name)

    def _replay_inside(self, item: Event) -> set[Topic]:
        """What a step once did, when a state is rebuilt from the log."""
        subject, kind, record = item.properties["subject"], item.name[1:], self.record
        if kind == ATTRIBUTE_SET:
            return set(self._change(subject, item.properties["value"]))
        if kind == ENTERED:
            entries = record.entries.setdefault(subject, Entries(0, {}))
            entries.count += 1
            entries.last[item.properties.get("per", "")] = item.at
            return set()
        if kind == AUDIENCE_JOINED:
            record.audiences.setdefault(subject, item.at)
            return set()
        if kind == AUDIENCE_LEFT:
            record.audiences.pop(subject, None)
            return set()
        if kind == TAG_ADDED:
            record.tags.setdefault(subject, item.at)
        else:
            record.tags.pop(subject, None)
        self.effects.tags[subject] = record.tags.get(subject)
        return {(TAG, subject)}

    def recall(self, item: Event, fresh: frozenset[str]) -> None:
        """Take an event of the past into the memories named in `fresh`, and nothing else."""
        names = (item.name,) if item.name in NOT_OWN_DOING else (item.name, ANY_OWN_DOING)
        for name in names:
            index = self.program.memories.get(name)
            for memory in index.find(item.properties) if index is not None else ():
                if memory.key not in fresh or not memory.observe(self.record.memory, item, self.view):
                    continue
                if self._spill and isinstance(memory, InWindow):
                    self._overflow(self.record.memory, memory, item)

    # -- time --------------------------------------------------------------------------------------------------

    def _timed_touched(self, name: str) -> Iterable[str]:
        program = self.program
        names = program.timed_by_event.get(name, ())
        if name[0] != "$" and name not in NOT_OWN_DOING:
            names += program.timed_by_event.get(ANY_OWN_DOING, ())
        return names

    def set_timers(self, names: Iterable[str]) -> None:
        """Put the clock to when time alone fires these triggers; a moment gone by fires no more."""
        for name in names:
            trigger = self.program.timed[name][0]
            due = trigger.fires_at(self.view)
            now = self.view.now
            if due is not None and (due > now or due == now == self.record.timers.get(name)):
                self.record.timers[name] = due
            else:
                self.record.timers.pop(name, None)

    def _timers(self, now: int) -> None:
        """Memberships that time alone changes, then triggers that time alone fires."""
        timers = self.record.timers
        due = sorted(name for name, at in timers.items() if at <= now)
        if not due:
            return
        for name in due:
            del timers[name]
        signals = segments.update_due(self, due)
        touched = frozenset(signal.topic for signal in signals)
        for name in due:
            if name in self.program.timed:
                trigger, topic = self.program.timed[name]
                if trigger.fires_at(self.view) == now:
                    signals.append(Signal(topic, {}, now))
        self._settle(signals, segments.topics_of(touched))

    def _segments_due(self, now: int) -> Iterable[str]:
        """Segments whose answer time changes at this very instant: what is received now must not see the old one."""
        if self._due is None or self._due > now:
            return ()
        return [name for name, at in self.record.timers.items() if at <= now and name.startswith(TIMER)]

    def _runs_due(self, now: int) -> None:
        ready = [
            run for run in self.record.runs if (run.due or now + 1) <= now or (run.check or now + 1) <= now
        ]
        if len(ready) > 1:
            ready.sort(key=lambda run: runs.order(self.program, run))
        for run in ready:
            if run in self.record.runs:
                runs.resume(self, run)
                self.drain()

    # -- what follows ------------------------------------------------------------------------------------------

    def _settle(self, signals: list[Signal], touched: frozenset[Topic]) -> None:
        runs.look(self, touched)
        if self._enters:
            self._enter(signals)
        self.drain()

    def _enter(self, signals: Iterable[Signal]) -> None:
        hits: dict[str, tuple[Listener, Signal]] = {}
        for signal in signals:
            index = self.program.listeners.get(signal.topic)
            if index is None:
                continue
            for listener in index.find(signal.properties):
                if listener.recipe.id not in hits and listener.trigger.accepts(signal, self.view):
                    hits[listener.recipe.id] = (listener, signal)
        if not hits:
            return
        for listener, signal in sorted(hits.values(), key=lambda hit: hit[0].order):
            runs.attempt(self, listener.recipe, signal)

    def drain(self) -> None:
        """Look at everything that steps brought about, first in first out, until nothing is left."""
        if not self._queue:
            return
        looked_at = 0
        failed: list[Run] = []
        while self._queue:
            signal, touched, cause = self._queue.popleft()
            looked_at += 1
            if looked_at > MOST_SIGNALS:
                if cause is not None and cause not in failed:
                    failed.append(cause)
                    runs.end(self, cause, FAILED, f"more than {MOST_SIGNALS} things followed from one event")
                continue
            runs.look(self, touched)
            if self._enters:
                self._enter((signal,))

    def happened(self, kind: str, subject: str, run: Run | None = None, **detail: Any) -> None:
        """Write a line of the journal."""
        record = self.record
        record.n += 1
        where = (run.recipe, run.version, run.entry, run.step) if run is not None else ("", 0, 0, "")
        self.effects.journal.append(Happening(record.n, self.view.now, kind, subject, *where, detail or None))

    def queue(self, signal: Signal, touched: set[Topic], cause: Run | None) -> None:
        """Something a step did: memberships follow at once, what it triggers waits its turn."""
        changed = segments.update(self, touched)
        self._queue.append((signal, frozenset(touched), cause))
        for each in changed:
            self._queue.append((each, frozenset(), cause))

    def inside_event(self, name: str, properties: dict[str, Any], run: Run) -> None:
        """An event of our own making, such as email_sent."""
        item = Event(0, self.view.now, self.view.now, name, properties)
        touched = self._observe(item)
        self.set_timers(self._timed_touched(name))
        self.queue(Signal((EVENT, name), properties, self.view.now), touched, run)

    def change_attribute(self, name: str, value: Value, run: Run) -> None:
        """Set an attribute for a step; None unsets it."""
        touched = set(self._change(name, value))
        if touched:
            self.happened(ATTRIBUTE_SET, name, run, value=value)
            self.queue(
                Signal((ATTRIBUTE_SET, name), {"attribute": name, "value": value}, self.view.now),
                touched,
                run,
            )

    def tag_changed(self, tag: str, kind: str, run: Run) -> None:
        """A step has put a tag on the contact or taken it off."""
        self.effects.tags[tag] = self.record.tags.get(tag)
        self.happened(kind, tag, run)
        self.queue(Signal((kind, tag), {"tag": tag}, self.view.now), {(TAG, tag)}, run)
