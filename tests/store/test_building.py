"""Definitions that are new are built among ticks: how far that has come changes nothing that is decided."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.model.clock import VirtualClock
from autoflow.model.contact import Record, unpack
from autoflow.model.durations import DAY
from autoflow.model.event import Incoming
from autoflow.store import building, gathering, log, tick
from autoflow.store.standing import building as going_on
from autoflow.store.standing import built, standing
from tests.engine import laws
from tests.engine.sources import RECIPES, SEGMENTS, workspace
from tests.engine.world import START, World, identify, track
from tests.store.dumping import dump
from tests.store.queries import seen
from tests.store.test_definitions import members, settle, tags
from tests.store.test_tick import arrivals

HOUR = 3_600_000_000
Make = Callable[..., World]
NAMES = [f"c{n:02}" for n in range(12)]
ENTERING = {"r": "trigger: {segment_entered: big}\nactions: [add_tag: in]\n"}


def peopled(make: Make, *names: str, files: dict[str, str] | None = None) -> World:
    """Everybody has bought for 60 twice before the segments come; they are released and not reached yet."""
    one = make(workspace({}, {}), mail=False)
    one.append(*(track("purchased", who, total=60) for _ in "12" for who in names or NAMES))
    settle(one)
    one.release(files or workspace({}, SEGMENTS))
    return one


def build_all(one: World) -> None:
    """Come to the release and build it, one contact after the other, before anything behind it is read."""
    one.engine.tick()
    while build(one, 1):
        pass


def build(one: World, contacts: int, rows: int = 1_000) -> int:
    """The next contacts, or, while there is something to gather, the next rows."""
    work = one.engine._builder._work
    assert work is not None
    return work.build(contacts) if work.gathered else work.gather(rows)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices and buckets of two contacts."""
    monkeypatch.setattr(building, "_CONTACTS", (1, 2))
    monkeypatch.setattr(gathering, "BUCKET", 2)


# ---- cut anyhow, killed anywhere


MIDWAY = {**RECIPES, **ENTERING}


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(arrivals(), min_size=1, max_size=8),
    st.lists(st.tuples(st.sampled_from([1, 31, 80]), st.lists(arrivals(), max_size=3)), max_size=4),
    st.data(),
)
def test_how_building_is_cut_changes_nothing(
    past: list[Incoming], later: list[tuple[int, list[Incoming]]], data: st.DataObject
) -> None:
    """What comes after the release is taken in before, between and after the slices; merges too."""

    @contextmanager
    def lived(cut: Callable[[World, int], None]):  # type: ignore[no-untyped-def]
        with (
            TemporaryDirectory() as folder,
            closing(World(Path(folder), workspace({}, {}), mail=False)) as one,
        ):
            settle(one)
            log.append(one.database, past, START)
            settle(one)
            one.clock.jump(START + HOUR)
            one.release(workspace(MIDWAY, SEGMENTS))
            now = START + HOUR
            for hours, messages in later:
                now += hours * HOUR
                one.clock.jump(now)
                log.append(one.database, messages, now)
                cut(one, now)
            one.clock.jump(now + 60 * DAY)
            settle(one)
            laws.check(one.database, {})
            yield dump(one.database)

    def whole(one: World, now: int) -> None:
        settle(one)

    def anyhow(one: World, now: int) -> None:
        engine = one.engine
        if engine.applied.release == 1:
            engine.tick()
        for _ in range(data.draw(st.integers(0, 4))):
            if data.draw(st.booleans()) and engine._builder.open:
                build(one, data.draw(st.integers(1, 3)), data.draw(st.integers(1, 9)))
            else:
                limits = {"events": data.draw(st.integers(1, 3)), "timers": data.draw(st.integers(1, 3))}
                tick.tick(one.database, engine.applied, now, engine.lease.fence, **limits)

    with lived(whole) as expected, pytest.MonkeyPatch.context() as patched:
        patched.setattr(gathering, "BUCKET", data.draw(st.integers(1, 3)))
        with lived(anyhow) as found:
            assert found == expected


