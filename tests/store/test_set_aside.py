"""A contact over whom the engine stumbles is set aside alone, whole, and catches up as if nothing had happened."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.core.adopt import adopt
from autoflow.core.program import Program
from autoflow.model.contact import Record, unpack
from autoflow.model.durations import DAY
from autoflow.model.effects import Effects
from autoflow.model.event import IDENTIFY, Incoming
from autoflow.store import building, ledger, log, retry, set_aside
from autoflow.store.database import StoreError
from autoflow.store.last_look import Rules
from tests.engine import laws
from tests.engine.poison import poison
from tests.engine.sources import workspace
from tests.engine.world import START, World, identify, page, track
from tests.store.dumping import dump
from tests.store.test_tick import FAT, HOUR, Batch, drain, drain_release, stories

Make = Callable[..., World]


def people(one: World) -> list[str]:
    rows = one.database.all(
        "SELECT c.name FROM set_aside s JOIN contact c ON c.id = s.contact ORDER BY c.name"
    )
    return [row[0] for row in rows]


def test_one_who_cannot_be_worked_out_holds_up_nobody(world: Make) -> None:
    one = world(mail=False)
    drain(one)
    one.append(*(track("purchased", who, total=5) for who in ("ana", "bo", "cy")))
    before = dump(one.database)["contact"]
    with poison("u:bo", halfway=True):
        drain(one)
    assert people(one) == ["bo"]
    assert [who for who, *_ in one.runs()] == ["ana", "cy"]
    assert [row for row in dump(one.database)["contact"] if row[2] == "u:bo"] == [
        row for row in before if row[2] == "u:bo"
    ]
    assert one.database.one("SELECT cursor = (SELECT max(seq) FROM event) FROM state") == (1,)
    laws.check(one.database, {})


def test_the_reason_says_where_and_nothing_of_what_he_told_us(world: Make) -> None:
    one = world(mail=False)
    drain(one)
    one.append(track("purchased", "bo", total=5))
    with poison("u:bo"):
        drain(one)
    [aside] = set_aside.everybody(one.database)
    assert re.fullmatch(r"ZeroDivisionError in store/groups\.py, line \d+", aside.error)
    assert aside.since == one.clock.now()


def test_a_step_that_breaks_is_named(world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ana@example.com")

    one = world(mail=False)
    drain(one)
    one.append(identify(email="ana@example.com"), page("/products/x"))
    with monkeypatch.context() as patched:
        patched.setattr("autoflow.core.hand.StepHand.add_tag", broken)
        drain(one)
    [aside] = set_aside.everybody(one.database)
    assert aside.error.endswith(", at the step add_tag:interested of interest")
    assert "@" not in aside.error


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(stories, st.data())
def test_whoever_was_set_aside_ends_as_if_nothing_had_happened(
    story: list[Batch], data: st.DataObject
) -> None:
    def lived(troubled: bool) -> dict[str, list[tuple[object, ...]]]:
        with TemporaryDirectory() as folder:
            one = World(Path(folder), workspace(), mail=False)
            try:
                now = START
                drain_release(one)
                for hours, messages in story:
                    now += hours * HOUR
                    one.clock.jump(now)
                    log.append(one.database, messages, now)
                    if troubled and data.draw(st.booleans()):
                        keys = data.draw(st.sets(st.sampled_from(["u:ana", "u:bo", "a:v", "a:w"])))
                        with poison(*keys, halfway=data.draw(st.booleans())):
                            drain(one, events=data.draw(st.integers(1, 5)))
                            one.engine.retry()
                        laws.entered_is_accounted_for(one.database)
                    if troubled and data.draw(st.booleans()):
                        one.engine.retry()
                        assert people(one) == []
                one.clock.jump(now + 60 * DAY)
                one.engine.retry()
                drain(one)
                laws.check(one.database, {})
                return dump(one.database)
            finally:
                one.close()

    assert lived(troubled=True) == lived(troubled=False)


def test_nothing_goes_out_to_him_meanwhile_and_everybody_else_gets_his(world: Make) -> None:
    """Not to the visitor that he was either; and what waits for him does not keep the post busy."""
    one = world()
    one.engine.settle()
    for who in ("bo", "cy"):
        one.append(identify(who, email=f"{who}@example.com"), track("refunded", who, order_id="A"))
    one.append(Incoming(IDENTIFY, None, "v", {"email": "bo@example.com"}))
    one.append(Incoming("refunded", None, "v", {"order_id": "B"}), Incoming("looked", "bo", "v"))
    drain(one)
    one.append(*(page("/", who) for who in ("bo", "cy")))
    with poison("u:bo"):
        drain(one)
    one.clock.jump(START + 1_000)
    one.engine.settle()
    due = one.engine.next_due()
    assert due is not None and due > one.clock.now(), "what waits for him alone wakes nobody"
    assert {message.contact for message in one.messages("sent")} == {"cy"}
    assert [message.contact for message in one.messages("pending")] == ["bo", "v"]
    one.clock.jump(START + 2 * HOUR)
    one.engine.settle()
    due = one.engine.next_timer()
    assert due is not None and due > one.clock.now(), "neither does what falls due for him"
    one.reopen()
    one.engine.settle()
    assert [message.contact for message in one.messages("sent")] == ["bo", "cy", "v", "bo", "cy", "bo"]


def test_the_last_look_sees_whoever_was_set_aside_since_the_claim(world: Make) -> None:
    one = world()
    one.engine.settle()
    for who in ("bo", "cy"):
        one.append(identify(who, email=f"{who}@example.com"), track("refunded", who, order_id="A"))
    drain(one)
    now = START + 1_000
    one.clock.jump(now)
    claimed = ledger.waiting(one.database, now, 10)
    one.append(page("/", "bo"))
    with poison("u:bo"):
        drain(one)
    rules = Rules((), (), 3)
    started = ledger.settle_and_start(one.database, (), claimed, now, one.engine.lease.fence, rules)
    assert [entry.contact_key for entry in started.entries] == ["u:cy"]
    assert len(claimed) == 2


def test_what_waits_for_him_takes_nobody_elses_place(world: Make) -> None:
    one = world()
    one.engine.settle()
    for who in ("bo", "cy"):
        one.append(identify(who, email=f"{who}@example.com"), track("refunded", who, order_id="A"))
    drain(one)
    one.append(page("/", "bo"))
    with poison("u:bo"):
        drain(one)
    found = ledger.waiting(one.database, START + 1_000, limit=1)
    assert [entry.contact_key for entry in found] == ["u:cy"]


def test_whoever_turns_out_to_be_one_with_him_waits_with_him(world: Make) -> None:
    one, whole = world(mail=False), world(mail=False)
    for each in (one, whole):
        drain(each)
        each.append(Incoming("purchased", None, "v", {"total": 60}), track("purchased", total=60))
        with poison("a:v" if each is one else ""):
            drain(each)
        each.append(Incoming("looked", "ana", "v"), track("purchased", "bo"), track("purchased", total=1))
        drain(each)
        if each is one:
            reasons = [aside.error for aside in set_aside.everybody(one.database)]
            assert reasons[1] == set_aside.DRAWN and len(reasons) == 2
            assert [who for who, recipe, _, _ in one.runs() if recipe == "welcome"] == ["ana", "bo"]
        each.engine.retry()
        assert people(each) == []
        each.clock.jump(START + 60 * DAY)
        drain(each)
        laws.check(each.database, {})
    assert dump(one.database) == dump(whole.database)


def test_a_merge_that_he_has_not_read_brings_nothing_into_his_past(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What she did counts once, though all memory is built anew before the two are one."""

    def broken(*_: object) -> int:
        raise ZeroDivisionError

    one = world(mail=False)
    drain(one)
    one.append(Incoming("purchased", None, "v", {"total": 60}), track("looked"))
    drain(one)
    one.append(page("/"), Incoming("purchased", None, "v", {"total": 60}))
    with poison("u:ana", "a:v"):
        drain(one)
        one.clock.jump(START + HOUR)
        one.release(workspace(recipes=OTHER, segments=COUNTING))
        drain(one)
    one.append(Incoming("refunded", "ana", "v", {"order_id": "A"}))
    drain(one)
    assert people(one) == ["ana", "ana"]
    monkeypatch.setattr(retry, "_as_it_was", broken)
    one.engine.retry()
    assert people(one) == []
    assert one.database.all("SELECT * FROM membership") == []


