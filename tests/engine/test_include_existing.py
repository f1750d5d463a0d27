"""Who matches already enters on purpose: with the apply or not at all, once, and however the engine's work is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoflow.app import Project
from autoflow.core.compiling import compile_program
from autoflow.lab.plan import apply as plan_apply
from autoflow.lab.plan.apply import LetIn, Outcome
from autoflow.lab.plan.file import PlanFile
from autoflow.lab.plan.letting_in import put_forward, read_pace
from autoflow.lab.plan.plan import CONCERNED, matching, plan
from autoflow.lab.simulation.simulate import Asked, simulate
from autoflow.language.workspace import read_workspace
from autoflow.model.durations import DAY
from autoflow.model.event import Incoming
from autoflow.model.problems import AutoflowError
from autoflow.store import applying, definitions, log, tick
from autoflow.store.applying import apply, files_of
from autoflow.store.definitions import numbered
from autoflow.store.planned import basis
from tests.engine import laws
from tests.engine.sources import RECIPES, SEGMENTS, workspace
from tests.engine.world import START, World, track, write_files
from tests.store.dumping import dump
from tests.store.test_tick import stories

HOUR = 3_600_000_000
NAMES = [f"c{n:02}" for n in range(10)]
WELCOME = (
    "trigger: {segment_entered: buyers}\nreentry: always\nactions: [{send_email: hello}, {wait: 1 day}]\n"
)
FILES = workspace({"hi": WELCOME}, {"buyers": SEGMENTS["buyers"]})
EMPTY = workspace({}, {})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(files: dict[str, str]) -> World:
        made.append(World(tmp_path / f"{len(made)}", files, mail=False))
        return made[-1]

    yield make
    for one in made:
        one.close()


def let_in(one: World, files: dict[str, str], *names: str, pace: str | None = None) -> Outcome:
    write_files(one.folder, files)
    one.project = one.engine.project = Project(one.folder, environment={}, clock=one.clock)
    rate = read_pace(pace) if pace is not None else None
    return one.project.apply_with(one.database, LetIn(names or (CONCERNED,), rate))


def entries(one: World) -> list[tuple[str, str, int]]:
    """(who, recipe, when) of every entry, in order of time."""
    rows = one.database.all(
        "SELECT c.name, r.recipe, r.entered_at FROM run r JOIN contact c ON c.id = r.contact ORDER BY r.entered_at"
    )
    return [(row[0], row[1], row[2]) for row in rows]


def peopled(one: World) -> World:
    """Ten bought before anybody thought of a recipe; eve only looked."""
    one.append(*(track("purchased", who, total=10) for who in NAMES), track("looked", "eve"))
    one.engine.settle()
    one.clock.jump(START + HOUR)
    return one


def test_who_matches_already_enters_with_the_apply(world: Callable[..., World]) -> None:
    one = peopled(world(EMPTY))
    outcome = let_in(one, FILES)
    assert (outcome.release, [each[:] for each in outcome.entering]) == (2, [("hi", 10, None)])
    one.engine.settle()
    assert {(who, recipe) for who, recipe, _ in entries(one)} == {(who, "hi") for who in NAMES}
    laws.check(one.database, {})


def test_nobody_does_because_a_file_changed(world: Callable[..., World]) -> None:
    one = peopled(world(EMPTY))
    one.release(FILES)
    one.engine.settle()
    assert entries(one) == []


def test_before_the_engine_has_read_anything(world: Callable[..., World]) -> None:
    """What is recorded counts, also what was imported and never read."""
    one = world(EMPTY)
    one.append(*(track("purchased", who, total=10) for who in NAMES))
    let_in(one, FILES)
    one.engine.settle()
    assert len(entries(one)) == len(NAMES)


@pytest.mark.parametrize("files", [FILES, {**FILES, "recipes/hi.yaml": FILES["recipes/hi.yaml"] + "# Hm\n"}])
def test_applied_twice_enters_nobody_twice(world: Callable[..., World], files: dict[str, str]) -> None:
    one = peopled(world(EMPTY))
    let_in(one, FILES)
    again = let_in(one, files, "hi")
    assert again.release == (None if files is FILES else 3)
    one.engine.settle()
    assert len(entries(one)) == len(NAMES)
    assert [each.people for each in let_in(one, files, "hi").entering] == [0], "they are in it"
    one.live_until(START + 5 * DAY)
    assert [each.people for each in let_in(one, files, "hi").entering] == [0], (
        "they were, since they are buyers"
    )
    one.engine.settle()
    assert len(entries(one)) == len(NAMES)


def test_a_pace_is_kept_to_the_second(world: Callable[..., World]) -> None:
    one = peopled(world(EMPTY))
    outcome = let_in(one, FILES, pace="4 per day")
    begin = START + HOUR
    assert outcome.entering[0].until == begin + 9 * DAY // 4
    one.live_until(START + 5 * DAY)
    instants = [at for *_, at in entries(one)]
    assert instants[1:] == [begin + place * DAY // 4 for place in range(1, 10)]
    assert 0 <= instants[0] - begin < 100
    assert [who for who, *_ in entries(one)] != NAMES, "nobody is first because he is known longest"


def test_who_leaves_before_his_turn_stays_out_and_who_is_new_enters_by_himself(
    world: Callable[..., World],
) -> None:
    late = {"late": WELCOME.replace("buyers", "poor")}
    poor = {"poor": "conditions: [{did: purchased}, {did_not: purchased, where: {total: {at_least: 100}}}]\n"}
    one = peopled(world(EMPTY))
    let_in(one, workspace(late, poor), pace="1 per day")
    one.engine.settle()
    [first] = [who for who, *_ in entries(one)]
    rest = [who for who in NAMES if who != first]
    one.append(*(track("purchased", who, total=100) for who in rest), track("purchased", "new", total=1))
    one.live_until(START + 30 * DAY)
    assert {who for who, *_ in entries(one)} == {first, "new"}


def test_an_erased_person_waits_for_nothing(world: Callable[..., World]) -> None:
    one = peopled(world(EMPTY))
    let_in(one, FILES, pace="1 per day")
    one.engine.settle()
    waiting = set(NAMES) - {who for who, *_ in entries(one)}
    one.append(*(Incoming("$erase", who, None, {"as": f"x:{who}"}) for who in waiting))
    one.live_until(START + 30 * DAY)
    assert len(entries(one)) == 1


def test_another_release_takes_nobody_his_turn(world: Callable[..., World]) -> None:
    one = peopled(world(EMPTY))
    let_in(one, FILES, pace="1 per day")
    one.engine.settle()
    one.release(workspace({"hi": WELCOME}, SEGMENTS))
    one.live_until(START + 30 * DAY)
    assert {who for who, *_ in entries(one)} == set(NAMES)


def test_an_edit_of_the_trigger_takes_nobody_his_turn(world: Callable[..., World]) -> None:
    """Also where another trigger comes before it, and it gets another name."""
    one = peopled(world(EMPTY))
    let_in(one, FILES, pace="1 per day")
    one.engine.settle()
    renamed = WELCOME.replace("{segment_entered: buyers}", "{segment_entered: buyers, id: b}")
    one.release(workspace({"hi": renamed}, {"buyers": SEGMENTS["buyers"]}))
    one.live_until(START + 3 * DAY)
    triggers = "[{segment_entered: never, id: n}, {event: looked, id: l}, {segment_entered: buyers, id: c}]"
    segments = {"buyers": SEGMENTS["buyers"], "never": "conditions: [{has_tag: never}]\n"}
    other = WELCOME.replace("{segment_entered: buyers}", triggers)
    one.release(workspace({"hi": other}, segments))
    one.live_until(START + 5 * DAY)
    assert len(entries(one)) == 5
    one.release(workspace({"hi": other.replace("buyers", "never")}, segments))
    one.live_until(START + 30 * DAY)
    assert len(entries(one)) == 5, "who stands in none of its segments by then stays out"


def test_two_triggers_of_one_recipe_are_one_row_of_people(world: Callable[..., World]) -> None:
    triggers = "[{segment_entered: buyers, id: a}, {segment_entered: big, id: b}]"
    both = f"trigger: {triggers}\nactions: [{{wait: 1 day}}]\n"
    one = peopled(world(EMPTY))
    outcome = let_in(one, workspace({"both": both}, SEGMENTS), pace="5 per day")
    assert [each[:2] for each in outcome.entering] == [("both", 10)]
    one.live_until(START + 5 * DAY)
    assert len(entries(one)) == len(NAMES)


def test_who_could_enter_by_two_triggers_is_counted_once(world: Callable[..., World]) -> None:
    triggers = "[{segment_entered: buyers, id: a}, {segment_entered: too, id: b}]"
    files = workspace(
        {"both": f"trigger: {triggers}\nactions: [{{wait: 1 day}}]\n"},
        {"buyers": SEGMENTS["buyers"], "too": "conditions: [any: [{did: purchased}, {did: looked}]]\n"},
    )
    one = peopled(world(EMPTY))
    found = plan(one.database, read_workspace(files, {}), {}, one.clock.now())
    assert [(each.trigger, each.matches) for each in found.existing] == [("a", 10), ("b", 1)]


def test_nobody_is_made_known_by_being_put_forward(world: Callable[..., World]) -> None:
    """Whoever was erased while it was looked who matches."""
    one = peopled(world(EMPTY))
    found = put_forward(one.database, "hi", {"u:gone": "t", "u:c03": "t", "a:gone": "t"}, START, None)
    assert [message.user_id for message in found] == ["c03"]


@pytest.mark.parametrize("days", [0, 1])
def test_the_log_played_again_lets_them_in_at_the_same_instants(
    world: Callable[..., World], days: int
) -> None:
    """Also from a day on which some were put forward already and had not entered yet."""
    one = peopled(world(EMPTY))
    let_in(one, FILES, pace="4 per day")
    one.live_until(START + 10 * DAY)
    program = compile_program(numbered(one.database, read_workspace(FILES, {})))
    start = START + HOUR + days * DAY
    found = simulate(one.database, program, Asked(start=start, end=START + 10 * DAY))
    assert found is not None
    lived = one.database.all("SELECT at, key FROM outbox WHERE at >= ? ORDER BY at", start)
    assert [(each.at, each.key) for each, _ in found.messages] == lived
    assert len(lived) == (10 if days == 0 else 6)


def test_nothing_is_there_where_the_apply_is_cut_off(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = peopled(world(EMPTY))
    before = dump(one.database)
    calls: list[int] = []

    def cut_off(*args: Any) -> None:
        calls.append(len(args[1]))
        if len(calls) > 1:
            raise KeyboardInterrupt
        log.append_within(*args)

    monkeypatch.setattr(applying, "_AT_ONCE", 4)
    with monkeypatch.context() as patched:
        patched.setattr(applying, "append_within", cut_off)
        with pytest.raises(KeyboardInterrupt):
            let_in(one, FILES)
    assert calls == [4, 4]
    assert dump(one.database) == before
    let_in(one, FILES)
    one.engine.settle()
    assert len(entries(one)) == len(NAMES), "more than fit at once come in one transaction"


@pytest.mark.parametrize("releases", [(), ("hi",)])
def test_where_none_is_concerned_that_is_said(world: Callable[..., World], releases: tuple[str, ...]) -> None:
    one = peopled(world(FILES))
    with pytest.raises(AutoflowError, match="concerns no recipe"):
        let_in(one, FILES)
    assert [each.people for each in let_in(one, FILES, "hi").entering] == [0], "they came by themselves"


def test_an_edit_lets_in_those_whom_it_moves(world: Callable[..., World]) -> None:
    one = peopled(world(workspace({"hi": WELCOME}, {"buyers": "conditions: [{did: looked}]\n"})))
    assert [who for who, *_ in entries(one)] == ["eve"]
    let_in(one, FILES)
    one.engine.settle()
    assert sorted(who for who, *_ in entries(one)) == [*NAMES, "eve"]


def test_whoever_applies_meanwhile_makes_a_plan_stale(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the first look at what is applied and the transaction."""
    one = peopled(world(EMPTY))
    write_files(one.folder, FILES)
    one.project = Project(one.folder, environment={}, clock=one.clock)
    workspace = one.project.sound_workspace()
    planned = PlanFile(basis(one.database), files_of(workspace), ("hi",))

    def meanwhile(*args: Any, **more: Any) -> Any:
        found = matching(*args, **more)
        apply(one.database, read_workspace(PROPOSED, {}), one.clock.now(), by="somebody else")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(plan_apply, "matching", meanwhile)
        with pytest.raises(AutoflowError, match="stale"):
            one.project.apply_with(one.database, planned=planned)
    assert definitions.latest_release(one.database) == 2
    assert one.database.all("SELECT 1 FROM event WHERE name = '$enter'") == []