@pytest.mark.parametrize("died_after", [0, 1, 2, 4])
def test_it_goes_on_where_it_was_killed(world: Make, small: None, died_after: int) -> None:
    one, whole = peopled(world), peopled(world)
    steps = []

    def killed(_: str, done: int, total: int) -> None:
        steps.append(done)
        if len(steps) > died_after:
            raise KeyboardInterrupt

    one.engine.progress = killed
    with pytest.raises(KeyboardInterrupt):
        settle(one)
    assert members(one, "big") == NAMES[: 2 * (died_after + 1)]
    one.reopen()
    settle(one)
    assert members(one, "big") == NAMES
    settle(whole)
    assert dump(one.database) == dump(whole.database)


@pytest.mark.parametrize("contacts", [1, 3, 5, 12])
def test_slices_need_not_end_where_buckets_do(
    world: Make, monkeypatch: pytest.MonkeyPatch, contacts: int
) -> None:
    monkeypatch.setattr(gathering, "BUCKET", 3)
    one = peopled(world)
    one.engine.tick()
    while build(one, contacts):
        pass
    assert members(one, "big") == NAMES


def test_what_steps_did_is_gathered_as_well(world: Make, small: None) -> None:
    """Mails and recorded entries of people and of those who were merged into them, in the order of time."""
    mailing = {"m": "trigger: {event: looked}\nactions: [{send_email: hello}]\n"}
    segments = {
        "mailed": "conditions: [{did: email_sent, at_least: 2 times}]\n",
        "lately": "conditions: [{did: email_sent, at_least: 2 times, within_last: 2 days}]\n",
    }
    late, early = world(workspace(mailing, {}), mail=False), world(workspace(mailing, segments), mail=False)
    for one in (late, early):
        settle(one)
        one.append(*(identify(who, email=f"{who}@example.com") for who in ("ana", "bo", "cy", "dee")))
        one.append(Incoming("$identify", None, "v", {"email": "v@example.com"}))
        for _ in "123":
            one.append(track("looked", "bo"), Incoming("looked", None, "v"))
            one.append(track("looked", "ana"))
            settle(one)
            one.clock.jump(one.clock.now() + DAY)
        one.append(track("looked", "cy"), Incoming("looked", "cy", "v"))
        settle(one)
    late.release(workspace(mailing, segments))
    settle(late)
    settle(early)
    for name in segments:
        assert members(late, name) == members(early, name), name
    assert members(late, "mailed") == ["ana", "bo", "cy"]
    for one in (late, early):
        one.live_until(START + 10 * DAY)
    assert members(late, "lately") == members(early, "lately") == []
    assert [record.memory for record in records(late)] == [record.memory for record in records(early)]


def records(one: World) -> list[Record]:
    return [unpack(row[0]) for row in one.database.all("SELECT record FROM contact ORDER BY id")]


def test_somebody_who_is_not_built_yet_is_built_before_his_turn(world: Make, small: None) -> None:
    one = peopled(world, files=workspace(ENTERING, SEGMENTS))
    one.append(track("purchased", NAMES[-1], total=60), track("purchased", "new", total=160))
    one.engine.tick()  # comes to the release
    one.engine.tick()  # and to what stands behind it
    assert members(one, "big") == ["c11", "new"]
    assert going_on(one.database) == (0, 13)
    settle(one)
    assert members(one, "big") == [*NAMES, "new"]
    assert tags(one) == [("new", "in")], "the others were there when the segment came"


