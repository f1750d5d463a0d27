"""One contact on his way: an item or an instant at a time, in the order of language.md, rule 7."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from autoflow.core import audiences, computed, existing, runs, segments
from autoflow.core.erase import erase
from autoflow.core.program import COMPUTED, MOST_SIGNALS, TIMER, Listener, Program
from autoflow.core.remember import change_attribute, observe, own_doing, remember
from autoflow.kinds.base import AUDIENCE, EVENT, RECIPE, TAG, Signal, Topic
from autoflow.kinds.view import View
from autoflow.model.contact import Record, Run
from autoflow.model.effects import ERASED, Effects, Happening
from autoflow.model.event import ENTER, ERASE, Event
from autoflow.model.inside import ATTRIBUTE_SET, as_event
from autoflow.model.values import Value

CONTACT_CREATED = "contact_created"
_NOBODY: frozenset[Topic] = frozenset()


class Walk:
    """The state of one contact's tick: his record, what came of it so far, and what waits to be looked at.

    `enters` says whether what happens now may start anything, and `spills` whether entries of windows that outgrow
    the record are handed out.
    """

    def __init__(
        self, program: Program, record: Record, *, spill: bool = True, silent_before: int = 0
    ) -> None:
        self.program = program
        self.record = record
        self.effects = Effects()
        self.view = View(record, 0, program.zone)
        self.spills = spill
        self.enters = True
        self._silent_before = silent_before
        self._queue: deque[tuple[Signal | None, frozenset[Topic], Run | None]] = deque()
        self._due: int | None = None
        self.waits_since: dict[tuple[str, int], int] = {}  # the journal's last line as a run began to wait
        self._rung: int | None = None  # the last instant whose timers were rung: after what is received then
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
            self.enters = due >= self._silent_before
            self._rung = due
            self._timers(due)
            self._runs_due(due)

    def take(self, item: Event) -> None:
        """Apply one item of the log at its instant."""
        self.view.now = item.at
        self._stale = True
        self.enters = item.enters and item.at >= self._silent_before
        record = self.record
        if item.name == ERASE:
            erase(self, item)
        if record.suppressed == ERASED:
            return
        first = not record.first_known
        younger = first or item.occurred_at < record.first_known
        if younger:
            record.first_known = item.occurred_at
        suppressed = record.suppressed
        signals = [Signal((CONTACT_CREATED, ""), {}, item.at)] if first else []
        self._heard_from(item, signals)
        touched = remember(self, item, signals)
        signals += self.reassess(touched, everything=first, due=self._due_now(item.at))
        if record.suppressed != suppressed:
            signals += self._expelled(touched)
        if self.program.timed:
            self.set_timers(self.program.timed if younger else self._timed_touched(touched), touched)
        starts, self.enters = self.enters, item.at >= self._silent_before  # what steps do now is not silent
        self._settle(signals, frozenset(touched), starts=starts)

    def _heard_from(self, item: Event, signals: list[Signal]) -> None:
        """What triggers hear of the item itself."""
        if item.name[0] != "$":
            own = item.occurred_at if own_doing(item) else 0
            signals.append(Signal((EVENT, item.name), item.properties, item.occurred_at, None, own))
        elif item.name == ENTER:
            existing.put_forward(self, item, signals)

    # -- what follows at once: computed attributes, memberships, audiences -------------------------------------

    def reassess(
        self,
        touched: set[Topic],
        *,
        everything: bool = False,
        baseline: bool = False,
        due: Sequence[str] = (),
    ) -> list[Signal]:
        """Bring everything that follows from the record up to date; adds what changed to `touched`.

        `due` names timers whose things are looked at besides. Of a `baseline` nobody is told.
        """
        signals: list[Signal] = []
        if self.program.computed:
            signals = computed.update(self, touched, everything=everything, due=due)
        found = segments.update(self, touched, everything=everything, baseline=baseline, due=due)
        if (found or baseline) and (self.program.mirrors or self.record.audiences):
            found = self._mirrored(found, touched)
            if baseline:
                self._mirrored([], touched, after=audiences.settle(self, touched))
        return signals + found if signals else found

    def _mirrored(
        self, found: list[Signal], touched: set[Topic], after: Iterable[Signal] = ()
    ) -> list[Signal]:
        """Each change of a membership, followed by the audiences that follow it, and what follows from those."""
        told: list[Signal] = []
        pending = deque([*found, *after])
        while pending and len(told) < MOST_SIGNALS:
            signal = pending.popleft()
            told.append(signal)
            if signal.topic[0] in {segments.ENTERED, segments.LEFT}:
                pending.extendleft(reversed(audiences.follow(self, signal.topic[1], touched)))
            else:
                topics = {(AUDIENCE, signal.topic[1])}
                pending.extend(segments.update(self, topics))
                touched |= topics
        return told

    def _expelled(self, touched: set[Topic]) -> list[Signal]:
        """Whoever is suppressed is in no audience any more."""
        return self._mirrored([], touched, after=audiences.settle(self, touched))

    # -- time --------------------------------------------------------------------------------------------------

    def _timed_touched(self, touched: Iterable[Topic]) -> Iterable[str]:
        index = self.program.timed_by_topic
        return {name for topic in touched for name in index.get(topic, ())}

    def set_timers(self, names: Iterable[str], touched: Collection[Topic] | None = None) -> None:
        """Put the clock to when time alone fires these triggers; a moment gone by fires no more.

        `touched` is what an item or a step has changed: timers of that very instant come after it.
        """
        now, timers = self.view.now, self.record.timers
        for name in names:
            trigger = self.program.timed[name].trigger
            may_ring = touched is not None and self._rung != now and not trigger.begins_anew(touched)
            due = trigger.fires_at(self.view, now - 1 if may_ring else now)
            if due is not None:
                timers[name] = due
            else:
                timers.pop(name, None)

    def _timers(self, now: int) -> None:
        """What time alone changes, then triggers that time alone fires."""
        timers = self.record.timers
        due = sorted(name for name, at in timers.items() if at <= now)
        if not due:
            return
        for name in due:
            del timers[name]
        touched: set[Topic] = set()
        signals = self.reassess(touched, due=due)
        names = {*due, *self._timed_touched(touched)} & self.program.timed.keys()
        for name in sorted(names):
            trigger, topic, _ = self.program.timed[name]
            if trigger.fires_at(self.view, now - 1) == now and not trigger.begins_anew(touched):
                signals.append(Signal(topic, {}, now))
                if (mark := trigger.mark(self.view)) is not None:
                    self.record.fired[name] = mark
        self.set_timers(names)
        signals += existing.due(due, now)
        self._settle(signals, frozenset(touched))

    def _due_now(self, now: int) -> Sequence[str]:
        """What time changes at this very instant: an item received now must not see the old answer."""
        if self._due is None or self._due > now:
            return ()
        prefixes = (TIMER, COMPUTED)
        return [name for name, at in self.record.timers.items() if at <= now and name.startswith(prefixes)]

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

    # -- what follows in turn ----------------------------------------------------------------------------------

    def _settle(self, signals: Sequence[Signal], touched: frozenset[Topic], *, starts: bool = True) -> None:
        self._look(signals, touched, starts=starts)
        self.drain()

    def _look(self, signals: Sequence[Signal], touched: frozenset[Topic], *, starts: bool = True) -> None:
        """Goals and exits, then waits, then (where the signals may start anything) entries."""
        if self.record.runs:
            looked_at = runs.look(self, touched)
            runs.hear(self, signals, touched, looked_at)
        if starts and self.enters:
            self._enter(signals)

    def _enter(self, signals: Iterable[Signal]) -> None:
        hits: dict[str, tuple[Listener, Signal]] = {}
        for signal in signals:
            if signal.topic[0] == runs.ENTER_RECIPE:
                recipe = self.program.recipes.get(signal.topic[1])
                if recipe is not None:
                    runs.attempt(self, recipe, signal, runs.ENTER_RECIPE)
                continue
            index = self.program.listeners.get(signal.topic)
            if index is None:
                continue
            for listener in index.find(signal.properties):
                known = hits.get(listener.recipe.id)
                if (
                    known is None or self._rings_first(listener, signal, *known)
                ) and listener.trigger.accepts(signal, self.view):
                    hits[listener.recipe.id] = (listener, signal)
        if not hits:
            return
        for listener, signal in sorted(hits.values(), key=lambda hit: hit[0].order):
            refusal = existing.refusal(self.view, listener, signal)
            runs.attempt(self, listener.recipe, signal, listener.id, refusal)

    def _rings_first(self, listener: Listener, signal: Signal, known: Listener, heard: Signal) -> bool:
        """Of the triggers that time fires at one instant, the first in the recipe's list."""
        timed = self.program.timed_topics
        return listener.place < known.place and signal.topic in timed and heard.topic in timed

    def drain(self) -> None:
        """Look at everything that steps brought about, first in first out, until nothing is left."""
        looked_at = 0
        failed: list[Run] = []
        while self._queue:
            signal, touched, cause = self._queue.popleft()
            if self._queue:  # what later ones have changed shows already
                touched = touched.union(*(later for _, later, _ in self._queue))
            if signal is None:
                self._look((), touched)
                continue
            looked_at += 1
            if looked_at > MOST_SIGNALS:
                if cause is not None and cause not in failed:
                    failed.append(cause)
                    runs.fail(self, cause, f"more than {MOST_SIGNALS} things followed from one event")
                continue
            self._look((signal,), touched)

    def happened(self, kind: str, subject: str, run: Run | None = None, **detail: Any) -> None:
        """Write a line of the journal."""
        record = self.record
        record.n += 1
        where = (run.recipe, run.version, run.entry, run.step) if run is not None else ("", 0, 0, "")
        self.effects.journal.append(Happening(record.n, self.view.now, kind, subject, *where, detail or None))

    def queue(self, signal: Signal | None, touched: set[Topic], cause: Run | None) -> None:
        """Something a step did: memberships follow at once, what it triggers waits its turn."""
        changed = self.reassess(touched)
        if touched:
            self._retime(touched)
        self._queue.append((signal, frozenset(touched), cause))
        for each in changed:
            self._queue.append((each, _NOBODY, cause))

    def _retime(self, touched: set[Topic]) -> None:
        if self.program.timed:
            self.set_timers(self._timed_touched(touched), touched)

    # -- what steps do -----------------------------------------------------------------------------------------

    def inside_event(
        self, kind: str, subject: str, run: Run, detail: dict[str, Any], touched: set[Topic] | None = None
    ) -> None:
        """An event of our own making, such as email_sent, as a line of the journal and in memory."""
        self.happened(kind, subject, run, **detail)
        name, properties = as_event(kind, subject, run.recipe, detail)
        now = self.view.now
        seen = observe(self, Event(self.record.n, now, now, name, properties, inside=True)) | (
            touched or set()
        )
        signal = None if name[0] == "$" else Signal((EVENT, name), properties, now, n=self.record.n)
        self.queue(signal, seen, run)

    def run_changed(self, run: Run, touched: set[Topic]) -> None:
        """A run has begun or ended: conditions may ask for that, no trigger does."""
        topic = (RECIPE, run.recipe)
        if touched or topic in self.program.asked_about:
            self.queue(None, touched | {topic}, run)

    def change_attribute(self, name: str, value: Value, run: Run) -> None:
        """Set an attribute for a step; None unsets it."""
        touched: set[Topic] = set()
        signals: list[Signal] = []
        change_attribute(self, name, value, touched, signals)
        if touched:
            self.happened(ATTRIBUTE_SET, name, run, value=value)
            self.queue(signals[0], touched, run)

    def tag_changed(self, tag: str, kind: str, run: Run) -> None:
        """A step has put a tag on the contact or taken it off."""
        self.effects.tags[tag] = self.record.tags.get(tag)
        self.happened(kind, tag, run)
        self.queue(Signal((kind, tag), {"tag": tag}, self.view.now), {(TAG, tag)}, run)