def test_an_effect_that_the_store_refuses_concerns_its_contact_alone(world: Make) -> None:
    one = world(mail=False)
    drain(one)
    one.append(*(track("purchased", who, total=5) for who in ("ana", "bo")))
    one.database.do(
        "CREATE TEMP TRIGGER broken BEFORE INSERT ON outbox WHEN new.key LIKE '%/u:bo'"
        " BEGIN SELECT raise(ABORT, 'broken'); END"
    )
    drain(one)
    assert people(one) == ["bo"]
    assert [message.contact for message in one.messages()] == ["ana"]
    one.database.do("DROP TRIGGER broken")
    one.engine.retry()
    assert sorted(message.contact for message in one.messages()) == ["ana", "bo"]


def test_a_store_that_cannot_be_written_is_nobodys_fault(world: Make) -> None:
    def broken() -> None:
        raise OSError

    one = world(mail=False)
    drain(one)
    one.append(*(track("purchased", who, total=5) for who in ("ana", "bo")))
    one.database.connection.create_function("broken", 0, broken)
    one.database.do("CREATE TEMP TRIGGER broken BEFORE INSERT ON journal BEGIN SELECT broken(); END")
    with poison("u:bo"), pytest.raises(StoreError, match="could not be written"):
        drain(one)
    assert people(one) == []
    one.database.do("DROP TRIGGER broken")
    drain(one)
    assert len(one.messages()) == 2