def test_a_visitor_whose_merge_is_not_read_yet_brings_his_past_along_once(world: Make) -> None:
    """The end of the log knows of the merge when the release takes effect; the engine does not."""
    files = workspace({}, {"rich": "conditions: [{sum_of: purchased.total, at_least: 150}]\n"})
    late, early = world(workspace({}, {}), mail=False), world(files, mail=False)
    for one in (late, early):
        settle(one)
        one.append(track("purchased", total=60), Incoming("purchased", None, "v", {"total": 60}))
        settle(one)
    late.release(files)
    for one in (late, early):
        one.append(Incoming("looked", "ana", "v"))
    build_all(late)
    for one in (late, early):
        settle(one)
    assert members(early, "rich") == []
    assert members(late, "rich") == []
    assert dump(late.database)["contact"] == dump(early.database)["contact"]


@pytest.mark.parametrize("read", [1, 2, 3])
def test_three_who_turn_out_to_be_one_around_a_release(world: Make, read: int) -> None:
    """The second is merged into the first, and the third into the second, before the release or after it."""
    files = workspace({}, {"rich": "conditions: [{sum_of: purchased.total, at_least: 10}]\n"})
    late, early = world(workspace({}, {}), mail=False), world(files, mail=False)
    merges = [Incoming("looked", "ana", "second"), Incoming("looked", "ana", "first")]
    for one in (late, early):
        settle(one)
        one.append(Incoming("purchased", None, "first", {"total": 1}))
        one.append(Incoming("purchased", None, "second", {"total": 2}), track("purchased", total=4))
        one.append(*merges[: read - 1])
        settle(one)
    late.release(files)
    for one in (late, early):
        one.append(*merges[read - 1 :])
    build_all(late)
    for one in (late, early):
        settle(one)
    assert dump(late.database)["contact"] == dump(early.database)["contact"]
    record = unpack(late.database.all("SELECT record FROM contact WHERE id = 1")[0][0])
    assert [cell.total for cell in record.memory.values()] == [7_000_000]  # type: ignore[union-attr]


# ---- a step among ticks


def test_a_release_is_entered_once_the_one_before_is_built(world: Make, small: None) -> None:
    one = peopled(world)
    one.release(workspace(ENTERING, SEGMENTS))
    one.append(track("purchased", "new", total=160))
    seen_at: dict[int, set[int]] = {}
    while one.engine.tick():
        seen_at.setdefault(standing(one.database).release, set()).add(built(one.database)[0])
    assert max(seen_at[2]) == 13
    assert seen_at[3], "nothing of what stands behind it was read before"
    assert tags(one) == [("new", "in")]
    assert members(one, "big") == [*NAMES, "new"]


def test_idle_means_built(world: Make, small: None) -> None:
    one = peopled(world)
    told: list[tuple[int, int]] = []
    one.engine.progress = lambda _, done, total: told.append((done, total))
    assert one.engine.tick() is True
    assert going_on(one.database) == (0, 12)
    one.engine.settle()
    assert going_on(one.database) is None
    assert one.engine.tick() is False
    assert told == [*((2 * n, 12) for n in range(1, 7)), (12, 12)]
    one.append(track("purchased", "late", total=160))
    one.engine.settle()
    assert going_on(one.database) is None, "who comes later is at home in what is in force"


class Timed:
    """Building that takes so long, by a clock that passes meanwhile."""

    def __init__(self, clock: VirtualClock, each: int) -> None:
        self.clock, self.each = clock, each
        self.slices: list[int] = []

    gathered = True

    def build(self, most: int) -> int:
        self.slices.append(most)
        self.clock.jump(self.clock.now() + most * self.each)
        return most


@pytest.mark.parametrize("busy", [2_000, 30_000, 400_000])
def test_ticks_that_have_work_keep_more_than_half_of_the_time(world: Make, busy: int) -> None:
    one = world(workspace({}, {}), mail=False)
    timed = Timed(one.clock, each=80)
    builder = building.Builder(one.database, one.clock, 1)
    builder._work = cast("Any", timed)
    builder.go_on(None)  # from here on it knows how long a contact takes
    begun, ticks = one.clock.now(), 400
    for _ in range(ticks):
        builder.go_on(busy)
    spent = one.clock.now() - begun
    assert 0.25 * ticks * busy < spent < 0.35 * ticks * busy
    assert min(timed.slices) >= 100, "a slice that is too small is all overhead"


