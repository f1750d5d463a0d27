"""The tick: one transaction, the same however appends and ticks are cut (P3, P4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.core.advance import advance
from autoflow.model.contact import Record, Window, unpack
from autoflow.model.durations import DAY
from autoflow.model.event import IDENTIFY, PAGE_VISITED, Event, Incoming
from autoflow.store import log, tick
from autoflow.store.database import Database, StoreError
from autoflow.store.lease import FencedOff
from tests.engine import laws
from tests.engine.sources import workspace
from tests.engine.world import START, World, identify, page, track
from tests.store.dumping import dump

HOUR = 3_600_000_000
Make = Callable[..., World]

Batch = tuple[int, list[Incoming]]  # the hours until it arrives, and what arrives
users = st.sampled_from(["ana", "bo", None])
visitors = st.sampled_from([None, None, "v", "w"])
traits = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(["ana@example.com", "bo@shop.example"]),
        "plan": st.sampled_from(["free", "pro", None]),
        "timezone": st.sampled_from(["America/New_York", "Pacific/Auckland", None]),
    },
)


@st.composite
def arrivals(draw: st.DrawFn) -> Incoming:
    user = draw(users)
    visitor = draw(visitors) if user else draw(st.sampled_from(["v", "w"]))
    late = draw(st.sampled_from([None, None, None, 2 * HOUR, 3 * DAY, 20 * DAY]))
    name, properties = draw(
        st.one_of(
            st.tuples(
                st.just("purchased"),
                st.fixed_dictionaries(
                    {"total": st.sampled_from([5, 40, 60.5, "x"]), "order_id": st.sampled_from("AB")}
                ),
            ),
            st.tuples(st.just("refunded"), st.fixed_dictionaries({"order_id": st.sampled_from("AB")})),
            st.tuples(
                st.just(PAGE_VISITED), st.fixed_dictionaries({"path": st.sampled_from(["/", "/products/x"])})
            ),
            st.tuples(st.just(IDENTIFY), traits),
            st.tuples(st.sampled_from(["looked", "unsubscribed"]), st.just({})),
        )
    )
    return Incoming(
        name,
        user,
        visitor,
        properties,
        None if late is None else START - late,
        history=draw(st.booleans()) and late == 20 * DAY,
    )


stories = st.lists(
    st.tuples(st.sampled_from([0, 1, 20, 31, 80, 200]), st.lists(arrivals(), min_size=1, max_size=4)),
    min_size=1,
    max_size=7,
)


@contextmanager
def lived(story: list[Batch], cut: Callable[[World, int, list[Incoming]], None]) -> Iterator[Database]:
    with TemporaryDirectory() as folder:
        world = World(Path(folder), workspace(), mail=False)
        try:
            now = START
            for hours, messages in story:
                now += hours * HOUR
                world.clock.jump(now)
                cut(world, now, messages)
            world.clock.jump(now + 60 * DAY)
            drain(world)
            laws.check(world.database, {})
            yield world.database
        finally:
            world.close()


def drain(world: World, **limits: int) -> None:
    engine = world.engine
    while True:
        done = tick.tick(world.database, engine.applied, world.clock.now(), engine.lease.fence, **limits)
        if done.apply is not None:
            engine.tick()
        elif not done.more and not engine.tick():
            return


def at_the_end(world: World, now: int, messages: list[Incoming]) -> None:
    """All that arrives in the same appends, and one tick when everything is over."""
    drain_release(world)
    log.append(world.database, messages, now)


def drain_release(world: World) -> None:
    """The workspace itself must be in force before what arrives: its baseline is what is known then."""
    if world.engine.applied.release == 0:
        drain(world)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(stories, st.data())
def test_how_appends_and_ticks_are_cut_changes_nothing(story: list[Batch], data: st.DataObject) -> None:
    def anyhow(world: World, now: int, messages: list[Incoming]) -> None:
        drain_release(world)
        log.append(world.database, messages, now)
        for _ in range(data.draw(st.integers(0, 3))):
            engine = world.engine
            limits = {"events": data.draw(st.integers(1, 3)), "timers": data.draw(st.integers(1, 3))}
            tick.tick(world.database, engine.applied, now, engine.lease.fence, **limits)
        if data.draw(st.booleans()):
            drain(world, events=data.draw(st.integers(1, 4)))

    with lived(story, at_the_end) as whole, lived(story, anyhow) as cut:
        assert dump(cut) == dump(whole)


def test_three_who_turn_out_to_be_one_in_a_single_tick(world: Make) -> None:
    """Ana is merged into the second visitor, and he into the first: nothing of the three is lost."""
    messages = [
        Incoming("looked", None, "first"),
        Incoming("looked", None, "second"),
        *(track("purchased", total=60, order_id=name) for name in "AB"),
        Incoming("looked", "ana", "second"),
        Incoming("looked", "ana", "first"),
        track("looked"),
    ]
    whole, cut = world(mail=False), world(mail=False)
    for one in (whole, cut):
        drain(one)
    whole.append(*messages)
    drain(whole)
    log.append(cut.database, messages, cut.clock.now())
    drain(cut, events=1)
    assert dump(whole.database) == dump(cut.database)
    assert {name for _, name, _, _ in whole.runs()} == {"welcome"}
    record = unpack(whole.database.all("SELECT record FROM contact WHERE id = 1")[0][0])
    assert "big" in record.segments


def test_an_event_that_nothing_looks_at_still_makes_its_contact_older(world: Make) -> None:
    """Who never did it counts from when he was first known, whatever told us of him."""
    files = workspace(
        recipes={"silent": "trigger: {inactivity: {for: 30 days, of: [purchased]}}\nactions: [add_tag: x]\n"},
        segments={},
    )
    entered = []
    for apart in (False, True):
        one = world(files, mail=False)
        one.append(track("looked"))
        if apart:
            drain(one)
        one.append(Incoming("looked", "ana", occurred_at=START - 10 * DAY))
        one.live_until(START + 40 * DAY)
        entered += one.database.all("SELECT entered_at FROM run")
    assert entered == [(START + 20 * DAY,)] * 2


# ---- windows that outgrow the record


def stored(database: Database) -> tuple[int, int]:
    rows = database.one("SELECT count(*), count(DISTINCT contact) FROM window_entry")
    assert rows is not None
    return rows[0], rows[1]


FAT = {
    "hundred": "conditions: [{did: purchased, at_least: 100 times, within_last: 2 days}]\n",
    "rich": "conditions: [{sum_of: purchased.total, within_last: 1 month, at_least: 100}]\n",
}


def test_a_window_with_a_hundred_entries_is_exact_to_the_second(world: Make) -> None:
    one = world(workspace(recipes={}, segments=FAT), mail=False)
    drain(one)
    for minute in range(1, 101):
        one.clock.jump(START + minute * 60_000_000)
        one.append(track("purchased", total=1))
    drain(one)
    assert stored(one.database) == (2 * 68, 1)
    assert one.database.all("SELECT segment, since FROM membership ORDER BY segment") == [
        ("hundred", START + 100 * 60_000_000),
        ("rich", START + 100 * 60_000_000),
    ]
    one.live_until(START + 60_000_000 + 2 * DAY - 1)
    assert len(one.database.all("SELECT * FROM membership")) == 2
    one.live_until(START + 60_000_000 + 2 * DAY)
    assert one.database.all("SELECT segment FROM membership") == [("rich",)]
    # a calendar month on, the clocks have changed: an hour earlier in UTC
    one.live_until("2026-04-02 08:00:59")
    assert one.database.all("SELECT segment FROM membership") == [("rich",)]
    one.live_until("2026-04-02 08:01")
    assert one.database.all("SELECT segment FROM membership") == []
    one.happens("2026-05-10 00:00", track("purchased", total=1))
    assert stored(one.database) == (0, 0)


def test_two_with_full_windows_turn_out_to_be_one(world: Make) -> None:
    """An event comes in the same tick before the merge: what no longer fits the records must not be lost."""
    files = workspace(recipes={}, segments=FAT)
    whole, cut = world(files, mail=False), world(files, mail=False)
    for one in (whole, cut):
        drain(one)
        for n in range(50):
            one.clock.jump(START + n * 60_000_000)
            one.append(track("purchased", total=1), Incoming("purchased", None, "v", {"total": 1}))
        drain(one)
        one.clock.jump(START + HOUR)
    messages = [
        track("purchased", total=1),
        Incoming("purchased", None, "v", {"total": 1}),
        Incoming("looked", "ana", "v"),
        track("purchased", total=1),
    ]
    whole.append(*messages)
    log.append(cut.database, messages, cut.clock.now())
    drain(whole)
    drain(cut, events=1)
    assert dump(whole.database) == dump(cut.database)
    for one in (whole, cut):
        (blob,) = one.database.all("SELECT record FROM contact WHERE id = 1")[0]
        windows = [cell for cell in unpack(blob).memory.values() if isinstance(cell, Window)]
        assert [(cell.count, len(cell.head) + cell.spilled) for cell in windows] == [(103, 103)] * 2
        assert one.database.all("SELECT contact, count(*) FROM window_entry GROUP BY contact") == [
            (1, 2 * 71)
        ]
        one.live_until("2026-05-10 00:00")
        assert one.database.all("SELECT segment FROM membership") == []
        one.append(track("purchased", total=1))
        drain(one)
        assert stored(one.database) == (0, 0)


def test_a_full_window_empties_within_one_long_tick(world: Make) -> None:
    """After days of downtime one tick fills the window and sees it empty again."""
    files = workspace(recipes={}, segments=FAT)
    whole, cut = world(files, mail=False), world(files, mail=False)
    for one in (whole, cut):
        drain(one)
        for minute in range(1, 101):
            one.clock.jump(START + minute * 60_000_000)
            one.append(track("purchased", total=1))
            if one is cut:
                drain(one)
        if one is cut:
            one.live_until(START + 10 * DAY)
        one.clock.jump(START + 10 * DAY)
        drain(one)
    assert dump(whole.database)["membership"] == dump(cut.database)["membership"]
    assert journal(whole.database) == journal(cut.database)
    assert [row[1:] for row in journal(whole.database)] == [
        ("segment_entered", "hundred"),
        ("segment_entered", "rich"),
        ("segment_left", "hundred"),
    ]


def journal(database: Database) -> list[tuple[int, str, str]]:
    return [
        (row[0], row[1], row[2]) for row in database.all("SELECT at, kind, subject FROM journal ORDER BY n")
    ]


BUSY = {
    "often": "conditions: [{did: purchased, at_least: 40 times, within_last: 2 days}]\n",
    "month": "conditions: [{sum_of: purchased.total, within_last: 1 month, between: [40, 60]}]\n",
    "hour": "conditions: [{did: purchased, at_least: 35 times, within_last: 90 minutes}]\n",
}


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.sampled_from([0, 0, 0, 20, 100, 1_500, 3_500, 60_000])),
        min_size=40,
        max_size=110,
    ),
    st.data(),
)
def test_windows_that_outgrow_the_record_decide_as_those_that_stay_in_it(
    gaps: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Minutes between purchases, and how late each is; the store against the core with nothing spilled."""
    messages, items = [], []
    now = START
    for seq, (gap, late) in enumerate(gaps, 2):  # the release is the first row of the log
        now += gap * 60_000_000 + 1
        items.append(Event(seq, now, now - late * 60_000_000, "purchased", {"total": 1}))
        messages.append((now, Incoming("purchased", "ana", None, {"total": 1}, now - late * 60_000_000)))
    end = now + 70 * DAY
    with TemporaryDirectory() as folder:
        world = World(Path(folder), workspace({}, BUSY), mail=False)
        try:
            drain(world)
            for at, message in messages:
                world.clock.jump(at)
                log.append(world.database, [message], at)
                if data.draw(st.integers(0, 6)) == 0:
                    drain(world)
            world.clock.jump(end)
            drain(world, events=data.draw(st.sampled_from([1, 7, 2_000])))
            program = world.engine.applied.program
            effects = advance(program, Record("u:ana", "ana"), items, end, spill=False)
            assert journal(world.database) == [(line.at, line.kind, line.subject) for line in effects.journal]
        finally:
            world.close()


