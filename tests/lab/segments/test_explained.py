"""Who fulfils each condition, and who would be in a segment without it, beside what the engine makes of that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.lab.segments import explained as segment_explained
from autoflow.lab.segments.explained import Explained, Part, explain
from autoflow.model.durations import DAY
from autoflow.model.event import IDENTIFY, Incoming
from autoflow.store import erasing, reports
from autoflow.store.definitions import enter_release, load_release
from autoflow.store.everybody import Everybody
from autoflow.store.standing import BUILT, standing
from tests.engine.poison import poison
from tests.engine.world import SECRET, START, World, identify, page, track

SETTINGS = """
name: Test shop
timezone: Europe/London
sender: {name: Test shop, email: hello@shop.example, postal_address: 1 High Street}
attributes: {plan: {choice: [free, pro]}, born: date}
events: {purchased: {total: money}}
"""
BOUGHT, RICH = "{did: purchased, within_last: 5 days}", "{average_of: purchased.total, at_least: 50}"
FRENCH, NOT_PRO, KEEN = "{attribute: country, is: FR}", "{attribute: plan, is_not: pro}", "{in_segment: keen}"
SEGMENTS = {
    "keen": "[{did: page_visited, at_least: 2 times}]",
    "target": f"[{BOUGHT}, {{any: [{RICH}, {FRENCH}]}}, {{none: [{KEEN}, {{attribute: plan, is: pro}}]}}]",
    "bought": f"[{BOUGHT}]",
    "lone": f"[{BOUGHT}, {{any: [{FRENCH}]}}]",
    # the target with one part left out, which the engine tells the size of
    "without-0": f"[{{any: [{RICH}, {FRENCH}]}}, {{none: [{KEEN}, {{attribute: plan, is: pro}}]}}]",
    "without-1": f"[{BOUGHT}, {{none: [{KEEN}, {{attribute: plan, is: pro}}]}}]",
    "without-2": f"[{BOUGHT}, {FRENCH}, {{none: [{KEEN}, {{attribute: plan, is: pro}}]}}]",
    "without-3": f"[{BOUGHT}, {RICH}, {{none: [{KEEN}, {{attribute: plan, is: pro}}]}}]",
    "without-4": f"[{BOUGHT}, {{any: [{RICH}, {FRENCH}]}}]",
    "without-5": f"[{BOUGHT}, {{any: [{RICH}, {FRENCH}]}}, {NOT_PRO}]",
    "without-6": f"[{BOUGHT}, {{any: [{RICH}, {FRENCH}]}}, {{none: [{KEEN}]}}]",
}


def files(segments: dict[str, str]) -> dict[str, str]:
    return {
        "autoflow.yaml": SETTINGS,
        **{
            f"segments/{name}.yaml": f"segment: {name}\nconditions: {text}\n"
            for name, text in segments.items()
        },
    }


@pytest.fixture
def one(tmp_path: Path) -> Iterator[World]:
    """Thirty people of every sort, on the fourth day."""
    made = World(tmp_path / "world", files(SEGMENTS))
    made.engine.settle()
    for number in range(30):
        who = f"c{number}"
        traits = {"country": ("FR", "DE")[number % 2]} if number % 5 else {}
        traits |= {"plan": ("pro", "free", "free")[number % 3]} if number % 4 else {}
        made.append(identify(who, **traits))
        if number % 7:
            made.clock.jump(START + number % 9 * DAY // 2)
            made.engine.settle()
            made.append(track("purchased", who, total=number * 5 % 90))
        for path in range(number % 4):
            made.append(page(f"/{path}", who))
    made.live_until(START + 4 * DAY)
    yield made
    made.close()


def asked(world: World, segment: str) -> Explained:
    """As the command asks: over a connection that cannot write."""
    with closing(world.project.database(reading=True)) as database:
        release = standing(database).release
        with database.read():
            everybody = Everybody(database, load_release(database, release, {}), world.clock.now())
            return explain(everybody, segment)


def parts(part: Part) -> list[Part]:
    return [part, *(each for inner in part.parts for each in parts(inner))]


def test_what_there_would_be_without_each_part_is_what_the_engine_finds(one: World) -> None:
    sizes = reports.segment_sizes(one.database)
    found = asked(one, "target")
    whole, *rest = parts(found.whole)
    assert (found.contacts, found.members, found.left_out) == (30, sizes["target"], 0)
    assert (whole.fulfil, whole.without) == (sizes["target"], 30)
    assert [each.without for each in rest] == [sizes[f"without-{number}"] for number in range(7)]
    assert len({each.without for each in rest}) > 4


def test_each_condition_alone(one: World) -> None:
    found = {
        part.words: (part.fulfil, part.no_value, part.takes_in)
        for part in asked(one, "target").whole.leaves()
    }
    numbers = range(30)
    without_plan = sum(number % 4 == 0 for number in numbers)
    assert found == {
        "has done purchased within the last 5 days": (25, 0, 0),
        "the average of purchased.total is at least 50": (
            sum(bool(n % 7) and n * 5 % 90 >= 50 for n in numbers),
            5,
            0,
        ),
        "country is FR": (sum(n % 5 > 0 and n % 2 == 0 for n in numbers), 6, 0),
        'is in the segment "keen"': (sum(n % 4 >= 2 for n in numbers), 0, 0),
        # who has no plan is no pro, and so he is let through
        "plan is pro": (sum(n % 4 > 0 and n % 3 == 0 for n in numbers), without_plan, without_plan),
    }


def test_a_complement_takes_in_whoever_has_no_value(one: World) -> None:
    [leaf] = asked(one, "without-5").whole.parts[2:]
    assert (leaf.words, leaf.no_value, leaf.takes_in) == ("plan is not pro", 8, 8)


def test_a_group_of_which_nothing_is_left_asks_nothing(one: World) -> None:
    group = asked(one, "lone").whole.parts[1]
    assert group.without == group.parts[0].without == reports.segment_sizes(one.database)["bought"]


def test_a_segment_of_one_condition(one: World) -> None:
    found = asked(one, "keen")
    assert found.whole == Part("has done page_visited at least 2 times", "", found.members, 30, 0, 0, [])


def test_answers_that_differ_much_are_summed_up_on_the_way(
    one: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = asked(one, "target")
    monkeypatch.setattr(segment_explained, "_MOST_ALIKE", 2)
    assert asked(one, "target") == before


def test_whoever_is_not_built_yet_is_counted_as_he_will_be(one: World) -> None:
    """What is new asks for a past that nobody's record has, and some of it is over when the engine comes to it."""
    new = "[{did: page_visited, at_least: 1 times}, {did_not: purchased, within_last: 2 days}, {in_segment: short}]"
    one.release(files({"short": "[{did: purchased, within_last: 3 days, at_least: 1 times}]", "new": new}))
    enter_release(one.database, load_release(one.database, 2, {}), one.engine.lease.fence)
    one.clock.jump(one.clock.now() + DAY)
    assert standing(one.database).built_to == 0
    ahead = asked(one, "new")
    assert standing(one.database).built_to == 0
    assert reports.segment_sizes(one.database).get("new", 0) == 0
    one.reopen()
    one.live_until(one.clock.now())
    assert standing(one.database).built_to == BUILT
    assert asked(one, "new") == ahead
    assert 0 < ahead.members == reports.segment_sizes(one.database)["new"]


