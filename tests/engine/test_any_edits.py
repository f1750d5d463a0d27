"""Whatever is edited, at whatever time, while people wait: nobody is mailed twice, nobody is lost, nobody enters by it.

A pause holds everybody, and how the engine's work is cut changes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from pprint import pformat
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.app import Project
from autoflow.lab.plan.apply import LetIn
from autoflow.lab.plan.letting_in import read_pace
from autoflow.lab.plan.moving import moving
from autoflow.model.durations import DAY
from autoflow.model.event import APPLY, ENTER
from autoflow.model.instants import parse_instant
from autoflow.model.problems import AutoflowError
from autoflow.store import tick
from autoflow.store.database import Database
from autoflow.store.definitions import latest_release, release_workspace
from autoflow.store.orders import Moves, halts
from tests.engine import laws
from tests.engine.drawn_edits import PEOPLE, SEGMENTS, Op, scripts
from tests.engine.sources import workspace
from tests.engine.world import World, identify, track, write_files
from tests.store.dumping import dump

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
HOUR = DAY // 24
ZONES = {"A": "Asia/Tokyo", "B": "America/New_York"}
LAST = workspace({"r": "trigger: {event: refunded}\nactions: [{add_tag: over}]\n"}, {"buyers": SEGMENTS[0]})
Script = tuple[dict[str, str], list[Op]]


class Marketer:
    """Does what a script says. How people are moved is put into `moved`, or taken from there: what is said to be moved
    depends on how far the engine has come.
    """

    def __init__(self, world: World, files: dict[str, str], moved: dict[int, Moves]) -> None:
        self.world = world
        self.files = files
        self.moved = moved

    def work(self, script: list[Op], cut: Callable[[World], None]) -> None:
        """After each thing the engine works as `cut` lets it; at the end everybody walks on for as long as he likes."""
        world = self.world
        world.append(*(identify(who, email=f"{who}@example.com") for who in PEOPLE))
        cut(world)
        for number, op in enumerate(script):
            world.clock.jump(world.clock.now() + op.hours * HOUR)
            with suppress(AutoflowError):  # refused in words, and nothing has changed
                self._do(number, op)
            cut(world)
        world.clock.jump(world.clock.now() + HOUR)
        world.release(LAST)
        if "r" in halts(world.database, latest_release(world.database)):
            world.project.halt(world.database, ["r"], None)
        for _ in range(3):
            world.clock.jump(world.clock.now() + 60 * DAY)
            world.engine.settle()

    def _do(self, number: int, op: Op) -> None:
        world = self.world
        if op.what == "events":
            self._happen(op.with_)
        elif op.what == "halt":
            world.project.halt(world.database, ["r"], op.with_)
        elif op.what == "rollback":
            world.project.rollback(world.database, op.with_ or None)
        elif op.what == "delete":
            self._apply(number, {path: text for path, text in self.files.items() if "recipes/" not in path})
        elif op.what == "again":
            self._apply(number, self.files, moves=op.with_)
        else:
            pace = read_pace("1 per day") if op.what == "paced" else None
            let_in = LetIn(("r",), pace) if op.what in {"existing", "paced"} else None
            self._apply(number, op.with_, moves=op.what == "move", let_in=let_in)

    def _happen(self, what: list[tuple[str, str, str]]) -> None:
        for who, name, order in what:
            zone = name == "moves"
            self.world.append(
                identify(who, timezone=ZONES[order]) if zone else track(name, who, order_id=order, total=10)
            )

    def _apply(
        self, number: int, files: dict[str, str], *, moves: bool = False, let_in: LetIn | None = None
    ) -> None:
        world, self.files = self.world, files
        write_files(world.folder, files)
        world.project = world.engine.project = Project(world.folder, environment={}, clock=world.clock)
        if number not in self.moved:
            found = moving(world.database, world.project.workspace, {}) if moves else []
            self.moved[number] = {(each.recipe, each.before): each.steps for each in found}
        world.project.apply_with(world.database, let_in, moved=self.moved[number])


# -- what holds whatever is done


def check(database: Database) -> None:
    assert database.all("SELECT * FROM set_aside") == []
    laws.check(database, {})
    mailed = database.all("SELECT contact, recipe, entry, name FROM outbox WHERE channel = 'email'")
    assert [each for each, times in Counter(mailed).items() if times > 1] == [], "mailed twice"
    lost = database.all("SELECT * FROM run WHERE state IN ('running', 'failed')")
    assert lost == [], "on the way still, half a year later"
    nobody_enters_but_by_what_he_did(database)
    a_pause_holds(database)


def nobody_enters_but_by_what_he_did(database: Database) -> None:
    moments = {
        tuple(row)
        for row in database.all(
            "SELECT contact, at FROM event WHERE name IN ('purchased', 'looked', 'refunded')"
        )
    }
    for contact, at, text in database.all("SELECT contact, at, properties FROM event WHERE name = ?", ENTER):
        moment = json.loads(text).get("at")
        moments.add((contact, parse_instant(moment) if moment else at))
    entered = database.all("SELECT contact, at FROM journal WHERE kind = 'entered'")
    assert [each for each in entered if tuple(each) not in moments] == [], "entered for an edit"


def a_pause_holds(database: Database) -> None:
    """From each release to the next, by what it says of the recipe."""
    places = database.all(
        "SELECT at, json_extract(properties, '$.release') FROM event WHERE name = ? ORDER BY at", APPLY
    )
    for (at, release), (until, _) in zip(places, [*places[1:], (1 << 62, 0)], strict=True):
        recipe = release_workspace(database, release, {}).recipes.get("r")
        status = recipe.status if recipe is not None else halts(database, release).get("r", "deleted")
        for kind in {"live": (), "paused": ("entered", "ended")}.get(status, ("entered",)):
            found = database.all(
                "SELECT * FROM journal WHERE kind = ? AND at >= ? AND at < ? AND subject NOT IN ('goal', 'exited')",
                *(kind, at, until),
            )
            assert found == [], f"{kind} while {status}"
        mailed = database.all("SELECT * FROM outbox WHERE at >= ? AND at < ?", at, until)
        assert status != "paused" or mailed == [], "mailed while paused"


def play(script: Script, data: st.DataObject) -> None:
    first, ops = script
    moved: dict[int, Moves] = {}

    def lived(cut: Callable[[World], None]) -> dict[str, Any]:
        with TemporaryDirectory() as folder:
            world = World(Path(folder), first, mail=False)
            try:
                Marketer(world, first, moved).work(ops, cut)
                check(world.database)
                return dump(world.database)
            finally:
                world.close()

    def whole(world: World) -> None:
        world.engine.settle()

    def anyhow(world: World) -> None:
        engine = world.engine
        for _ in range(data.draw(st.integers(0, 2))):
            if data.draw(st.booleans()):
                engine.tick()
            else:
                limits = {"events": data.draw(st.integers(1, 3)), "timers": data.draw(st.integers(1, 3))}
                tick.tick(world.database, engine.applied, world.clock.now(), engine.lease.fence, **limits)
        if data.draw(st.integers(0, 3)) == 0:
            world.reopen()

    expected, found = lived(whole), lived(anyhow)
    differing = {name: (rows, found[name]) for name, rows in expected.items() if rows != found[name]}
    assert not differing, pformat(differing, width=160)


@settings(max_examples=12, suppress_health_check=SLOW)
@given(scripts, st.data())
def test_any_edits(script: Script, data: st.DataObject) -> None:
    play(script, data)


@pytest.mark.stress
@settings(max_examples=1_000, suppress_health_check=SLOW)
@given(scripts, st.data())
def test_any_edits_at_length(script: Script, data: st.DataObject) -> None:
    play(script, data)
