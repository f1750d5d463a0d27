"""One contact's walk through time: items in order, and after each all that follows from it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, deque
from itertools import count

from tests.oracle import timing
from tests.oracle.conditions import Event, History, Look, Start, member, true, true_of_any
from tests.oracle.people import Item, Person
from tests.oracle.runs import RUNNING, Run, Signal
from tests.oracle.steps import do
from tests.oracle.triggers import hears, silent_until
from tests.oracle.turning import turning_points
from tests.oracle.workspace import Recipe, Workspace

MOST_SIGNALS = 100


class Walk:
    """Everything about one contact. `clock` is the instant up to which it was walked."""

    def __init__(self, workspace: Workspace, person: Person) -> None:
        self.workspace = workspace
        self.key = person.key
        self.contact_id = person.key[2:]
        self.items = deque(person.items)
        self.history = History(id=person.key[2:])
        self.clock = 0
        self.members: set[str] = set()
        self.audiences: set[str] = set()
        self.runs: list[Run] = []
        self.messages: list[tuple[int, str, str, str, str, str, str, str]] = []
        self.refused: Counter[tuple[str, str]] = Counter()
        self.silences: dict[tuple[str, int], tuple[int, bool]] = {}  # when over, and whether that may fire
        self._edges: tuple[tuple[int, int], list[int]] = ((0, 0), [])
        self.queue: deque[tuple[Signal, Run]] = deque()
        self.live = sorted(
            (recipe for recipe in workspace.recipes if recipe.status == "live"),
            key=lambda recipe: (-recipe.priority, recipe.id),
        )

    # ------------------------------------------------------------ time

    def walk(self, start: int | None, end: int) -> None:
        if start is not None:
            self._remember_before(start)
        while True:
            item = self.items[0] if self.items else None
            timer = self._next_timer()
            ahead = [at for at in (timer, item.at if item else None) if at is not None]
            if not ahead or min(ahead) > end:
                return
            if item is not None and (timer is None or item.at <= timer):
                self._receive(self.items.popleft())
            elif timer is not None:
                self._ring(timer)

    def _remember_before(self, start: int) -> None:
        while self.items and self.items[0].at < start:
            self.clock = self.items[0].at
            self._remember(self.items.popleft())
        if self.history.seen:
            self.clock = start - 1
            self._reassess()
            self._silences_over()

    def _next_timer(self) -> int | None:
        if not self.history.seen:
            return None
        points = [due for due, may_fire in self.silences.values() if may_fire]
        edges = self._edges_of_segments()
        points += edges[bisect_right(edges, self.clock) :][:1]
        for run in self._running():
            if run.due is not None:
                points.append(run.due)
            for conditions in (run.recipe.goal, run.recipe.exit):
                points += [at for at in turning_points(conditions, self.look(run)) if at > self.clock]
        return min(points, default=None)

    def _edges_of_segments(self) -> list[int]:
        """In order; kept while nothing new is known of the contact and some lie ahead, for they are many."""
        known = len(self.history.events), len(self.history.attributes)
        if self._edges[0] != known or not self._edges[1] or self._edges[1][-1] <= self.clock:
            look = self.look()
            segments = self.workspace.words.segments.values()
            self._edges = (
                known,
                sorted({at for conditions in segments for at in turning_points(conditions, look)}),
            )
        return self._edges[1]

    def _receive(self, item: Item) -> None:
        self.clock = item.at
        self._remember(item)
        own = [Signal("event", item.name, item.properties, item.occurred_at)] if item.name else []
        self._follow(own + self._reassess())

    def _ring(self, at: int) -> None:
        """What time alone brings: first memberships and silences, then every run in order."""
        self.clock = at
        signals = self._reassess() + self._silences_over()
        if signals:
            self._follow(signals)
        looked_at: set[Run] = set()
        while waiting := [run for run in self._running() if run not in looked_at or self._is_due(run)]:
            run = waiting[0]
            looked_at.add(run)
            self._look_at(run)
            if self._is_due(run):
                self._step_on(run)
            self._drain()

    def _is_due(self, run: Run) -> bool:
        return run.due is not None and run.due <= self.clock

    # ------------------------------------------------------------ memory, memberships, silences

    def look(self, run: Run | None = None, *, since_start: bool = False, start: Start | None = None) -> Look:
        start = run.start if run is not None else start
        return Look(self.history, self.clock, self.workspace.zone, self.workspace.words, start, since_start)

    def _remember(self, item: Item) -> None:
        self.contact_id = item.user or self.contact_id
        self.history.seen.append((item.at, item.occurred_at))
        if item.name is None:
            before = self.look().zones[0]
            for name, value in item.properties.items():
                self.history.attributes.append((item.at, name, value))
            self.move_waits(before)
        else:
            self.history.events.append(Event(item.name, item.at, item.occurred_at, item.properties))
        self._measure_silences()

    def _reassess(self) -> list[Signal]:
        """Bring the memberships up to now; returns the changes in the order of evaluation."""
        changes = []
        for segment in self.workspace.segments:
            belongs = member(segment, self.look())
            if belongs != (segment in self.members):
                (self.members.add if belongs else self.members.discard)(segment)
                changes.append(Signal("segment_entered" if belongs else "segment_left", segment))
        return changes

    def _measure_silences(self) -> None:
        """A silence is over some time after the last event; that fires if it lay ahead when it was set."""
        for recipe in self.live:
            for number, (word, argument) in enumerate(recipe.triggers):
                if word == "inactivity":
                    due = silent_until(argument, self.look())
                    if self.silences.get((recipe.id, number), (None,))[0] != due:
                        self.silences[recipe.id, number] = (due, due > self.clock)

    def _silences_over(self) -> list[Signal]:
        over = [which for which, (due, may_fire) in self.silences.items() if may_fire and due <= self.clock]
        for which in over:
            self.silences[which] = (self.silences[which][0], False)
        return [Signal("inactivity", f"{recipe}/{number}") for recipe, number in over]

    # ------------------------------------------------------------ what follows from an item or a signal

    def _follow(self, signals: list[Signal]) -> None:
        self._look_at_all()
        self._enter_all(signals)
        self._drain()

    def _drain(self) -> None:
        """First in, first out; where more than so many follow from one item, the runs that go on causing them fail."""
        for number in count(1):
            if not self.queue:
                return
            signal, cause = self.queue.popleft()
            if number > MOST_SIGNALS:
                cause.fail(self.clock)
            else:
                self._look_at_all()
                self._enter_all([signal])

    def _running(self) -> list[Run]:
        return sorted((run for run in self.runs if run.state == RUNNING), key=lambda run: run.order)

    def _look_at_all(self) -> None:
        for run in self._running():
            self._look_at(run)

    def _look_at(self, run: Run) -> None:
        look = self.look(run, since_start=True)
        if true_of_any(run.recipe.goal, look):
            run.end("goal", self.clock)
        elif true_of_any(run.recipe.exit, look):
            run.end("exited", self.clock)

    def _enter_all(self, signals: list[Signal]) -> None:
        hits = [(recipe, signal) for recipe in self.live for signal in signals if self._hits(recipe, signal)]
        entered = set()
        for recipe, signal in hits:
            if recipe.id not in entered:
                entered.add(recipe.id)
                self._try_to_enter(recipe, signal)

    def _hits(self, recipe: Recipe, signal: Signal) -> bool:
        look = self.look(start=Start(self.clock, 0, signal.properties))
        return any(
            hears(word, argument, signal, f"{recipe.id}/{number}", look)
            for number, (word, argument) in enumerate(recipe.triggers)
        )

    def _try_to_enter(self, recipe: Recipe, signal: Signal) -> None:
        by_event = signal.kind == "event"
        value = signal.properties.get(recipe.per) if recipe.per else None
        per = "" if value is None else str(value)
        before = [run for run in self.runs if run.recipe.id == recipe.id]
        start = Start(
            signal.occurred_at if by_event else self.clock,
            len(self.history.events),
            signal.properties if by_event else None,
        )
        reason = self._refusal(recipe, [run for run in before if run.per == per], start)
        if reason is not None:
            self.refused[recipe.id, reason] += 1
            return
        run = Run(recipe, len(before) + 1, per, start, self.clock)
        self.runs.append(run)
        self._step_on(run)

    def _refusal(self, recipe: Recipe, before: list[Run], start: Start) -> str | None:
        if any(run.state == RUNNING for run in before):
            return "while_running"
        if before and recipe.reentry != "always":
            if recipe.reentry == "never":
                return "reentry"
            gap = timing.span(recipe.reentry.removeprefix("after "))
            if self.clock < gap.waited_from(before[-1].entered_at, self.look().zones[0]):
                return "reentry"
        look = self.look(start=start)
        failing = (f"condition {n}" for n, each in enumerate(recipe.conditions, 1) if not true(each, look))
        return next(failing, None)

    # ------------------------------------------------------------ steps

    def _step_on(self, run: Run) -> None:
        """From where the run stands to its next wait or its end."""
        run.due = None
        while run.state == RUNNING and run.due is None:
            self._look_at(run)
            if run.state == RUNNING and not true(run.recipe.keep_while, self.look(run)):
                run.end("no_longer_matches", self.clock)
            if run.state != RUNNING:
                return
            if run.place < len(run.recipe.steps):
                step = run.recipe.steps[run.place]
                run.place += 1
                run.visits[step.id] += 1
                do(step, run, self)
            if run.place == len(run.recipe.steps) and run.due is None:
                run.end("finished", self.clock)

    def changed(self, signal: Signal, run: Run) -> None:
        """After a step: memberships follow at once, what that triggers waits in the queue."""
        self._measure_silences()
        self.queue.extend((each, run) for each in [signal, *self._reassess()])

    def move_waits(self, before: str) -> None:
        """Who lives by another clock than that of the zone `before` is waited for by his own: a wait of days or
        longer ends at the same time of day there, but never in the past.
        """
        zone = self.look().zones[0]
        if zone == before:
            return
        for run in self._running():
            if run.due is not None and run.waits_for_days:
                run.due = max(self.clock, timing.from_wall(timing.wall(run.due, before), zone))
