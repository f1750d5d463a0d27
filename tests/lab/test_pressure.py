"""The pressure of mail: small lives counted by hand, and large ones against other ways to count the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autoflow.app import Project
from autoflow.demo.place import copy_workspace
from autoflow.ingest.importing import import_file
from autoflow.kinds.limits import Limit
from autoflow.lab.draws import Draws
from autoflow.lab.pressure import pressing
from autoflow.lab.pressure.pressing import Found, decided, replayed
from autoflow.lab.pressure.pressure import Capped, Caps, Pressing, Pressure, RecipePressure, Weeks
from autoflow.lab.shop.shop import shop_messages
from autoflow.lab.simulation.simulate import Asked, compare
from autoflow.model.clock import VirtualClock
from autoflow.model.durations import DAY, parse_duration
from autoflow.model.effects import EMAIL, HELD, SENT, Happening
from autoflow.model.event import IDENTIFY, Incoming
from autoflow.model.instants import parse_instant
from autoflow.store import erasing, log, reports
from autoflow.store.definitions import load_release
from tests.engine.sources import workspace
from tests.engine.world import SECRET, START, World, write_files

HOUR = DAY // 24
ZONE = "Europe/London"
RECIPES = {
    "buys": "trigger: {event: purchased}\nwhile_running: parallel\nactions: [{send_email: hello}, {wait: 1 hour}]\n",
    "returns": "trigger: {event: refunded}\nwhile_running: parallel\nactions: [{send_email: again}, {wait: 1 hour}]\n",
    "bills": "trigger: {event: looked}\nwhile_running: parallel\nactions: [{send_email: bill}]\n",
}
SENDING = "sending: {consent: not_refused}"
CAPPED = "sending: {consent: not_refused, at_most: {emails: 2, per: 4 days}}"
WINDOW = Limit(2, parse_duration("4 days"))


# ---- lines, by hand


def line(at: int, kind: str, recipe: str, entry: int = 1, **detail: Any) -> Happening:
    return Happening(0, START + at, kind, "hello", recipe, 1, entry, "step", detail or None)


def sent(at: int, recipe: str, entry: int = 1, klass: str = "marketing") -> Happening:
    return line(at, "email_sent", recipe, entry, **{"class": klass})


def held(at: int, recipe: str, entry: int = 1, reason: str = "cap") -> Happening:
    return line(at, "email_held", recipe, entry, reason=reason)


def skipped(at: int, recipe: str, entry: int = 1, reason: str = "cap") -> Happening:
    return line(at, "email_skipped", recipe, entry, reason=reason, **{"class": "marketing"})


def pressed(*lines: Happening, caps: Caps | None = None, who: str = "ana") -> Pressure:
    total = Pressure()
    limit = Caps(WINDOW, {}) if caps is None else caps
    person = Pressing(total, limit, Weeks(START, START + 90 * DAY, ZONE))
    for each in lines:
        person.take("u:ana", ZONE, each)
    person.close(who)
    return total


def test_a_mail_that_is_held_by_a_cap_lost_its_slot_to_those_in_the_window() -> None:
    found = pressed(
        sent(0, "a"),
        sent(DAY, "b"),
        held(2 * DAY, "c"),
        sent(4 * DAY, "c"),  # as soon as the first has left the window
    )
    assert found.slots == {("c", "a"): 1, ("c", "b"): 1}
    assert found.recipes["c"] == RecipePressure(1, 1, 0, 1, 2 * DAY, Counter(cap=1))
    assert (found.contacts, found.mailed, found.capped) == (1, 1, 1)
    assert found.most == [Capped(-1, "ana", 3)]


def test_what_has_left_the_window_holds_no_slot() -> None:
    found = pressed(sent(0, "a"), sent(DAY, "b"), sent(4 * DAY, "c"), skipped(5 * DAY - 1, "d"))
    assert found.slots == {("d", "b"): 1, ("d", "c"): 1}


def test_a_mail_that_is_held_again_and_then_not_sent_met_a_cap_once() -> None:
    found = pressed(
        *(sent(0, "a"), sent(DAY, "a", 2)),
        *(held(2 * DAY, "b"), held(3 * DAY, "b"), held(4 * DAY, "b"), skipped(5 * DAY, "b")),
    )
    assert found.recipes["b"] == RecipePressure(0, 1, 0, 0, 0, Counter(cap=1), Counter(cap=1))
    assert found.slots == {("b", "a"): 2}


def test_a_mail_that_waited_for_the_morning_and_then_met_a_cap_is_told_by_both() -> None:
    found = pressed(
        *(sent(0, "a"), sent(DAY, "a", 2)),
        *(held(DAY + HOUR, "b", reason="quiet_hours"), held(DAY + 9 * HOUR, "b"), sent(4 * DAY, "b")),
    )
    assert found.recipes["b"] == RecipePressure(1, 1, 0, 1, 3 * DAY - HOUR, Counter(quiet_hours=1))
    assert found.slots == {("b", "a"): 2}


def test_of_two_full_caps_the_one_that_is_full_for_longer_counts() -> None:
    caps = Caps(Limit(2, parse_duration("4 days")), {"c": Limit(1, parse_duration("10 days"))})
    found = pressed(sent(0, "a"), sent(5 * DAY, "b"), sent(6 * DAY, "a", 2), skipped(7 * DAY, "c"), caps=caps)
    assert found.slots == {("c", "a"): 2, ("c", "b"): 1}  # all that its own ten days hold
    short = Caps(Limit(2, parse_duration("4 days")), {"c": Limit(1, parse_duration("2 days"))})
    found = pressed(
        sent(0, "a"), sent(5 * DAY, "b"), sent(6 * DAY, "a", 2), skipped(7 * DAY, "c"), caps=short
    )
    assert found.slots == {("c", "a"): 1, ("c", "b"): 1}


def test_mails_that_are_held_still_at_the_end() -> None:
    found = pressed(sent(0, "a"), sent(DAY, "a", 2), held(2 * DAY, "b"), held(2 * DAY, "a", 3, "quiet_hours"))
    assert {name: each.waiting for name, each in found.recipes.items()} == {"a": 1, "b": 1}
    ended = pressed(sent(0, "a"), sent(DAY, "a", 2), held(2 * DAY, "b"), line(3 * DAY, "ended", "b"))
    assert ended.recipes["b"].waiting == 0


def test_transactional_mail_takes_no_slot() -> None:
    found = pressed(sent(0, "a", klass="transactional"), sent(DAY, "a"), skipped(2 * DAY, "b"))
    assert (found.passing, found.sent, found.slots) == (1, 1, {})


def test_a_persons_weeks_begin_on_monday() -> None:
    monday = (
        parse_instant("2026-03-30") - HOUR - START
    )  # midnight in London, where clocks went forward the day before
    found = pressed(*(sent(at, "a", entry) for entry, at in enumerate((monday - 2, monday - 1, monday))))
    assert found.weeks == {2: 1, 1: 1}


def test_weeks_begin_before_a_span_that_begins_within_one() -> None:
    wednesday = parse_instant("2026-03-25 15:00")
    weeks = Weeks(wednesday, wednesday + 8 * DAY, ZONE)
    assert [f"{monday:%m-%d}" for monday in weeks.mondays] == ["03-23", "03-30"]
    midnight = parse_instant("2026-03-29 23:00")  # summer time
    assert [weeks.week(at) for at in (wednesday, midnight - 1, midnight)] == [0, 0, 1]


def test_what_a_visitor_got_takes_slots_of_whom_he_turns_out_to_be() -> None:
    total = Pressure()
    person = Pressing(total, Caps(WINDOW, {}), Weeks(START, START + 90 * DAY, ZONE))
    person.take("a:v", ZONE, sent(0, "a"))
    person.take("a:v", ZONE, held(HOUR, "c", reason="quiet_hours"))
    person.take("u:ana", ZONE, sent(DAY, "b"))
    person.take("u:ana", ZONE, line(DAY + HOUR, "merged", "")._replace(subject="a:v"))
    person.take("u:ana", ZONE, skipped(2 * DAY, "d"))
    person.close("ana")
    assert total.slots == {("d", "a"): 1, ("d", "b"): 1}
    assert total.recipes["c"].waiting == 0  # it goes on under another number


def test_it_adds_up_in_any_order() -> None:
    lives = [
        pressed(sent(0, "a"), sent(DAY, "a", 2), held(2 * DAY, "b"), who="ana"),
        pressed(sent(0, "b"), sent(DAY, "b", 2), skipped(2 * DAY, "b", 3), skipped(2 * DAY, "a"), who="ben"),
        pressed(sent(0, "c"), who="cleo"),
        Pressure(aside=[("dora", "an error")]),
    ]

    def added(order: tuple[Pressure, ...]) -> Pressure:
        total = Pressure()
        for each in order:
            total.add(replace(each))
        return total

    first, *others = [added(order) for order in permutations(lives)]
    assert others == [first] * 23
    assert (first.contacts, first.capped, first.mailed) == (3, 2, 3)
    assert first.most == [Capped(-2, "ben", 2), Capped(-1, "ana", 2)]


def test_of_those_who_meet_most_caps_ten_are_named() -> None:
    many = [
        pressed(
            sent(0, "a"),
            sent(DAY, "a", 2),
            *(skipped(2 * DAY, "b", n) for n in range(number)),
            who=f"c{number:02}",
        )
        for number in range(1, 15)
    ]
    total = Pressure()
    for each in many:
        total.add(each)
    assert [each.contact for each in total.most] == [f"c{number:02}" for number in range(14, 4, -1)]


# ---- a replay, and what the engine decided


def files(sending: str = CAPPED) -> dict[str, str]:
    made = workspace(RECIPES, {})
    return {**made, "autoflow.yaml": made["autoflow.yaml"].replace(SENDING, sending)}


class Shop:
    """History in a store, and recipes in files."""

    def __init__(self, folder: Path, sources: dict[str, str]) -> None:
        write_files(folder, sources)
        self.project = Project(folder, environment={}, clock=VirtualClock(START + 400 * DAY))
        self.database = self.project.database(create=True)

    def past(self, *messages: Incoming) -> None:
        log.append(self.database, messages, START + 300 * DAY)

    def replayed(self, start: int | None = None, end: int | None = None, **how: Any) -> Found:
        found = replayed(self.database, self.project.workshop(mails=False), start, end, **how)
        assert found is not None
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path, files())
    yield made
    made.database.close()


def did(name: str, who: str, at: int) -> Incoming:
    return Incoming(name, who, occurred_at=START + at, history=True)


def known(*who: str) -> list[Incoming]:
    return [
        Incoming(IDENTIFY, each, properties={"email": f"{each}@x.example"}, occurred_at=START, history=True)
        for each in who
    ]


def test_a_replay_is_counted(shop: Shop) -> None:
    shop.past(
        *known("ana", "ben"),
        *(did("purchased", "ana", day * DAY) for day in (1, 2)),
        *(did("refunded", "ana", 3 * DAY), did("looked", "ana", 3 * DAY)),
        *(did("purchased", "ben", DAY), did("purchased", "ben", 30 * DAY)),
    )
    found = shop.replayed()
    pressure = found.pressure
    assert found.caps == Caps(WINDOW, {})
    assert (pressure.contacts, pressure.mailed, pressure.capped, pressure.passing) == (2, 2, 1, 1)
    assert pressure.slots == {("returns", "buys"): 2}
    assert pressure.recipes["buys"].sent == 4
    assert pressure.recipes["returns"] == RecipePressure(1, 1, 0, 1, 2 * DAY, Counter(cap=1))


def test_what_was_really_sent_before_the_span_takes_slots_and_is_not_counted(tmp_path: Path) -> None:
    world = World(tmp_path, files(), mail=False)
    world.append(Incoming(IDENTIFY, "ana", properties={"email": "ana@x.example"}))
    for day in (1, 2, 3):
        world.happens(START + day * DAY, Incoming("purchased" if day < 3 else "refunded", "ana"))
    world.live_until(START + 4 * DAY)
    found = replayed(world.database, world.project.workshop(mails=False), START + 3 * DAY - HOUR)
    assert found is not None
    assert found.pressure.slots == {("returns", "buys"): 2}
    assert found.pressure.recipes["returns"].capped == 1
    assert "buys" not in found.pressure.recipes
    taken_along = replayed(
        world.database, world.project.workshop(mails=False), START + 3 * DAY - HOUR, under_way=True
    )
    assert taken_along is not None and taken_along.pressure == found.pressure
    program = load_release(world.database, 1, {}).program
    of_engine = decided(world.database, program, START + 3 * DAY - HOUR, world.clock.now())
    assert of_engine is not None
    assert of_engine.pressure.slots == found.pressure.slots
    assert list(of_engine.pressure.recipes) == ["returns"]
    world.close()


def busy(world: World) -> None:
    """Twenty people who do more than the caps let through, some of them visitors at first."""
    draws = Draws("busy")
    for number in range(20):
        world.append(Incoming(IDENTIFY, f"c{number}", properties={"email": f"c{number}@x.example"}))
    for step in range(200):
        world.live_until(START + DAY + step * HOUR)
        name = ("purchased", "purchased", "refunded", "looked")[draws.below(4)]
        who = draws.below(20)
        visits = step % 9 == 0
        world.append(Incoming(name, None if visits else f"c{who}", f"v{who}" if visits else None))
        if step % 50 == 49:
            who = draws.below(20)
            world.append(Incoming(IDENTIFY, f"c{who}", f"v{who}"))
        world.engine.settle()


@pytest.mark.parametrize(
    "sending",
    [
        CAPPED,
        'sending: {consent: not_refused, at_most: {emails: 1, per: 1 day}, quiet_hours: {from: "20:00", to: "07:00"}}',
    ],
)
def test_what_the_engine_decided_is_what_a_replay_of_it_decides(tmp_path: Path, sending: str) -> None:
    world = World(tmp_path, files(sending), mail=False)
    busy(world)
    world.live_until(START + 40 * DAY)
    program = load_release(world.database, 1, {}).program
    end = world.clock.now()
    of_engine = decided(world.database, program, START, end)
    again = replayed(world.database, world.project.workshop(mails=False), START, end)
    assert of_engine is not None and again is not None
    assert of_engine.pressure == again.pressure
    assert of_engine.pressure.capped > 10 and len(of_engine.pressure.slots) == 4
    every = WINDOW.most if sending == CAPPED else 1
    met = sum(each.capped for each in again.pressure.recipes.values())
    assert again.pressure.slots.total() == every * met
    world.close()


def test_people_who_were_erased_are_missing(tmp_path: Path) -> None:
    world = World(tmp_path, files(), mail=False)
    busy(world)
    program = load_release(world.database, 1, {}).program
    before = decided(world.database, program)
    erasing.request(world.database, [reports.find_contact(world.database, "c3")], SECRET, world.clock.now())
    world.engine.settle()
    after = decided(world.database, program)
    assert before is not None and after is not None
    assert after.pressure.contacts == before.pressure.contacts - 1
    assert 0 < after.pressure.sent < before.pressure.sent
    world.close()


def test_where_nothing_was_decided_or_recorded_there_is_nothing_to_tell(shop: Shop) -> None:
    assert replayed(shop.database, shop.project.workshop(mails=False)) is None
    shop.project.apply(shop.database)
    assert decided(shop.database, load_release(shop.database, 1, {}).program) is None


def test_whoever_the_engine_would_stumble_over_is_left_out(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.past(*known("ana", "ben"), did("purchased", "ana", DAY), did("purchased", "ben", DAY))
    take = Pressing.take

    def stumbling(self: Pressing, key: str, *rest: Any, **more: Any) -> None:
        if key == "u:ana":
            raise ZeroDivisionError
        take(self, key, *rest, **more)

    monkeypatch.setattr(Pressing, "take", stumbling)
    found = shop.replayed().pressure
    assert (found.contacts, found.sent, [who for who, _ in found.aside]) == (1, 1, ["ana"])


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The shipped shop with a year of eighty people, caps and quiet hours."""
    folder = tmp_path_factory.mktemp("year") / "shop"
    copy_workspace(folder)
    settings = (folder / "autoflow.yaml").read_text(encoding="utf-8")
    strict = 'sending:\n  at_most: {emails: 1, per: 14 days}\n  quiet_hours: {from: "21:00", to: "08:00"}'
    (folder / "autoflow.yaml").write_text(settings.replace("sending:", strict, 1), encoding="utf-8")
    project = Project(folder, environment={})
    start = parse_instant("2025-01-01", ZONE)
    database = project.database(create=True)
    file = folder / "year.ndjson"
    messages = shop_messages(contacts=80, start=start)
    file.write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in messages))
    import_file(database, file, clock=VirtualClock(parse_instant("2026-01-01")))
    database.close()
    return project


