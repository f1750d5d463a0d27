"""Those who stand already where a trigger leads, put forward by a row of the log: engine and witness, and by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from autoflow.core.compiling import compile_program
from autoflow.core.existing import TIMER, admits, admitted
from autoflow.core.merge import merge
from autoflow.language.workspace import read_workspace
from autoflow.model.contact import Record
from autoflow.model.event import MERGE, Event
from tests.core.playing import play, runs
from tests.engine.sources import SETTINGS, TEMPLATES, workspace
from tests.oracle import timing
from tests.oracle.engine import must_agree
from tests.oracle.making import at, identify, track
from tests.oracle.scenarios import SOON, SPAN, Scenario, scenarios

SEGMENTS = {"vip": "conditions: [{attribute: plan, is: pro}]\n"}
ONCE = "trigger: {segment_entered: vip}\nconditions: [{none: [{has_tag: later}]}]\nactions: [{wait: 1 day}]\n"
ALWAYS = ONCE.replace("conditions", "reentry: always\nconditions")
# Whoever buys is tagged, and so cannot enter by himself; a refund lets him.
OTHERS = {
    "tag": "trigger: {event: purchased}\npriority: 9\nactions: [{add_tag: later}]\n",
    "untag": "trigger: {event: refunded}\nactions: [{remove_tag: later}]\n",
}
STANDS = [
    track("purchased", "2026-03-01 10:00"),
    identify("2026-03-01 11:00", plan="pro"),
    track("refunded", "2026-03-01 12:00"),
]


def put(when: str, later: str | None = None, trigger: str = "segment_entered") -> dict[str, Any]:
    more = {"at": timing.iso(at(later))} if later is not None else {}
    return track("$enter", when, recipe="r", trigger=trigger, **more)


def entered(
    recipe: str, *messages: dict[str, Any], segments: dict[str, str] | None = None
) -> tuple[list[str], int]:
    """When `r` was entered, and how often somebody was turned away from it."""
    found = play(
        [*STANDS, *messages],
        until="2026-04-01 00:00",
        recipes={"r": recipe, **OTHERS},
        segments=segments or SEGMENTS,
    )
    return [run[0] for run in runs(found)], found.refused["r"]


def test_who_stands_there_enters() -> None:
    assert entered(ONCE, put("2026-03-02 10:00")) == (["2026-03-02 10:00"], 1)


def test_at_an_instant_of_his_own_to_the_second() -> None:
    assert entered(ONCE, put("2026-03-02 10:00", "2026-03-05 07:13:05")) == (["2026-03-05 07:13:05"], 1)


@pytest.mark.parametrize("recipe", [ONCE, ALWAYS], ids=["never again", "always again"])
def test_asked_twice_he_enters_once(recipe: str) -> None:
    twice = (put("2026-03-02 10:00"), put("2026-03-09 10:00"), put("2026-03-09 11:00", "2026-03-12 10:00"))
    assert entered(recipe, *twice) == (["2026-03-02 10:00"], 3)


def test_asked_again_meanwhile_he_enters_at_the_earlier_instant_and_once() -> None:
    later = (put("2026-03-02 10:00", "2026-03-20 10:00"), put("2026-03-03 10:00", "2026-03-05 10:00"))
    assert entered(ALWAYS, *later) == (["2026-03-05 10:00"], 1)
    sooner = (put("2026-03-02 10:00", "2026-03-05 10:00"), put("2026-03-03 10:00", "2026-03-20 10:00"))
    assert entered(ALWAYS, *sooner) == (["2026-03-05 10:00"], 1)
    assert entered(ALWAYS, later[0], put("2026-03-03 10:00")) == (["2026-03-03 10:00"], 1)


@pytest.mark.parametrize("recipe", [ONCE, ALWAYS], ids=["never again", "always again"])
def test_who_came_by_himself_does_not_enter_on_top(recipe: str) -> None:
    messages = (
        identify("2026-03-02 10:00", plan="free"),
        identify("2026-03-02 11:00", plan="pro"),
        put("2026-03-03 10:00"),
    )
    assert entered(recipe, *messages) == (["2026-03-02 11:00"], 2)


def test_who_has_left_by_his_turn_does_not_enter() -> None:
    messages = (put("2026-03-02 10:00", "2026-03-05 10:00"), identify("2026-03-04 10:00", plan="free"))
    assert entered(ONCE, *messages) == ([], 2)


def test_the_recipes_conditions_hold() -> None:
    assert entered(ONCE, track("purchased", "2026-03-01 20:00"), put("2026-03-02 10:00")) == ([], 2)


@pytest.mark.parametrize("trigger", ["event", "segment_left", "nothing"])
def test_nobody_stands_where_a_moment_was(trigger: str) -> None:
    recipe = ONCE.replace("{segment_entered: vip}", "[{event: looked}, {segment_left: vip}]")
    assert entered(recipe, put("2026-03-02 10:00", trigger=trigger)) == ([], 0)


@pytest.mark.parametrize("status", ["paused", "draft"])
def test_a_recipe_that_is_not_live_lets_nobody_in(status: str) -> None:
    assert entered(f"status: {status}\n{ONCE}", put("2026-03-02 10:00")) == ([], 0)


def test_the_run_knows_by_which_trigger_it_was_started() -> None:
    recipe = ONCE.replace("conditions: [", "conditions: [{entered_by: segment_entered}, ")
    assert entered(recipe, put("2026-03-02 10:00"))[0] == ["2026-03-02 10:00"]


# -- on whatever can be written


@st.composite
def standing(draw: st.DrawFn) -> Scenario:
    """A random workspace whose recipes listen to segments as well, and people put forward for them."""
    files, messages, end, looks = draw(scenarios())
    segments = [path[9:-5] for path in files if path.startswith("segments/")]
    assume(segments)
    recipes = [path[8:-5] for path in files if path.startswith("recipes/")]
    for name in recipes:
        read = json.loads(files[f"recipes/{name}.yaml"])
        move: Any = draw(st.sampled_from(segments))
        move = draw(st.sampled_from([move, move, {"segment": move, "for": "2 days"}]))
        triggers = read["trigger"] if isinstance(read["trigger"], list) else [read["trigger"]]
        read["trigger"] = [*triggers, {"segment_entered": move, "id": "t9"}]
        read.setdefault("reentry", draw(st.sampled_from(["never", "always", "after 2 days"])))
        files[f"recipes/{name}.yaml"] = json.dumps(read)
    start = end - SPAN
    for _ in range(draw(st.integers(1, 8))):
        moment = start + draw(st.integers(0, SPAN // timing.HOUR)) * timing.HOUR
        soon = draw(st.sampled_from(SOON))
        more = {"at": timing.iso(moment + soon)} if soon is not None else {}
        properties = {"recipe": draw(st.sampled_from(recipes)), "trigger": "t9", **more}
        message = {"type": "track", "userId": "ana", "event": "$enter", "properties": properties}
        messages.append({**message, "timestamp": timing.iso(moment)})
    return Scenario(files, messages, end, looks)


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(standing())
def test_engine_and_witness_agree_on_who_is_put_forward(scenario: Scenario) -> None:
    must_agree(*scenario)


# -- what the record keeps


def record(key: str, **more: Any) -> Record:
    return Record(key, key[2:], first_known=1, attributes={"plan": "pro"}, segments={"vip": 5}, **more)


PROGRAM = compile_program(read_workspace(workspace({"r": ONCE, **OTHERS}, SEGMENTS, SETTINGS, TEMPLATES), {}))
WAITS = f"{TIMER}r/segment_entered"


@pytest.mark.parametrize(("elder", "younger"), [(70, 50), (50, 70), (None, 50), (50, None)])
def test_two_who_are_one_enter_at_the_earlier_instant(elder: int | None, younger: int | None) -> None:
    ours, theirs = (
        record(key, timers={WAITS: due} if due is not None else {})
        for key, due in (("u:ana", elder), ("a:v", younger))
    )
    merge(PROGRAM, ours, theirs, Event(9, 10, 10, MERGE, {}))
    assert ours.timers[WAITS] == 50


def test_who_would_enter() -> None:
    [listener] = admits(PROGRAM)["r"]
    assert admitted(PROGRAM, record("u:ana"), listener, 10)
    assert not admitted(PROGRAM, record("u:ana", tags={"later": 1}), listener, 10)
    assert not admitted(PROGRAM, Record("u:ana", "ana", first_known=1), listener, 10)


def test_who_comes_by_himself_is_not_among_them() -> None:
    """With `for`, a move that really was is still counted; who came by a file's change comes by nothing."""
    patient = ONCE.replace("{segment_entered: vip}", "{segment_entered: {segment: vip, for: 2 days}}")
    program = compile_program(
        read_workspace(workspace({"r": patient, **OTHERS}, SEGMENTS, SETTINGS, TEMPLATES), {})
    )
    [listener] = admits(program)["r"]
    assert admitted(program, record("u:ana"), listener, 10)
    assert not admitted(program, record("u:ana", moved={"vip": 5}), listener, 10)
    assert admitted(program, record("u:ana", moved={"vip": 5}), listener, 10 + 3 * timing.DAY)