# -- P4


PROPOSED = workspace(
    {**RECIPES, "hi": WELCOME, "big": "trigger: {segment_entered: big}\nactions: [{add_tag: in}]\n"}, SEGMENTS
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(stories, st.sampled_from([None, "1 per day", "3 per hour"]), st.data())
def test_how_ticks_are_cut_changes_nothing(
    story: list[tuple[int, list[Incoming]]], pace: str | None, data: st.DataObject
) -> None:
    """The apply comes amid what happens; merges, erasures of nobody, late events: the same rows, the same entries."""
    place = data.draw(st.integers(0, len(story) - 1))

    @contextmanager
    def lived(cut: Callable[[World, int], None]) -> Iterator[dict[str, Any]]:
        with TemporaryDirectory() as folder:
            one = World(Path(folder), EMPTY, mail=False)
            try:
                now = START
                for number, (hours, messages) in enumerate(story):
                    now += hours * HOUR
                    one.clock.jump(now)
                    log.append(one.database, messages, now)
                    cut(one, now)
                    if number == place:
                        let_in(one, PROPOSED, pace=pace)
                        cut(one, now)
                one.clock.jump(now + 60 * DAY)
                one.engine.settle()
                laws.check(one.database, {})
                yield dump(one.database)
            finally:
                one.close()

    def whole(one: World, now: int) -> None:
        one.engine.settle()

    def anyhow(one: World, now: int) -> None:
        for _ in range(data.draw(st.integers(0, 3))):
            if data.draw(st.booleans()):
                one.engine.tick()
            else:
                limits = {"events": data.draw(st.integers(1, 3)), "timers": data.draw(st.integers(1, 3))}
                tick.tick(one.database, one.engine.applied, now, one.engine.lease.fence, **limits)
        if data.draw(st.integers(0, 3)) == 0:
            one.reopen()

    with lived(whole) as expected, lived(anyhow) as found:
        assert found == expected
