"""What is new in definitions, and that whoever takes them on then stands where they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoflow.core.adopt import adopt
from autoflow.core.advance import advance
from autoflow.core.compiling import compile_program
from autoflow.core.fresh import Fresh, compare, everything
from autoflow.core.program import Program
from autoflow.kinds.view import View
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record
from autoflow.model.durations import DAY
from autoflow.model.event import Event
from tests.engine.sources import SETTINGS, workspace
from tests.engine.world import START

RELEASE = START + 10 * DAY
COMPUTED = SETTINGS.replace(
    "  plan:", "  orders: {count_of: purchased}\n  looks: {count_of: looked}\n  plan:"
)
SEGMENTS = {
    "buyers": "conditions: [{did: purchased}]\n",
    "lately": "conditions: [{did: purchased, within_last: 10 days}]\n",
    "dear": "conditions: [{sum_of: purchased.total, at_least: 100}]\n",
    "some": "conditions: [{attribute: orders, at_least: 2}]\n",
    "both": "conditions: [{in_segment: buyers}, {in_segment: dear}]\n",
    "rest": "conditions: [{none: [{in_segment: both}]}]\n",
}
RECIPES = {"r": "trigger: {event: looked}\nactions: [{wait: 1 day}]\n"}
PAST = [
    Event(1, START, START, "purchased", {"order_id": "A", "total": 60}),
    Event(2, START + 1, START + 1, "looked", {"n": 1}),
    Event(3, START + 2 * DAY, START + 2 * DAY, "purchased", {"order_id": "B", "total": 60}),
]


def program(
    segments: dict[str, str] | None = None, settings: str = COMPUTED, recipe: str = "", gone: str = ""
) -> Program:
    recipes = {"r": recipe} if recipe else RECIPES
    there = {name: text for name, text in {**SEGMENTS, **(segments or {})}.items() if name != gone}
    read = read_workspace(workspace(recipes, there, settings), {})
    assert read.sound, [each.message for each in read.problems]
    return compile_program(read)


CHANGES = {
    "nothing": (program(), set()),
    "a recipe alone": (program(recipe="trigger: {event: looked}\nactions: [{wait: 2 days}]\n"), set()),
    "a segment that is new": (program({"keen": "conditions: [{did: looked}]\n"}), {"segment:keen"}),
    "one that is gone": (program(gone="lately"), set()),
    "one that nobody uses": (
        program({"lately": "conditions: [{did: purchased, within_last: 1 days}]\n"}),
        {"segment:lately"},
    ),
    "one that others use, which others use": (
        program({"dear": "conditions: [{sum_of: purchased.total, at_least: 1000}]\n"}),
        {"segment:dear", "segment:both", "segment:rest"},
    ),
    "a computed attribute": (
        program(settings=COMPUTED.replace("count_of: purchased", "count_of: looked")),
        {"computed:orders", "segment:some"},
    ),
    "a computed attribute that is said by hand now": (
        program(settings=COMPUTED.replace("orders: {count_of: purchased}", "orders: number")),
        {"segment:some"},
    ),
    "the zone": (
        program(settings=COMPUTED.replace("Europe/London", "Asia/Tokyo")),
        {f"segment:{name}" for name in SEGMENTS} | {"computed:orders", "computed:looks"},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_to_be_looked_at(change: str) -> None:
    after, answers = CHANGES[change]
    assert compare(program(), after).answers == answers


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_takes_definitions_on_stands_where_they_say(change: str) -> None:
    before, (after, _) = program(), CHANGES[change]
    record = took_on(before, after, compare(before, after))
    view = View(record, RELEASE, after.zone)
    assert set(record.segments) == {each.id for each in after.segments if each.condition.holds(view)}
    assert record.computed == {each.name: each.computed.judge(view)[0] for each in after.computed}
    # and as if he had known nothing of what was before
    assert record == took_on(before, after, everything(after))


def took_on(before: Program, after: Program, fresh: Fresh) -> Record:
    record = Record("u:ana", "ana")
    advance(before, record, PAST, RELEASE - 1)
    assert set(record.segments) == {"buyers", "lately", "dear", "some", "both"}
    history = [event for event in PAST if event.name in fresh.events]
    adopt(after, record, history, RELEASE, 2, fresh)
    return record


def test_what_time_changes_at_the_very_instant_has_changed_before() -> None:
    """The state at the apply is the baseline: nobody comes or goes by it."""
    before = program()
    after = replace(before, zone=before.zone)
    record = Record("u:ana", "ana")
    advance(before, record, PAST[:1], RELEASE - 1)
    assert "lately" in record.segments
    effects = adopt(after, record, (), RELEASE, 2, compare(before, after))
    assert "lately" not in record.segments
    assert effects.segments == {"lately": None}
    assert effects.journal == []
    assert advance(after, record, (), RELEASE).journal == []