# ---- definitions that change meanwhile

OTHER = {"late": "trigger: {event: looked}\nactions: [add_tag: late]\n"}
COUNTING = {"seen": "conditions: [{did: looked, at_least: 2 times}]\n"}


def test_he_goes_through_every_release_that_came_meanwhile(world: Make) -> None:
    """Entries by the recipes of the time, memory of the new segment from the log, its baseline at its place."""
    one, whole = world(mail=False), world(mail=False)
    for each in (one, whole):
        drain(each)
        each.append(track("looked"), track("purchased", total=60))
        drain(each)
        each.append(track("purchased", "ana", total=60), track("looked"))
        with poison("u:ana" if each is one else ""):
            drain(each)
        each.clock.jump(START + HOUR)
        each.release(workspace(recipes=OTHER, segments=COUNTING))
        with poison("u:ana" if each is one else ""):
            drain(each)
            assert people(each) == (["ana"] if each is one else [])
        each.clock.jump(START + 2 * HOUR)
        each.append(track("looked"))
        drain(each)
        each.release(workspace(recipes={}, segments=COUNTING))
        each.clock.jump(START + 60 * DAY)
        drain(each)
    assert people(one) == []
    assert dump(one.database) == dump(whole.database)


def test_definitions_that_break_for_him_give_way_to_those_that_mend_it(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    one = world(mail=False)
    drain(one)
    one.append(track("purchased", total=60))
    drain(one)
    one.append(identify(email="ana@example.com"), page("/products/x"), track("purchased", total=60))
    monkeypatch.setattr("autoflow.core.hand.StepHand.add_tag", broken)
    drain(one)
    one.engine.retry()
    assert people(one) == ["ana"]
    one.clock.jump(START + HOUR)
    one.release(workspace(recipes={}, segments=COUNTING | {"big": FAT["rich"]}))
    drain(one)
    assert people(one) == []
    record = unpack(one.database.all("SELECT record FROM contact")[0][0])
    assert (set(record.segments), record.attributes) == ({"big"}, {"email": "ana@example.com"})
    one.live_until(START + 60 * DAY)
    laws.check(one.database, {})


def test_a_window_that_outgrew_the_record_is_whole_after_he_caught_up(world: Make) -> None:
    one, whole = world(workspace({}, FAT), mail=False), world(workspace({}, FAT), mail=False)
    for each in (one, whole):
        drain(each)
        for minute in range(1, 200):
            each.clock.jump(START + minute * 60_000_000)
            each.append(track("purchased", total=1))
            if minute == 100:
                drain(each)
            if minute == 120:
                with poison("u:ana" if each is one else "", halfway=True):
                    drain(each)
        each.clock.jump(START + 3 * DAY)
        drain(each)
        each.release(workspace({}, {"rich": FAT["rich"]}))
        with poison("u:ana" if each is one else "", halfway=True):
            drain(each)
        assert people(each) == (["ana"] if each is one else [])
        each.engine.retry()
        each.clock.jump(START + 60 * DAY)
        drain(each)
        laws.check(each.database, {})
    assert dump(one.database) == dump(whole.database)


def test_whoever_cannot_take_on_new_definitions_keeps_to_the_old_ones_alone(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbling(program: Program, record: Record, *more: Any) -> Effects:
        if record.key == "u:bo":
            raise ZeroDivisionError
        return adopt(program, record, *more)

    one, whole = world(mail=False), world(mail=False)
    for each in (one, whole):
        drain(each)
        each.append(*(track("looked", who) for who in ("ana", "bo", "ana", "bo")))
        drain(each)
        each.release(workspace(recipes=OTHER, segments=COUNTING))
        with monkeypatch.context() as patched:
            if each is one:
                patched.setattr(building, "adopt", stumbling)
                patched.setattr(retry, "adopt", stumbling)
            drain(each)
        each.append(track("looked", "bo"))
        drain(each)
        if each is one:
            assert people(one) == ["bo"]
            assert each.database.all("SELECT contact FROM membership") == [(1,)]
        each.engine.retry()
        drain(each)
    assert dump(one.database) == dump(whole.database)