def test_a_window_that_is_dropped_and_asked_for_again_is_remembered_anew(world: Make) -> None:
    files = workspace(recipes={}, segments=FAT)
    one = world(files, mail=False)
    drain(one)
    for minute in range(1, 101):
        one.clock.jump(START + minute * 60_000_000)
        one.append(track("purchased", total=1))
    drain(one)
    one.release(workspace(recipes={}, segments={}))
    drain(one)
    assert stored(one.database) == (0, 0)
    one.append(track("purchased", total=1))
    one.release(files)
    drain(one)
    assert stored(one.database) == (2 * 69, 1)
    one.live_until(START + 90_000_000 + 2 * DAY)
    assert [row[:2] for row in one.database.all("SELECT segment FROM membership ORDER BY segment")] == [
        ("hundred",),
        ("rich",),
    ]
    one.live_until(START + 150_000_000 + 2 * DAY)
    assert one.database.all("SELECT segment FROM membership") == [("rich",)]


# ---- one transaction


def test_a_tick_that_fails_changes_nothing(world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    one = world(mail=False)
    drain(one)
    one.append(identify(email="ana@example.com"), track("purchased", total=120), page("/products/x"))
    before = list(one.database.connection.iterdump())
    tables = {statement.split()[2] for statement in before if statement.startswith("INSERT")}

    def broken() -> None:
        raise OSError

    one.database.connection.create_function("broken", 0, broken)
    for table in ("contact", "journal", "run", "membership", "outbox", "timer", "tag", "state"):
        verb = "UPDATE" if table in {"contact", "state"} else "INSERT"
        one.database.do(f"CREATE TEMP TRIGGER broken BEFORE {verb} ON {table} BEGIN SELECT broken(); END")
        with pytest.raises(StoreError, match="could not be written"):
            one.engine.tick()
        one.database.do("DROP TRIGGER broken")
        assert list(one.database.connection.iterdump()) == before, table
    assert '"state"' in tables
    drain(one)
    assert len(one.messages()) == 2


def test_a_clock_that_goes_back_fires_nothing_again(world: Make) -> None:
    one = world(mail=False)
    one.append(identify(email="ana@example.com"), track("purchased", total=5))
    one.live_until(START + 10 * DAY)
    before = dump(one.database)
    fence, applied = one.engine.lease.fence, one.engine.applied
    for now in (START + 10 * DAY, START, START - 100 * DAY, 0):
        tick.tick(one.database, applied, now, fence)
        assert dump(one.database) == before
    log.append(one.database, [track("purchased", total=5)], START)
    (horizon,) = one.database.all("SELECT horizon FROM state")[0]
    assert one.database.one("SELECT count(*) FROM event WHERE at > ?", horizon) == (1,)
    tick.tick(one.database, applied, START, fence)
    laws.check(one.database, {})


def test_late_and_imported_events_count_and_enter_nobody(world: Make) -> None:
    """language.md, rule 5: they change memory and memberships, end runs at their goals, and enter nothing."""
    one = world(mail=False)
    one.append(identify(email="ana@example.com"), identify("bo", email="bo@example.com"))
    drain(one)
    one.append(
        track("purchased", "on-time"),
        Incoming("purchased", "just", occurred_at=START - DAY + HOUR),
        Incoming("purchased", "late", occurred_at=START - DAY - 1_000_000),
        Incoming("purchased", "history", occurred_at=START, history=True),
    )
    drain(one)
    assert sorted(
        row[0]
        for row in one.database.all(
            "SELECT c.name FROM membership m JOIN contact c ON c.id = m.contact WHERE segment = 'buyers'"
        )
    ) == ["history", "just", "late", "on-time"]
    assert [who for who, recipe, _, _ in one.runs() if recipe == "welcome"] == ["just", "on-time"]
    one.clock.jump(START + HOUR)
    one.append(Incoming("purchased", "on-time", occurred_at=START + HOUR, history=True))
    drain(one)
    assert [(who, state) for who, recipe, _, state in one.runs() if recipe == "welcome"] == [
        ("just", "running"),
        ("on-time", "goal"),
    ]


def test_a_limit_of_one_goes_through_everything_in_order(world: Make) -> None:
    one = world(mail=False)
    fence = one.engine.lease.fence
    drain(one)
    one.append(*(track("purchased", f"c{n}") for n in range(5)))
    ticks = 0
    while tick.tick(one.database, one.engine.applied, one.clock.now(), fence, events=1, timers=1).more:
        ticks += 1
        laws.entered_is_accounted_for(one.database)
    assert ticks >= 5
    with pytest.raises(FencedOff):
        tick.tick(one.database, one.engine.applied, one.clock.now(), fence + 1)
