"""One contact's walk through time: items in order, and after each all that follows from it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from tests.oracle import comparing, reassessing, stepping, timing
from tests.oracle.alarms import Alarms
from tests.oracle.entering import enter_all
from tests.oracle.look import Event, History, Look, Start
from tests.oracle.people import ENTER, Item, Person, is_silent
from tests.oracle.runs import RUNNING, Run, Signal, Waiting
from tests.oracle.turning import turning_points
from tests.oracle.waits import conditions_hold, move_waits
from tests.oracle.workspace import Workspace, named_in

MOST_SIGNALS = 100
NOT_OWN_DOING = {"email_sent", "email_skipped", "email_delivered", "email_bounced"}


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
        self.member_since: dict[str, int] = {}
        self.forward: dict[str, int] = {}  # "RECIPE/TRIGGER" for which he is put forward, and when
        self.moves: dict[
            str, tuple[int, bool]
        ] = {}  # segment -> (when, in or out), where that may start anything
        self.above: set[tuple[str, Any]] = set()  # the bounds of scores that are reached now
        self.runs: list[Run] = []
        self.messages: list[tuple[int, str, str, str, str, str, str, str]] = []
        self.refused: Counter[tuple[str, str]] = Counter()
        self.queue: deque[tuple[Signal, Run]] = deque()
        self.unsettled = False  # something changed of which no signal tells
        self.live = sorted(
            (recipe for recipe in workspace.recipes if recipe.status == "live"),
            key=lambda recipe: (-recipe.priority, recipe.id),
        )
        self.runs_matter = any(
            named_in(conditions, subject)
            for conditions in workspace.words.segments.values()
            for subject in ("in_recipe", "entered")
        )
        self.alarms = Alarms(self)
        self._edges: dict[object, tuple[tuple[int, ...], int, list[int]]] = {}

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
            reassessing.reassess(self, fires=False)
            self.alarms.over()
            self.messages.clear()

    def _next_timer(self) -> int | None:
        if not self.history.seen:
            return None
        points = [*self.alarms.ahead(), *self.forward.values(), *self._next_edge(None, self._edges_of_all)]
        for run in self.running():
            if run.due is not None:
                points.append(run.due)
            edges = lambda run=run: self._edges_of_run(run)  # noqa: E731
            points += self._next_edge((run, run.waiting), edges)
        return min(points, default=None)

    def _next_edge(self, what: object, edges: Callable[[], Iterator[int]]) -> list[int]:
        """The next instant at which time could change it. They are many, so those of the next two days are kept in
        order, until something new is known of the contact.
        """
        known, since, kept = self._edges.get(what, ((), 0, []))
        ahead = kept[bisect_right(kept, self.clock) :][:1]
        if known != self.history.length or not ahead or ahead[0] > since + 2 * timing.DAY:
            kept = sorted(set(edges()))
            self._edges[what] = self.history.length, self.clock, kept
        return kept[bisect_right(kept, self.clock) :][:1]

    def _edges_of_all(self) -> Iterator[int]:
        look = self.look()
        for conditions in self.workspace.words.segments.values():
            yield from turning_points(conditions, look)
        yield from reassessing.edges(self.workspace, look)

    def _edges_of_run(self, run: Run) -> Iterator[int]:
        look = self.look(run)
        yield from turning_points([*run.recipe.goal, *run.recipe.exit], look)
        if run.waiting is not None:
            yield from turning_points(run.waiting.step.argument.get("conditions", []), look)

    def _receive(self, item: Item) -> None:
        self.clock = item.at
        is_first = not self.history.seen
        own = self._remember(item)
        fires = not is_silent(item, self.workspace.triggers_within)
        created = [Signal("contact_created", "")] if is_first and fires else []
        self._follow(created + own + reassessing.reassess(self, fires=fires), fires=fires)

    def _ring(self, at: int) -> None:
        """What time alone brings: first memberships and triggers, then every run in order."""
        self.clock = at
        signals = reassessing.reassess(self) + self.alarms.over() + self._forward_now()
        if signals:
            self._follow(signals)
        looked_at: set[Run] = set()
        while waiting := [run for run in self.running() if run not in looked_at or self._is_due(run)]:
            run = waiting[0]
            looked_at.add(run)
            self._look_at(run)
            if run.state == RUNNING and (self._is_due(run) or conditions_hold(run, self)):
                stepping.resume(run, self)
            self._drain()

    def _is_due(self, run: Run) -> bool:
        return run.due is not None and run.due <= self.clock

    # ------------------------------------------------------------ memory

    def look(self, run: Run | None = None, *, since_start: bool = False, start: Start | None = None) -> Look:
        start = run.start if run is not None else start
        return Look(self.history, self.clock, self.workspace.zone, self.workspace.words, start, since_start)

    def _remember(self, item: Item) -> list[Signal]:
        """Take the item in; returns what it is heard as."""
        self.contact_id = item.user or self.contact_id
        self.history.seen.append((item.at, item.occurred_at))
        signals = []
        if item.name is None:
            before = self.look().zones[0]
            for name, value in item.properties.items():
                signals += self.set_attribute(name, value)
            move_waits(self, before)
        elif item.name == ENTER:
            signals = self._put_forward(item)
        else:
            signals = [self.record(item.name, item.properties, item.occurred_at, inside=False)]
        self.alarms.measure()
        return signals

    def _put_forward(self, item: Item) -> list[Signal]:
        """By hand; or by an apply, because he stands where a trigger leads, then or later."""
        recipe, trigger = str(item.properties["recipe"]), item.properties.get("trigger")
        if trigger is None:
            return [Signal("manual", recipe)]
        name = f"{recipe}/{trigger}"
        moment = timing.instant_of(item.properties.get("at") or "", "UTC") or 0
        if moment > self.clock:
            self.forward[name] = min(moment, self.forward.get(name, moment))
            return []
        self.forward.pop(name, None)
        return [Signal("existing", name)]

    def _forward_now(self) -> list[Signal]:
        due = sorted(name for name, moment in self.forward.items() if moment <= self.clock)
        for name in due:
            del self.forward[name]
        return [Signal("existing", name) for name in due]

    def set_attribute(self, name: str, value: Any) -> list[Signal]:
        """Returns the change, if it is one."""
        was = self.history.attributes_at(self.clock).get(name)
        if comparing.same(was, value):
            return []
        self.history.attributes.append((self.clock, name, value))
        return [Signal("attribute_changed", name, was=was, value=value)]

    def record(
        self, name: str, properties: Any, occurred_at: int | None = None, *, inside: bool = True
    ) -> Signal:
        occurred_at = self.clock if occurred_at is None else occurred_at
        own_at = None if inside or name in NOT_OWN_DOING else occurred_at
        self.history.events.append(Event(name, self.clock, occurred_at, properties, inside))
        return Signal("event", name, properties, occurred_at, len(self.history.events) - 1, own_at)

    # ------------------------------------------------------------ what follows from an item or a signal

    def _follow(self, signals: list[Signal], *, fires: bool = True) -> None:
        self._look_three_times(signals, fires=fires)
        self._drain()

    def _look_three_times(self, signals: list[Signal], *, fires: bool = True) -> None:
        """Goals and exits, then waits, then entries."""
        self.unsettled = False
        waiting: list[tuple[Run, Waiting]] = [(run, run.waiting) for run in self.running() if run.waiting]
        for run in self.running():
            self._look_at(run)
        for run, wait in waiting:
            if run.state == RUNNING and run.waiting is wait:
                stepping.hear(run, signals, self)
        if fires:
            enter_all(self, signals)

    def _drain(self) -> None:
        """First in, first out; where more than so many follow from one item, the runs that go on causing them fail."""
        numbers = count(1)
        while self.queue or self.unsettled:
            if not self.queue:
                self._look_three_times([])
                continue
            signal, cause = self.queue.popleft()
            if next(numbers) > MOST_SIGNALS:
                self.fail(cause)
            else:
                self._look_three_times([signal])

    def running(self) -> list[Run]:
        return sorted((run for run in self.runs if run.state == RUNNING), key=lambda run: run.order)

    def _look_at(self, run: Run) -> None:
        stepping.look_at(run, self)

    def changed(self, signals: list[Signal], run: Run) -> None:
        """After a step: memberships follow at once, what that triggers waits in the queue."""
        self.alarms.measure()
        self.unsettled = True
        self.queue.extend((each, run) for each in [*signals, *reassessing.reassess(self)])

    def end(self, run: Run, state: str) -> None:
        """A run that is under way ends; who is in a recipe is something that segments may ask for."""
        if run.state == RUNNING:
            run.end(state, self.clock)
            run.stay.until = self.clock
            self.came_or_went(run)

    def came_or_went(self, run: Run) -> None:
        self.unsettled = True
        if self.runs_matter:
            self.queue.extend((each, run) for each in reassessing.reassess(self))

    def fail(self, run: Run) -> None:
        """However it has ended by now, it failed."""
        self.end(run, "failed")
        if run.state != "failed":
            run.end("failed", self.clock)
