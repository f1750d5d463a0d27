"""Cost by change (P5), counted and not timed: SQLite's VM steps and rows loaded for one event's append and tick.

Each pair makes the same change happen in a small and in a large world. The counts are the same on every machine
and however busy it is, so `tests/engine/test_cost_by_change.py` asserts them at a smaller scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from autoflow.app import Engine
from autoflow.kinds.memory import KEPT
from autoflow.model.clock import VirtualClock
from autoflow.model.durations import DAY
from autoflow.model.event import Incoming
from autoflow.store import ledger, log
from autoflow.store.database import Database, Row
from bench import world

TOLERANCE = 0.05
WHO = "0000001"
_FAR = world.START + 3_000 * DAY
_HOUR = DAY // 24
_CHUNK = 1_000


class Cost(NamedTuple):
    """What one change costs the store."""

    steps: int
    rows: int


class Pair(NamedTuple):
    """The same change in a small and in a large world."""

    what: str
    small: Cost
    large: Cost

    @property
    def ratios(self) -> tuple[float, float]:
        """Large to small: of VM steps, and of rows loaded."""
        return _ratio(self.small.steps, self.large.steps), _ratio(self.small.rows, self.large.rows)

    @property
    def holds(self) -> bool:
        """Whether the large world costs what the small one does."""
        return all(abs(ratio - 1) <= TOLERANCE for ratio in self.ratios)


class CountingDatabase(Database):
    """A store that counts what is asked of it: rows handed out, and steps of SQLite's virtual machine."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.connection, database.path)
        self.rows = 0
        self.steps = 0

    def all(self, sql: str, *values: Any) -> list[Row]:
        found = super().all(sql, *values)
        self.rows += len(found)
        return found

    def one(self, sql: str, *values: Any) -> Row | None:
        found = super().one(sql, *values)
        self.rows += found is not None
        return found

    def each(self, sql: str, *values: Any) -> Iterator[Row]:
        for row in super().each(sql, *values):
            self.rows += 1
            yield row

    def cost_of(self, change: Callable[[], object]) -> Cost:
        """Do it, and say what it took."""
        self.rows = self.steps = 0
        self.connection.set_progress_handler(self._step, 1)
        try:
            change()
        finally:
            self.connection.set_progress_handler(None, 0)
        return Cost(self.steps, self.rows)

    def _step(self) -> int:
        self.steps += 1
        return 0


def contacts(folder: Path, small: int, large: int) -> Pair:
    """A purchase that moves segments and enters recipes, among few and among many contacts, all of them busy."""

    def cost(count: int) -> Cost:
        running, clock = world.engine(folder / f"contacts-{count}", count)
        _furnish(running.database, count)
        _live(running, clock, past=10)
        return _cost_of_a_purchase(running, clock)

    return Pair(f"one event among {small:,} and {large:,} contacts", cost(small), cost(large))


def visitors(folder: Path, small: int, large: int) -> Pair:
    """A visitor who says who he is, among few and among many contacts."""

    def cost(count: int) -> Cost:
        running, clock = world.engine(folder / f"visitors-{count}", count)
        visit = Incoming("scrolled", anonymous_id="browser", occurred_at=clock.now(), message_id="visit")
        log.append(running.database, [visit], clock.now())
        return _cost_of_a_purchase(running, clock, user="newcomer", anonymous="browser")

    return Pair(f"one event known at last, among {small:,} and {large:,}", cost(small), cost(large))


def recipes(folder: Path, small: int, large: int) -> Pair:
    """A purchase that one recipe asks for, while all the others listen for something else."""

    def cost(count: int) -> Cost:
        place = folder / f"recipes-{count}"
        running, clock = world.engine(_one_of(place, count), 100, recipes=0)
        _live(running, clock, past=10)
        return _cost_of_a_purchase(running, clock)

    return Pair(f"one event with {small:,} and {large:,} recipes", cost(small), cost(large))


def past(folder: Path, small: int, large: int) -> Pair:
    """A purchase of somebody with a short and with a long past, all of it inside a window that sums a year."""

    def cost(count: int) -> Cost:
        running, clock = world.engine(folder / f"past-{count}", 100)
        _live(running, clock, past=count)
        spilled = running.database.one("SELECT count(*) FROM window_entry")
        assert spilled is not None and (spilled[0] > 0) is (count > KEPT)
        return _cost_of_a_purchase(running, clock)

    return Pair(f"one event after {small:,} and {large:,} past events", cost(small), cost(large))


