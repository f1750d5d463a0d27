"""The whole language through the store: what the core decides alone, it decides here, in whatever ticks."""

from __future__ import annotations

import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.core.adopt import adopt
from autoflow.core.fresh import everything
from autoflow.core.program import Program
from autoflow.kinds.memory import InWindow
from autoflow.kinds.view import View
from autoflow.model.contact import Record, Window, unpack
from autoflow.model.event import IDENTIFY, Incoming
from autoflow.store import log, tick
from autoflow.store.past import histories
from tests.engine import laws
from tests.engine.world import World
from tests.oracle import timing
from tests.oracle.engine import engine
from tests.oracle.people import Person, people
from tests.oracle.scenarios import Scenario, scenarios

_RARELY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def incoming(person: Person, place: int) -> Incoming:
    item = person.items[place]
    name = item.name or IDENTIFY
    return Incoming(name, person.key[2:], None, dict(item.properties), item.occurred_at)


def arrivals(everybody: list[Person], end: int) -> list[tuple[int, Incoming]]:
    found = [
        (item.at, incoming(person, place))
        for person in everybody
        for place, item in enumerate(person.items)
        if item.at <= end
    ]
    return sorted(found, key=lambda pair: pair[0])


def live(scenario: Scenario, folder: Path, cuts: list[int]) -> World:
    """The scenario lived through; `cuts` says after how many arrivals there is a tick, in turn."""
    files, messages, end, _ = scenario
    waiting = arrivals(people(messages), end)
    world = World(folder, files, waiting[0][0] - timing.HOUR, mail=False)
    world.engine.settle()
    for number, (at, message) in enumerate(waiting):
        world.clock.jump(at)
        log.append(world.database, [message], at)
        if number % 5 < cuts[number % len(cuts)]:
            limits: dict[str, int] = {"events": 1 + number % 3, "timers": 1 + number % 2}
            tick.tick(world.database, world.engine.applied, at, world.engine.lease.fence, **limits)
    world.clock.jump(end)
    world.engine.settle()
    return world


def decided(world: World) -> tuple[list[Any], list[Any]]:
    """Every run and every message."""
    database = world.database
    messages = database.all(
        "SELECT at, recipe, step, channel, name, key, outcome, reason FROM outbox UNION ALL"
        " SELECT at, recipe, step, 'tasks', 'tasks', key, 'sent', '' FROM task ORDER BY at, key"
    )
    runs = database.all(
        "SELECT r.entered_at, r.recipe, c.key, r.entry, r.state, coalesce(r.ended_at, 0)"
        " FROM run r JOIN contact c ON c.id = r.contact"
    )
    return sorted(runs), messages


@_RARELY
@given(scenarios(), st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_the_store_decides_what_the_core_decides(scenario: Scenario, cuts: list[int]) -> None:
    core = engine(scenario.files)
    alone = core.run(scenario.messages, scenario.end)
    with TemporaryDirectory() as folder:
        world = live(scenario, Path(folder), cuts)
        try:
            runs, messages = decided(world)
            records = world.database.all("SELECT key, record FROM contact WHERE record IS NOT NULL")
            laws.check(world.database, {})
        finally:
            world.close()
    assert runs == alone.runs
    kept = [row for row in alone.messages if (row.channel, row.outcome) != ("tasks", "skipped")]
    assert messages == sorted(kept, key=lambda row: (row[0], row[5]))
    for key, blob in records:
        assert core.state(unpack(blob), scenario.end).differs_from(alone.states[key]) == {}


@_RARELY
@given(scenarios())
def test_a_memory_built_from_the_log_is_the_one_that_was_kept(scenario: Scenario) -> None:
    with TemporaryDirectory() as folder:
        world = live(scenario, Path(folder), [5])
        try:
            program = world.engine.applied.program
            fresh = everything(program)
            rows = world.database.all("SELECT id, record FROM contact WHERE record IS NOT NULL")
            past = histories(world.database, [row[0] for row in rows], fresh.events, before=scenario.end + 1)
            for contact, blob in rows:
                kept = unpack(blob)
                built = copy.deepcopy(kept)
                adopt(program, built, past.get(contact, []), scenario.end + 1, 1, fresh)
                assert remembered(program, built, scenario.end) == remembered(program, kept, scenario.end)
        finally:
            world.close()


def remembered(program: Program, record: Record, now: int) -> dict[str, Any]:
    """What the memories say now; of windows what they hold, however much of the past still lies in them."""
    view = View(record, now + 1, program.zone)
    found: dict[str, Any] = {}
    for key, memory in program.memory_keys().items():
        cell = record.memory.get(key)
        if isinstance(cell, Window) and isinstance(memory, InWindow):
            total, count, _ = memory.state(cell, view)
            if count:
                found[key] = (total, count)
        elif cell is not None:
            found[key] = cell
    return found
