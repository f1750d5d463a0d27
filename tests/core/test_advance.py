"""The core: how inputs are cut into calls changes nothing (P4); merging."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.core.advance import advance
from autoflow.core.compiling import compile_program
from autoflow.core.merge import merge
from autoflow.core.program import Program
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record, Window, pack, unpack
from autoflow.model.durations import DAY
from autoflow.model.effects import Effects, Message
from autoflow.model.event import IDENTIFY, MERGE, PAGE_VISITED, Event
from tests.engine.sources import SEGMENTS, workspace
from tests.engine.world import START

HOUR = 3_600_000_000
EVENTS: dict[str, list[dict[str, Any]]] = {
    "purchased": [{"total": 60, "order_id": "A"}, {"total": 0.1, "category": "tea"}, {"total": "dear"}],
    "refunded": [{"order_id": "A"}, {"order_id": "B"}, {}],
    PAGE_VISITED: [{"path": "/products/x"}, {"path": "/"}],
    IDENTIFY: [
        {"email": "ana@example.com"},
        {"email": "ana@shop.example"},
        {"plan": "pro"},
        {"plan": None},
        {"timezone": "Pacific/Auckland"},
    ],
    "unsubscribed": [{}],
    "looked": [{}],
    "email_bounced": [{"permanent": True}],
}


@cache
def program() -> Program:
    read = read_workspace(workspace(), {})
    assert read.sound
    return compile_program(read)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """A contact's items: many at nearly one time, some late, some that enter nobody."""
    at = START
    items = []
    for seq in range(1, draw(st.integers(1, 25)) + 1):
        at += draw(st.sampled_from([1, 1, HOUR, 7 * HOUR, DAY, 3 * DAY, 12 * DAY]))
        name = draw(st.sampled_from(sorted(EVENTS)))
        late = draw(st.sampled_from([0, 0, 0, HOUR, 2 * DAY, 40 * DAY]))
        enters = late <= DAY and draw(st.integers(0, 9)) > 0
        items.append(Event(seq, at, at - late, name, dict(draw(st.sampled_from(EVENTS[name]))), enters))
    return items


def live(
    items: list[Event], cuts: list[int], end: int, *, spill: bool = False
) -> tuple[bytes, list[Any], list[Message], Any]:
    """The record's bytes, the journal, the messages and the runs after the items in batches cut at `cuts`."""
    record = Record("u:ana", "ana")
    journal, messages, runs = [], [], {}
    tags: dict[str, int | None] = {}
    segments: dict[str, int | None] = {}
    for start, stop in zip([0, *cuts], [*cuts, len(items)], strict=True):
        batch = items[start:stop]
        horizon = end if stop == len(items) else items[stop].at - 1 if start % 2 else (batch or items)[-1].at
        effects = advance(program(), record, batch, horizon, spill=spill)
        record = unpack(pack(record))  # as the store keeps it between ticks
        journal += effects.journal
        messages += effects.messages
        runs.update(effects.runs)
        tags.update(effects.tags)
        segments.update(effects.segments)
    assert {tag for tag, since in tags.items() if since is not None} == record.tags.keys()
    assert {name: since for name, since in segments.items() if since is not None} == record.segments
    return pack(record), journal, messages, runs


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.data())
def test_how_items_are_cut_into_calls_changes_nothing(items: list[Event], data: st.DataObject) -> None:
    end = items[-1].at + 50 * DAY
    cuts = sorted(data.draw(st.sets(st.integers(1, len(items)))))
    whole = live(items, [], end)
    assert live(items, cuts, end) == whole
    assert live(items, list(range(1, len(items))), end) == whole


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.lists(st.integers(0, 90 * DAY), max_size=8))
def test_looking_in_between_changes_nothing(items: list[Event], looks: list[int]) -> None:
    """Ticks with nothing to do, at any instant."""
    end = items[-1].at + 50 * DAY
    whole = live(items, [], end)
    record = Record("u:ana", "ana")
    effects: list[Effects] = []
    for at, item in sorted(
        [*((START + at, None) for at in looks), *((item.at, item) for item in items)],
        key=lambda pair: pair[0],
    ):
        if at <= end:
            effects.append(advance(program(), record, [item] if item else [], at, spill=False))
    effects.append(advance(program(), record, [], end, spill=False))
    assert [line for each in effects for line in each.journal] == whole[1]
    assert [message for each in effects for message in each.messages] == whole[2]
    assert pack(record) == whole[0]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_silent_items_count_and_enter_nobody(items: list[Event]) -> None:
    end = items[-1].at
    loud, silent = Record("u:ana", "ana"), Record("u:ana", "ana")
    advance(program(), loud, items, end, spill=False)
    effects = advance(program(), silent, items, end, spill=False, silent_before=end + 1)
    assert effects.runs == {}
    assert effects.messages == []
    assert silent.attributes.get("email") == loud.attributes.get("email")
    assert {"buyers", "big", "lapsed"} & silent.segments.keys() == {
        "buyers",
        "big",
        "lapsed",
    } & loud.segments.keys()


# ---- merging


def known(record: Record, *items: tuple[str, dict[str, Any]], at: int = START) -> Record:
    events = [
        Event(n, at + n * HOUR, at + n * HOUR, name, properties)
        for n, (name, properties) in enumerate(items, 1)
    ]
    advance(program(), record, events, at + len(events) * HOUR, spill=False)
    return record


def merged(elder: Record, younger: Record, at: int = START + DAY) -> tuple[Effects, Effects]:
    for record in (elder, younger):
        advance(program(), record, [], at - 1, spill=False)
    return merge(program(), elder, younger, Event(99, at, at, MERGE, {}))


BUY = ("purchased", {"total": 60, "order_id": "A"})


