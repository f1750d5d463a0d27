"""A new segment over everybody, against a bare scan of the log; and how ticks fare while it is built.

The floor reads the log in the order of receipt through the same connection, row after row, and decodes nothing.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from autoflow.app import Engine, Project
from autoflow.model.clock import SystemClock, VirtualClock
from autoflow.model.durations import DAY
from autoflow.store import log
from autoflow.store.database import Database
from autoflow.store.log import CHUNK
from autoflow.store.standing import building
from bench import world

BATCH = 1_000
_ROWS = 50_000
_SPAN = 300 * DAY
SEGMENTS = {
    "times of one event in three": "{did: searched, at_least: 5 times, within_last: 100 days}",
    "sums of one event in three": "{sum_of: viewed.price, within_last: 100 days, at_least: 75}",
    "times of every event": "\n  - ".join(
        f"{{did: {name}, at_least: 2 times, within_last: 100 days}}" for name in world.EVENTS
    ),
}


class Built(NamedTuple):
    """Seconds of building, of the floor, and by how much memory grew meanwhile, in bytes."""

    what: str
    seconds: float
    floor: float
    grown: int


class Ticks(NamedTuple):
    """Events a second through log and tick: with nothing else going on, and while a segment is built."""

    alone: float
    meanwhile: float
    share: float


def populated(folder: Path, contacts: int, events: int) -> tuple[Engine, VirtualClock]:
    """An engine over contacts with a past in their records, and the same number of events each in the log."""
    running, clock = world.engine(folder, contacts)
    database = running.database
    row = database.one("SELECT max(seq) FROM event")
    assert row is not None
    for low in range(0, events, _ROWS):
        with database.write():
            _events(database, row[0], range(low, min(low + _ROWS, events)), contacts, events)
    with database.write():
        database.do(
            "UPDATE state SET cursor = ?, horizon = ?, last_at = ?", row[0] + events, world.START, world.START
        )
    database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    clock.jump(world.START + 1)
    return running, clock


def _events(database: Database, first: int, numbers: range, contacts: int, events: int) -> None:
    rows, places = [], []
    for number in numbers:
        seq, at = first + 1 + number, world.START - _SPAN + number * (_SPAN // events)
        contact, name = world.draw("who", number, contacts) + 1, world.EVENTS[number % 3]
        properties = {
            "category": world.CATEGORIES[number // 3 % 10],
            **(
                {"price": world.draw("price", number, 5_000) / 100}
                if name == "viewed"
                else {"order_id": f"A{number}"}
            ),
        }
        rows.append((seq, 0, contact, at, at, 0, 0, name, msgspec.json.encode(properties).decode(), None))
        places.append((seq // CHUNK, contact, seq))
    database.many("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    database.many("INSERT INTO event_of_contact VALUES (?, ?, ?)", places)


def floor(database: Database) -> float:
    """Seconds that a bare scan of the log takes."""
    begun = time.perf_counter()
    for _ in database.each("SELECT * FROM event ORDER BY seq"):
        pass
    return time.perf_counter() - begun


def releases(running: Engine, folder: Path, name: str, condition: str) -> None:
    """One segment more is applied and entered; nothing is built yet."""
    (folder / f"segments/{name}.yaml").write_text(f"segment: {name}\nconditions:\n  - {condition}\n")
    running.project = Project(folder, environment={}, clock=running.project.clock)
    assert running.project.apply(running.database) is not None
    running.tick()
    assert building(running.database) is not None


def build(running: Engine, folder: Path, number: int, what: str, condition: str) -> Built:
    """How long a new segment takes with nothing else going on."""
    raw = min(floor(running.database) for _ in range(2))
    releases(running, folder, f"new{number}", condition)
    before = _peak(reset=True)
    begun = time.perf_counter()
    while running.tick():
        pass
    took = time.perf_counter() - begun
    members = running.database.one("SELECT count(*) FROM membership WHERE segment = ?", f"new{number}")
    assert members is not None and members[0] > 0, "nobody is in it: nothing was built"
    return Built(what, took, raw, _peak() - before)


def ticks(running: Engine, folder: Path, contacts: int, count: int) -> Ticks:
    """Events in batches that are waiting when the engine looks, before a segment is built and meanwhile."""

    def rate(first: int, *, built: bool) -> float:
        events = list(world.messages(count, contacts, light=False, start=clock.now(), first=first))
        begun, done = time.perf_counter(), 0
        for low in range(0, count, 4 * BATCH):
            for start in range(low, min(low + 4 * BATCH, count), BATCH):
                log.append(running.database, events[start : start + BATCH], clock.now())
            done = min(low + 4 * BATCH, count)
            if built:
                while running.tick():
                    pass
                continue
            while _unread(running.database):
                running.tick()
            if building(running.database) is None:
                break
        return done / (time.perf_counter() - begun)

    # The pace goes by the time that ticks take, so this part needs a clock that passes.
    clock = _Passing(world.START - SystemClock().now())
    running.close()
    running = Engine(Project(folder, environment={}, clock=clock), running.database)
    alone = rate(10_000_000, built=True)
    releases(running, folder, "meanwhile", SEGMENTS["sums of one event in three"])
    meanwhile = rate(20_000_000, built=False)
    running.close()
    return Ticks(alone, meanwhile, meanwhile / alone)


class _Passing(SystemClock):
    """The machine's clock, set to the bench's day."""

    def __init__(self, ahead: int) -> None:
        self._ahead = ahead

    def now(self) -> int:
        return super().now() + self._ahead


def _unread(database: Database) -> bool:
    return database.one("SELECT 1 FROM event WHERE seq > (SELECT cursor FROM state) LIMIT 1") is not None


def _peak(*, reset: bool = False) -> int:
    """The most memory this process has held, in bytes; since the last `reset` where the system can tell."""
    if reset:
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(folder: Path, contacts: int, events: int) -> Iterator[Built]:
    """Each of `SEGMENTS`, built over the same people."""
    running, _ = populated(folder, contacts, events)
    for number, (what, condition) in enumerate(SEGMENTS.items()):
        yield build(running, folder, number, what, condition)
    running.close()
    running.database.close()


def measure_ticks(folder: Path, contacts: int, events: int, count: int) -> Ticks:
    """How ticks fare while a segment is built over the same people."""
    running, _ = populated(folder, contacts, events)
    found = ticks(running, folder, contacts, count)
    running.database.close()
    return found