def test_it_counts_what_a_simulation_counts(year: Project) -> None:
    database = year.database(reading=True)
    found = replayed(database, year.workshop(mails=False))
    simulated = compare(database, year.workshop(mails=False), Asked(keep=False))
    assert found is not None and simulated is not None
    [simulation] = simulated[0]
    pressure = found.pressure
    assert pressure.capped > 5
    assert pressure.sent + pressure.passing == sum(each.count(EMAIL, SENT) for each in simulation.recipes)
    empty = RecipePressure()
    for recipe in simulation.recipes:
        ours = pressure.recipes.get(recipe.recipe, empty)
        assert ours.held == recipe.holds, recipe.recipe
        assert ours.waiting == recipe.count(EMAIL, HELD)
        for reason in ("cap", "quiet_hours", "deny"):
            assert ours.skipped[reason] == recipe.count(EMAIL, "skipped", reason), (recipe.recipe, reason)
    assert sum(mails * weeks for mails, weeks in pressure.weeks.items()) == pressure.sent
    database.close()


def test_in_two_processes_it_is_the_same(year: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressing, "WORTH_PROCESSES", 0)
    database = year.database(reading=True)
    told: list[tuple[int, int]] = []
    one = replayed(database, year.workshop(mails=False))
    two = replayed(
        database,
        year.workshop(mails=False),
        processes=2,
        progress=lambda done, total: told.append((done, total)),
    )
    assert one == two
    assert told[-1][0] == told[-1][1] > 0
    database.close()