@pytest.mark.parametrize(("brought_up", "builds"), [(50, False), (10, True)])
def test_those_whom_a_tick_brings_up_count_as_building(world: Make, brought_up: int, builds: bool) -> None:
    """Where half of each tick goes into them, nothing is left for slices."""
    one = world(workspace({}, {}), mail=False)
    builder = building.Builder(one.database, one.clock, 1)
    builder._work = cast("Any", Timed(one.clock, each=100))
    builder.go_on(None)
    begun = one.clock.now()
    for _ in range(100):
        builder.go_on(20_000, brought_up)
    assert (one.clock.now() > begun) is builds


def test_where_nothing_else_is_to_do_it_goes_at_full_speed(world: Make) -> None:
    one = world(workspace({}, {}), mail=False)
    timed = Timed(one.clock, each=200)
    builder = building.Builder(one.database, one.clock, 1)
    builder._work = cast("Any", timed)
    for _ in range(3):
        builder.go_on(None)
    assert timed.slices[1:] == [500, 500], (
        "a tenth of a second each, so that a new event does not wait for long"
    )


# ---- what it costs


def test_a_record_that_did_not_change_is_not_written(world: Make) -> None:
    one = world(workspace({}, {}), mail=False)
    one.append(*(track("purchased", who, total=60) for who in ("ana", "bo")), track("looked", "cy"))
    settle(one)
    one.release(workspace({}, {"buyers": SEGMENTS["buyers"]}))
    one.database.do("CREATE TEMP TABLE written (id INTEGER)")
    one.database.do(
        "CREATE TEMP TRIGGER watch AFTER UPDATE ON contact BEGIN INSERT INTO written VALUES (new.id); END"
    )
    settle(one)
    assert one.database.all("SELECT id FROM written") == [(1,), (2,)]
    assert going_on(one.database) is None
    one.append(track("looked", "cy"))
    settle(one)
    one.release(workspace({}, {"lookers": "conditions: [{did: looked, at_least: 2 times}]\n"}))
    settle(one)
    assert members(one, "lookers") == ["cy"], (
        "who was passed over is there all the same, and for the next one too"
    )


def test_a_slice_takes_as_many_queries_for_many_as_for_few(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for count in (2, 60):
        one = peopled(world, *(f"p{n:02}" for n in range(count)))
        one.engine.tick()
        work = one.engine._builder._work
        assert work is not None
        while not work.gathered:
            one.engine.tick()
        with seen(one.database) as statements:
            one.engine.tick()
        asked.append(len([each for each in statements if each.startswith(("SELECT", "WITH"))]))
        assert len(members(one, "big")) == count
    assert asked[0] == asked[1] <= 20


def test_properties_are_not_read_where_times_are_all_that_is_remembered(world: Make) -> None:
    for segment, read in (("buyers", False), ("big", True)):
        one = peopled(world, files=workspace({}, {segment: SEGMENTS[segment]}))
        with seen(one.database) as statements:
            settle(one)
        (past,) = [each for each in statements if each.startswith("INSERT INTO past")]
        assert ("e.properties" in past) is read
        assert members(one, segment) == NAMES


def test_the_log_is_passed_over_once_and_a_slice_read_by_its_bucket(world: Make) -> None:
    one = peopled(world)
    with seen(one.database) as statements:
        one.engine.tick()
        while one.engine._builder.open:
            one.engine.tick()
            plans = [
                row[3]
                for each in statements
                if "INTO past" in each or "FROM past" in each
                for row in one.database.all(f"EXPLAIN QUERY PLAN {each}")
            ]
            statements.clear()
            assert all("SCAN" not in plan or "json_each" in plan for plan in plans), plans
    assert members(one, "big") == NAMES


def test_what_was_gathered_is_thrown_away(world: Make) -> None:
    one = peopled(world)
    settle(one)
    assert one.database.all("SELECT name FROM temp.sqlite_master") == []