def test_the_identified_ones_attributes_win() -> None:
    elder = known(Record("a:v", "v"), (IDENTIFY, {"email": "old@example.com", "plan": "free"}))
    younger = known(Record("u:ana", "ana"), (IDENTIFY, {"email": "ana@example.com", "first_name": "Ana"}))
    merged(elder, younger)
    assert elder.attributes == {"email": "ana@example.com", "plan": "free", "first_name": "Ana"}
    assert (elder.key, elder.name) == ("a:v", "ana")


@pytest.mark.parametrize("refused", ["elder", "younger"])
def test_consent_is_the_stricter(refused: str) -> None:
    records = {"elder": Record("u:ana", "ana"), "younger": Record("a:v", "v")}
    for name, record in records.items():
        known(record, ("unsubscribed" if name == refused else "looked", {}))
    merged(records["elder"], records["younger"])
    assert records["elder"].refused == {"*": START + HOUR}


@pytest.mark.parametrize("suppressed", ["elder", "younger"])
def test_the_dead_stay_dead(suppressed: str) -> None:
    records = {"elder": Record("u:ana", "ana"), "younger": Record("a:v", "v")}
    for name, record in records.items():
        known(record, ("email_bounced", {"permanent": name == suppressed}))
    merged(records["elder"], records["younger"])
    assert records["elder"].suppressed == "bounced"


def test_what_both_did_is_added_up_and_memberships_follow() -> None:
    elder, younger = known(Record("u:ana", "ana"), BUY), known(Record("a:v", "v"), BUY, at=START + HOUR)
    assert "big" not in elder.segments
    kept, gone = merged(elder, younger)
    assert "big" in elder.segments
    assert kept.segments["big"] == START + DAY
    assert gone.segments == {"buyers": None}
    assert [line.kind for line in kept.journal] == ["merged"]
    assert elder.first_known == START + HOUR
    effects = advance(program(), elder, [], START + 5 * DAY, spill=False)
    assert ("segment_entered", "lapsed") in [(line.kind, line.subject) for line in effects.journal], (
        "three days after the later one"
    )


def test_of_two_runs_in_one_recipe_the_elders_stays() -> None:
    elder, younger = known(Record("u:ana", "ana"), BUY), known(Record("a:v", "v"), BUY, at=START + HOUR)
    kept, gone = merged(elder, younger)
    assert [(run.recipe, run.entered_at) for run in elder.runs] == [("welcome", START + HOUR)]
    assert kept.runs == {}
    assert [(row.recipe, row.state, row.reason) for row in gone.runs.values()] == [
        ("welcome", "merged", "u:ana")
    ]


def test_a_run_that_only_the_younger_is_in_goes_on_under_the_elder() -> None:
    elder = known(Record("u:ana", "ana"), ("looked", {}))
    younger = known(Record("a:v", "v"), BUY)
    due = younger.runs[0].due
    kept, gone = merged(elder, younger)
    assert [(run.recipe, run.entry, run.due) for run in elder.runs] == [("welcome", 1, due)]
    assert [(row.recipe, row.state) for row in kept.runs.values()] == [("welcome", "running")]
    assert [row.state for row in gone.runs.values()] == ["merged"]
    effects = advance(program(), elder, [], START + 10 * DAY, spill=False)
    assert [message.key for message in effects.messages if message.recipe == "welcome"] == [
        "welcome/1/send_email:again/1/u:ana"
    ]


def test_runs_of_different_orders_both_stay() -> None:
    at = START + HOUR + 30 * 60_000_000
    elder, younger = Record("u:ana", "ana"), Record("a:v", "v")
    for record, order in ((elder, "A"), (younger, "B")):
        advance(
            program(),
            record,
            [Event(1, START + HOUR, START + HOUR, "refunded", {"order_id": order})],
            at - 1,
            spill=False,
        )
    merge(program(), elder, younger, Event(9, at, at, MERGE, {}))
    assert [(run.entry, run.per) for run in elder.runs] == [(1, "A"), (2, "B")]


def test_a_run_once_entered_is_not_entered_again_after_a_merge() -> None:
    elder = known(Record("u:ana", "ana"), ("looked", {}))
    younger = known(Record("a:v", "v"), BUY, (IDENTIFY, {"plan": "pro"}))
    assert younger.runs == []
    merged(elder, younger)
    effects = advance(
        program(), elder, [Event(100, START + 2 * DAY, START + 2 * DAY, *BUY)], START + 2 * DAY, spill=False
    )
    assert [(line.kind, line.subject) for line in effects.journal if line.recipe == "welcome"] == [
        ("refused", "reentry")
    ]


def test_windows_of_two_are_one_in_order() -> None:
    wide = compile_program(
        read_workspace(
            workspace(
                {},
                {
                    "w": "conditions: [{did: purchased, at_least: 50 times, within_last: 9 days}]\n",
                    **SEGMENTS,
                },
            ),
            {},
        )
    )
    elder, younger = Record("u:ana", "ana"), Record("a:v", "v")
    for offset, record in ((0, elder), (1, younger)):
        events = [Event(2 * n + offset, at := START + (2 * n + offset) * HOUR, at, *BUY) for n in range(30)]
        advance(wide, record, events, events[-1].at, spill=False)
        assert "w" not in record.segments
    merge(wide, elder, younger, Event(99, START + 60 * HOUR, START + 60 * HOUR, MERGE, {}))
    assert "w" in elder.segments
    for cell in elder.memory.values():
        if isinstance(cell, Window):
            assert cell.head == sorted(cell.head)
            assert cell.count == len(cell.head) == 60
    effects = advance(wide, elder, [], START + 30 * DAY, spill=False)
    left = [line.at for line in effects.journal if (line.kind, line.subject) == ("segment_left", "w")]
    assert left == [START + 9 * DAY + 10 * HOUR]