def test_windows_that_outgrew_their_record_are_read_and_left_where_they_are(tmp_path: Path) -> None:
    busy = "[{has_tag: never}, {sum_of: purchased.total, within_last: 5 days, at_least: 30}]"  # time changes nothing
    with closing(World(tmp_path / "world", files({"busy": busy}))) as world:
        for number in range(100):
            world.clock.jump(START + number * DAY // 20)
            world.append(track("purchased", total=1))
            world.engine.settle()
        spilled = world.database.one("SELECT count(*) FROM window_entry")
        assert spilled == (68,)
        for days, left in ((0, 99), (1, 79), (3, 39), (4, 19)):
            world.clock.jump(START + (5 + days) * DAY)
            [_, leaf] = asked(world, "busy").whole.parts
            assert leaf.fulfil == (left >= 30), days
        assert world.database.one("SELECT count(*) FROM window_entry") == spilled


def test_who_is_unknown_erased_or_merged_is_not_asked(one: World) -> None:
    erasing.request(one.database, [reports.find_contact(one.database, "c1")], SECRET, one.clock.now())
    one.append(Incoming("purchased", anonymous_id="v", properties={"total": 1}))
    one.append(Incoming(IDENTIFY, user_id="c2", anonymous_id="v"))
    one.engine.settle()
    one.append(track("purchased", "nobody has read of him"))
    assert asked(one, "keen").contacts == 29


def test_whoever_is_set_aside_is_left_out(one: World) -> None:
    with poison("u:c3"):
        one.append(track("purchased", "c3"))
        one.engine.settle()
    found = asked(one, "target")
    assert (found.contacts, found.left_out) == (29, 1)


def test_whoever_the_core_would_stumble_over_is_left_out(one: World) -> None:
    one.database.do("UPDATE contact SET record = x'00' WHERE id = 1")
    found = asked(one, "keen")
    assert (found.contacts, found.left_out) == (29, 1)


def test_progress_is_told(one: World) -> None:
    heard: list[tuple[int, int]] = []
    with one.database.read():
        everybody = Everybody(one.database, load_release(one.database, 1, {}), one.clock.now())
        explain(everybody, "keen", lambda done, total: heard.append((done, total)))
    assert heard == [(0, 30)]