def mails(folder: Path, small: int, large: int) -> Pair:
    """The post's look for what may go out, after few and after many mails that were sent long ago."""

    def cost(count: int) -> Cost:
        running, clock = world.engine(folder / f"mails-{count}", 10, recipes=1)
        database = running.database
        with database.write():
            database.many(
                "INSERT INTO outbox VALUES (?, ?, 0, 1, ?, 0, 'r', 1, 1, '1', 'email', 't', 'sent', '', 'marketing',"
                " 'v', '{}', 'sent', 1, ?, '', ?)",
                ((each, f"k{each}", clock.now(), clock.now(), clock.now()) for each in range(1, count + 1)),
            )
        counting = CountingDatabase(database)

        def look() -> None:
            ledger.hold_late(counting, clock.now(), DAY)
            ledger.waiting(counting, clock.now(), 200)
            ledger.next_attempt(counting)

        found = counting.cost_of(look)
        _close(running)
        return found

    return Pair(f"a look of the post, {small:,} and {large:,} mails sent", cost(small), cost(large))


def measure(folder: Path, *, quick: bool = False) -> Iterator[Pair]:
    """The pairs, at the size that is asked for or, `quick`, at a smaller one."""
    yield contacts(folder, 10_000, 100_000 if quick else 1_000_000)
    yield visitors(folder, 10_000, 100_000)
    yield recipes(folder, 10, 500)
    yield past(folder, 10, 5_000 if quick else 100_000)
    yield mails(folder, 1_000, 10_000 if quick else 100_000)


def _ratio(small: int, large: int) -> float:
    return large / small if small else float(large == 0)


def _cost_of_a_purchase(
    running: Engine, clock: VirtualClock, user: str = WHO, anonymous: str | None = None
) -> Cost:
    """Of one event from its append to the next alarm: everything but the commit's way to the disk."""
    counting = CountingDatabase(running.database)
    running.database = counting
    _settle(running, clock, world.START + 2 * _HOUR)
    clock.jump(clock.now() + 1)
    event = _purchase("measured", clock.now(), total=450, category="c2", user=user, anonymous=anonymous)

    def change() -> None:
        log.append(counting, [event], clock.now())
        while running.tick():
            pass
        running.next_timer()

    cost = counting.cost_of(change)
    assert counting.one("SELECT 1 FROM membership WHERE segment = 'tea'"), "the purchase moved nothing"
    _close(running)
    return cost


def _live(running: Engine, clock: VirtualClock, *, past: int) -> None:
    """Purchases of one contact over the last 300 days, the last ten always the same; then time to come to rest."""
    earlier = [
        _purchase(f"early{each}", world.START - 300 * DAY + each * (200 * DAY // past), total=5_000)
        for each in range(past - 10)
    ]
    lately = [_purchase(f"late{each}", world.START - (20 - each) * DAY, total=5_000) for each in range(10)]
    events = earlier + lately
    clock.jump(world.START)
    for low in range(0, len(events), _CHUNK):
        log.append(running.database, events[low : low + _CHUNK], clock.now())
        while running.tick():
            pass
    _settle(running, clock, world.START + _HOUR)


def _settle(running: Engine, clock: VirtualClock, instant: int) -> None:
    clock.jump(instant)
    while running.tick():
        pass


def _purchase(
    name: str, at: int, *, total: int, category: str = "c1", user: str = WHO, anonymous: str | None = None
) -> Incoming:
    properties = {"order_id": name, "total": total, "category": category}
    return Incoming("purchased", user, anonymous, properties, occurred_at=at, message_id=name)


def _furnish(database: Database, count: int) -> None:
    """Everybody else waits for something, is in a segment, has a tag, a run and a past."""
    others = f"SELECT id FROM contact WHERE name != '{WHO}' AND id <= {count}"
    with database.write():
        database.do(f"INSERT INTO timer SELECT {_FAR} + id, id FROM ({others})")
        database.do(f"INSERT INTO membership SELECT 'repeat', id, 0 FROM ({others})")
        database.do(f"INSERT INTO tag SELECT 't0', id, 0 FROM ({others})")
        database.do(f"INSERT INTO run SELECT id, 'r0', 1, 0, 1, 'finished', '', 0, 0, '' FROM ({others})")


def _one_of(folder: Path, count: int) -> Path:
    """A workspace of which one recipe asks for the purchase that is measured."""
    world.workspace(folder, recipes=0)
    one = "event: {name: purchased, where: {total: {at_least: 400}, category: c2}}"
    others = (
        "event: {name: purchased, where: {total: {at_least: 400}, category: c1}}",
        "event: scrolled",
        "segment_left: lost",
        'page_visited: {path: "/p{number}"}',
    )
    for number in range(count):
        trigger = others[number % len(others)].replace("{number}", str(number)) if number else one
        (folder / f"recipes/r{number}.yaml").write_text(
            f"recipe: r{number}\ntrigger:\n  {trigger}\nactions:\n  - add_tag: t{number}\n  - wait: 1 day\n"
        )
    return folder


def _close(running: Engine) -> None:
    running.close()
    running.database.close()
