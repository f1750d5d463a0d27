"""Definitions that are new are built among ticks: how far that has come changes nothing that is decided."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.model.clock import VirtualClock
from autoflow.model.contact import unpack
from autoflow.model.durations import DAY
from autoflow.model.event import Incoming
from autoflow.store import building, log, tick
from autoflow.store.standing import building as going_on
from autoflow.store.standing import built, standing
from tests.engine import laws
from tests.engine.sources import RECIPES, SEGMENTS, workspace
from tests.engine.world import START, World, track
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
    one.append(*(track("purchased", who, total=60) for who in names or NAMES for _ in "12"))
    settle(one)
    one.release(files or workspace({}, SEGMENTS))
    return one


def build_all(one: World) -> None:
    """Come to the release and build it, one contact after the other, before anything behind it is read."""
    one.engine.tick()
    while building.build(one.database, one.engine.applied, one.engine.lease.fence, 1):
        pass


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of two contacts."""
    monkeypatch.setattr(building, "_MOST", 2)


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
        engine, fence = one.engine, one.engine.lease.fence
        if engine.applied.release == 1:
            engine.tick()
        for _ in range(data.draw(st.integers(0, 4))):
            if data.draw(st.booleans()) and engine.applied.release == 2:
                building.build(one.database, engine.applied, fence, data.draw(st.integers(1, 3)))
            else:
                limits = {"events": data.draw(st.integers(1, 3)), "timers": data.draw(st.integers(1, 3))}
                tick.tick(one.database, engine.applied, now, fence, **limits)

    with lived(whole) as expected, lived(anyhow) as found:
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


def test_somebody_who_is_not_built_yet_is_built_before_his_turn(world: Make, small: None) -> None:
    one = peopled(world, files=workspace(ENTERING, SEGMENTS))
    one.append(track("purchased", NAMES[-1], total=60), track("purchased", "new", total=160))
    one.engine.tick()  # comes to the release
    one.engine.tick()  # and to what stands behind it
    assert members(one, "big") == ["c00", "c01", "c11", "new"]
    assert going_on(one.database) == (2, 13)
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
    """A clock that passes as ticks and slices are said to take."""

    def __init__(self, clock: VirtualClock, each: int) -> None:
        self.clock, self.each = clock, each
        self.slices: list[int] = []

    def build(self, *_: object) -> int:
        most = _[-1]
        assert isinstance(most, int)
        self.slices.append(most)
        self.clock.jump(self.clock.now() + most * self.each)
        return most


@pytest.mark.parametrize("busy", [2_000, 30_000, 400_000])
def test_ticks_that_have_work_keep_more_than_half_of_the_time(
    world: Make, monkeypatch: pytest.MonkeyPatch, busy: int
) -> None:
    one = world(workspace({}, {}), mail=False)
    timed = Timed(one.clock, each=80)
    monkeypatch.setattr(building, "build", timed.build)
    builder = building.Builder(one.database, one.clock, 1)
    builder.begin(one.engine.applied)
    builder.open = True
    builder.go_on(None)  # from here on it knows how long a contact takes
    begun, ticks = one.clock.now(), 400
    for _ in range(ticks):
        builder.go_on(busy)
    spent = one.clock.now() - begun
    assert 0.5 * ticks * busy < spent < 0.7 * ticks * busy
    assert min(timed.slices) >= 100, "a slice that is too small is all overhead"


def test_where_nothing_else_is_to_do_it_goes_at_full_speed(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = world(workspace({}, {}), mail=False)
    timed = Timed(one.clock, each=200)
    monkeypatch.setattr(building, "build", timed.build)
    builder = building.Builder(one.database, one.clock, 1)
    builder.begin(one.engine.applied)
    builder.open = True
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
        with seen(one.database) as statements:
            one.engine.tick()
        asked.append(len([each for each in statements if each.startswith(("SELECT", "WITH"))]))
        assert len(members(one, "big")) == count
    assert asked[0] == asked[1] <= 20


def test_what_is_held_of_the_log_stays_within_bounds(world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "ROWS", 7)
    one = world(workspace({}, {}), mail=False)
    for who, often in (("a", 2), ("b", 2), ("c", 20), ("d", 1), ("e", 1)):
        one.append(*(track("purchased", who, total=60) for _ in range(often)))
    settle(one)
    one.release(workspace({}, SEGMENTS))
    told: list[int] = []
    one.engine.progress = lambda *progress: told.append(progress[1])
    settle(one)
    assert members(one, "big") == ["a", "b", "c"]
    assert told == [1, 2, 3, 5, 5]


def test_properties_are_not_read_where_times_are_all_that_is_remembered(world: Make) -> None:
    one = peopled(world, files=workspace({}, {"buyers": SEGMENTS["buyers"]}))
    with seen(one.database) as statements:
        settle(one)
    (past,) = [each for each in statements if "FROM event_of_contact c" in each]
    assert "NULL FROM" in past
    assert members(one, "buyers") == NAMES


def test_a_past_is_read_by_its_index(world: Make) -> None:
    one = peopled(world)
    with seen(one.database) as statements:
        settle(one)
    (past,) = [each for each in statements if "FROM event_of_contact c" in each]
    plan = "\n".join(row[3] for row in one.database.all(f"EXPLAIN QUERY PLAN {past}"))
    assert "SEARCH c USING PRIMARY KEY (chunk=? AND contact>? AND contact<?)" in plan
    assert "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)" in plan
    assert "B-TREE" not in plan
