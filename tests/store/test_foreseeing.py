"""What an apply would do is what it then does, to everybody, wherever the engine is; and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.core.adopt import adopt
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record, unpack
from autoflow.model.durations import DAY
from autoflow.model.event import Incoming
from autoflow.store import foreseeing, log, tick
from autoflow.store.applying import apply
from autoflow.store.database import Database
from autoflow.store.definitions import latest_release, numbered
from autoflow.store.foreseeing import Foresight, Seen
from tests.engine.sources import RECIPES, SEGMENTS, workspace
from tests.engine.world import START, World, identify, track
from tests.oracle import timing
from tests.oracle.people import people
from tests.oracle.scenarios import Scenario, scenarios
from tests.store.dumping import dump
from tests.store.test_building import ENTERING, NAMES, build, peopled
from tests.store.test_tick import FAT, drain, stories
from tests.store.test_whole_language import arrivals

Make = Callable[..., World]
_RARELY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@contextmanager
def foresight(database: Database, files: dict[str, str], now: int) -> Iterator[Foresight]:
    with database.read():
        yield Foresight(database, numbered(database, read_workspace(files, {})), {}, now)


def foreseen(database: Database, files: dict[str, str], now: int) -> dict[str, Seen]:
    """By key, everybody as he would be; the store must be as it was."""
    before = dump(database)
    with foresight(database, files, now) as ahead, pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            foreseeing, "is_trouble", lambda _: True
        )  # whoever cannot be worked out would be left out
        found = {each.record.key: each for each in ahead.people(ahead.everybody())}
        assert ahead.aside == 0
    assert dump(database) == before
    return found


def records(database: Database) -> dict[str, Record]:
    rows = database.all("SELECT record FROM contact WHERE record IS NOT NULL")
    return {record.key: record for record in (unpack(row[0]) for row in rows) if record.first_known}


def came_true(world: World, files: dict[str, str], now: int, found: dict[str, Seen]) -> None:
    """Apply at that instant, let the engine come to it and no further, and compare."""
    before: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    apply(world.database, read_workspace(files, {}), now, by="me")
    entered, building = world.engine._definitions.enter_release, world.engine._builder
    release = latest_release(world.database)

    def noted(database: Database, applied: object, fence: int) -> None:
        if applied.release == release:  # type: ignore[attr-defined]
            before.update(
                (key, (frozenset(each.segments), frozenset(each.audiences)))
                for key, each in records(database).items()
            )
        entered(database, applied, fence)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.engine._definitions, "enter_release", noted)
        world.engine.settle()
    assert not building.open
    assert world.database.all("SELECT * FROM set_aside") == []
    after = records(world.database)
    assert found.keys() == after.keys()
    for key, seen in found.items():
        assert set(seen.record.segments) == set(after[key].segments), key
        assert set(seen.record.audiences) == set(after[key].audiences), key
        assert seen.record.computed == after[key].computed, key
        assert (seen.segments, seen.audiences) == before[key], key


@_RARELY
@given(scenarios(), scenarios(), st.lists(st.integers(0, 5), min_size=1, max_size=4), st.data())
def test_what_is_foreseen_comes_true(
    scenario: Scenario, other: Scenario, cuts: list[int], data: st.DataObject
) -> None:
    """Rows unread, timers due, a release that the engine has not come to, merges: all of it is lived on copies."""
    files, messages, end, _ = scenario
    waiting = arrivals(people(messages), end)
    released = data.draw(st.integers(0, 2 * len(waiting)))  # often never
    with TemporaryDirectory() as folder:
        world = World(Path(folder), files, waiting[0][0] - timing.HOUR, mail=False)
        try:
            if data.draw(st.booleans()):
                world.engine.settle()
            proposed = other.files
            for number, (at, message) in enumerate(waiting):
                world.clock.jump(at)
                log.append(world.database, [message], at)
                if number == released:
                    world.release(other.files)
                    proposed = files
                if number % 5 < cuts[number % len(cuts)]:
                    limits: dict[str, int] = {"events": 1 + number % 3, "timers": 1 + number % 2}
                    world.engine.tick() if number % 2 else tick.tick(
                        world.database, world.engine.applied, at, world.engine.lease.fence, **limits
                    )
            proposed = {**proposed, "autoflow.yaml": proposed["autoflow.yaml"] + "\n# proposed\n"}
            world.clock.jump(end)
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(foreseeing, "BATCH", data.draw(st.integers(1, 4)))
                found = foreseen(world.database, proposed, end + 1)
            came_true(world, proposed, end + 1, found)
        finally:
            world.close()


PROPOSED = workspace(
    {**RECIPES, **ENTERING},
    {
        **{name: text for name, text in SEGMENTS.items() if name != "buyers"},
        "lapsed": "conditions: [{did: purchased}, {did_not: purchased, within_last: 5 days}]\n",
        "mailed": "conditions: [{did: email_sent, at_least: 2 times, within_last: 30 days}]\n",
        "rich": "conditions: [{sum_of: purchased.total, within_last: 10 days, at_least: 60}]\n",
    },
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(stories, st.data())
def test_whoever_turns_out_to_be_one_is_foreseen_as_one(
    story: list[tuple[int, list[Incoming]]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder), workspace({}, {}), mail=False)
        try:
            now, released = START, data.draw(st.integers(0, len(story)))
            for number, (hours, messages) in enumerate(story):
                now += hours * 3_600_000_000
                world.clock.jump(now)
                log.append(world.database, messages, now)
                if number == released:
                    world.release(workspace())
                for _ in range(data.draw(st.integers(0, 3))):
                    world.engine.tick()
            now += data.draw(st.sampled_from([0, 1, 30])) * DAY
            world.clock.jump(now)
            at = now + len(story) * 10 + 10
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(foreseeing, "BATCH", data.draw(st.integers(1, 4)))
                found = foreseen(world.database, PROPOSED, at)
            came_true(world, PROPOSED, at, found)
        finally:
            world.close()


@pytest.mark.parametrize("days", [1, 3])
def test_windows_that_outgrew_the_record(world: Make, days: int) -> None:
    """Entries in their own table are looked at and stay there; a fresh window is built in the copy alone."""
    one = world(workspace({}, FAT), mail=False)
    drain(one)
    for minute in range(1, 131):
        one.clock.jump(START + minute * 60_000_000)
        one.append(track("purchased", total=1))
    drain(one)
    more = {"lots": "conditions: [{sum_of: purchased.total, within_last: 20 days, at_least: 110}]\n"}
    now = START + days * DAY
    one.clock.jump(now)
    files = workspace({}, {**FAT, **more})
    found = foreseen(one.database, files, now + 1)
    assert set(found["u:ana"].record.segments) == (
        {"hundred", "rich", "lots"} if days == 1 else {"rich", "lots"}
    )
    came_true(one, files, now + 1, found)


@pytest.mark.parametrize("built", [0, 1, 5, 12])
def test_while_a_release_is_being_built(world: Make, built: int) -> None:
    one = peopled(world)
    one.engine.tick()
    while not one.engine._builder._work.gathered:  # type: ignore[union-attr]
        build(one, 1)
    for _ in range(built):
        build(one, 1)
    files = workspace({}, {**SEGMENTS, "big": "conditions: [{sum_of: purchased.total, at_least: 130}]\n"})
    found = foreseen(one.database, files, START + DAY)
    assert {key: set(each.segments) for key, each in found.items()} == {
        f"u:{name}": {"buyers", "big"} for name in NAMES
    }
    assert all(set(each.record.segments) == {"buyers"} for each in found.values())
    came_true(one, files, START + DAY, found)


def test_those_in_segments_are_all_who_may_be_in_them_by_then(world: Make) -> None:
    one = world(workspace({}, SEGMENTS), mail=False)
    one.append(*(track("purchased", who, total=10) for who in NAMES), track("looked", "eve"))
    one.engine.settle()
    one.append(track("purchased", NAMES[0], total=10), track("looked", "zoe"))
    with foresight(one.database, workspace({}, SEGMENTS), START + DAY) as ahead:
        assert list(ahead.those_in({"buyers"})) == [*range(1, 13), 14], "zoe is unread, eve is in nothing"
        assert list(ahead.those_in({"cold"})) == [1, 14]
    with foresight(one.database, workspace({}, SEGMENTS), START + 20 * DAY) as ahead:
        assert len(ahead.those_in({"cold"})) == 14 - 1, "whose time comes by then is looked at"


def test_whoever_cannot_be_worked_out_is_left_out_alone(world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    one = world(workspace({}, SEGMENTS), mail=False)
    one.append(*(track("purchased", who, total=60) for who in NAMES))
    one.engine.settle()
    broken = set(NAMES[2:4])

    def poisoned(program: object, record: Record, *args: object, **more: object) -> object:
        assert record.name not in broken
        return adopt(program, record, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(foreseeing, "adopt", poisoned)
    with foresight(one.database, PROPOSED, START + DAY) as ahead:
        assert [each.record.name for each in ahead.people(ahead.everybody())] == [
            name for name in NAMES if name not in broken
        ]
        assert ahead.aside == 2


def test_who_is_set_aside_is_left_out_with_whom_he_turns_out_to_be(world: Make) -> None:
    one = world(workspace({}, SEGMENTS), mail=False)
    one.append(*(track("purchased", who, total=60) for who in NAMES), Incoming("looked", None, "v"))
    one.engine.settle()
    one.append(Incoming("looked", NAMES[1], "v"))
    one.database.do("INSERT INTO set_aside VALUES (1, 0, 'x', 1, 0, 1, 0), (13, 0, 'x', 1, 0, 1, 0)")
    with foresight(one.database, PROPOSED, START + DAY) as ahead:
        assert [each.record.name for each in ahead.people(ahead.everybody())] == NAMES[2:]
        assert ahead.aside == 3


def test_who_was_erased_is_nobody(world: Make) -> None:
    one = world(workspace({}, SEGMENTS), mail=False)
    one.append(track("purchased", "ana", total=60), identify("bo", email="bo@example.com"))
    one.engine.settle()
    one.append(Incoming("$erase", "bo", None, {"as": "x:1"}))
    with foresight(one.database, PROPOSED, START + DAY) as ahead:
        assert [each.record.name for each in ahead.people(ahead.everybody())] == ["ana"]


RICH = {"rich": "conditions: [{sum_of: purchased.total, at_least: 100}]\n"}


def test_what_steps_will_have_done_by_then_is_remembered(world: Make) -> None:
    """A mail that is not decided yet counts in a segment that is new: the engine would have decided it before."""
    recipes = {"m": "trigger: {event: looked}\nactions: [{wait: 1 hour}, {send_email: hello}]\n"}
    files = workspace(recipes, {"mailed": "conditions: [{did: email_sent}]\n"})
    one = world(workspace(recipes, {}), mail=False)
    one.append(identify("ana", email="ana@example.com"), identify("bo", email="bo@example.com"))
    one.engine.settle()
    one.append(track("looked", "ana"))
    found = foreseen(one.database, files, START + DAY)
    assert {key: set(each.record.segments) for key, each in found.items()} == {
        "u:ana": {"mailed"},
        "u:bo": set(),
    }
    came_true(one, files, START + DAY, found)


def test_two_who_are_one_by_then_have_one_past(world: Make) -> None:
    one = world(workspace({}, {}), mail=False)
    one.append(track("purchased", "ana", total=60), Incoming("purchased", None, "v", {"total": 60}))
    one.engine.settle()
    one.append(Incoming("looked", "ana", "v"))
    found = foreseen(one.database, workspace({}, RICH), START + DAY)
    assert {key: set(each.record.segments) for key, each in found.items()} == {"u:ana": {"rich"}}
    came_true(one, workspace({}, RICH), START + DAY, found)


def test_until_they_are_one_each_has_his_own_past(world: Make) -> None:
    """Between a release that waits and the merge behind it, she is not rich yet, and so not tagged."""
    tagging = {"t": "trigger: {event: looked}\nconditions: [{in_segment: rich}]\nactions: [add_tag: saw]\n"}
    tagged = {"tagged": "conditions: [{has_tag: saw}]\n"}
    one = world(workspace({}, {}), mail=False)
    one.append(track("purchased", "ana", total=60))
    one.engine.settle()
    one.append(Incoming("purchased", None, "v", {"total": 60}))
    one.release(workspace(tagging, RICH))
    one.append(track("looked", "ana"), Incoming("refunded", "ana", "v"))
    files = workspace(tagging, {**RICH, **tagged})
    found = foreseen(one.database, files, START + DAY)
    assert {key: set(each.record.segments) for key, each in found.items()} == {"u:ana": {"rich"}}
    came_true(one, files, START + DAY, found)
