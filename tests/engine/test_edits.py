"""Live edits of every sort, with somebody waiting at each step: nobody is mailed twice, and nobody is lost.

A release comes while people stand on different steps of a recipe. They stay on the version that they entered, or they
are moved; a recipe is paused, drained, deleted and brought back. Each mail goes out once, and every run ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoflow.lab.plan.moving import moving
from autoflow.language.workspace import read_workspace
from autoflow.model.durations import DAY
from autoflow.model.instants import to_iso
from autoflow.store.orders import Halted
from tests.engine import laws
from tests.engine.sources import SETTINGS, workspace
from tests.engine.world import START, World, identify, track

PEOPLE = (
    "p0",
    "p1",
    "p2",
    "p3",
    "p4",
)  # who entered on the days 0, 2, 4, 6 and 8: at least one on each step on day 9
HOUR = DAY // 24
HEAD = "trigger: {event: purchased}\n"
LETTERS = """actions:
  - send_email: hello
  - wait: 3 days
    id: first
  - add_tag: one
  - wait: 3 days
    id: second
  - send_email: again
  - wait: 3 days
    id: third
  - add_tag: three
"""
EDITS = {
    "a step inserted ahead of some": LETTERS.replace(
        "  - add_tag: one\n", "  - add_tag: one\n  - add_tag: two\n"
    ),
    "a mail inserted at the end": LETTERS + "  - send_email: bill\n",
    "a step deleted": LETTERS.replace("  - add_tag: one\n", ""),
    "a wait deleted": LETTERS.replace("  - wait: 3 days\n    id: second\n", ""),
    "a step renamed": LETTERS.replace("id: second", "id: breath"),
    "a wait longer": LETTERS.replace("wait: 3 days\n    id: second", "wait: 5 days\n    id: second"),
    "a wait shorter": LETTERS.replace("wait: 3 days\n    id: second", "wait: 12 hours\n    id: second"),
    "a mail moved ahead": LETTERS.replace("  - send_email: again\n", "").replace(
        "  - add_tag: one\n", "  - send_email: again\n  - add_tag: one\n"
    ),
    "a mail moved behind": LETTERS.replace("  - send_email: hello\n", "") + "  - send_email: hello\n",
    "a mail renamed and moved behind": LETTERS.replace("  - send_email: hello\n", "")
    + "  - send_email: hello\n    id: greeting\n",
    "a goal added": f"goal: [{{has_tag: one}}]\n{LETTERS}",
}


class Shop:
    """Five people who entered two days after one another, and whatever becomes of them."""

    def __init__(self, world: World) -> None:
        self.world = world
        for day, who in enumerate(PEOPLE):
            world.happens(
                START + 2 * day * DAY, identify(who, email=f"{who}@example.com"), track("purchased", who)
            )
        world.live_until(START + 9 * DAY)

    def save(self, text: str | None, *, moves: bool = False) -> None:
        files = workspace({"r": text} if text is not None else {}, {})
        world = self.world
        if moves:
            found = moving(world.database, read_workspace(files, {}), {})
            assert found
            world.release(files, moved={(each.recipe, each.before): each.steps for each in found})
        else:
            world.release(files)
        world.engine.settle()

    def halt(self, state: Halted | None) -> None:
        assert self.world.project.halt(self.world.database, ["r"], state) == {"r"}
        self.world.engine.settle()

    def end(self) -> None:
        """Sixty days later everybody is through; the laws hold, and no mail was decided twice for one run."""
        self.world.live_until(START + 60 * DAY)
        laws.check(self.world.database, {})
        assert {state for *_, state in self.world.runs()} <= {"finished", "goal"}
        assert max(self.mails().values()) == 1

    def mails(self) -> Counter[tuple[str, str]]:
        return Counter((each.contact, each.name) for each in self.world.messages())

    def versions(self) -> list[int]:
        return [version for _, _, version, _ in self.world.runs()]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    world = World(tmp_path, workspace({"r": HEAD + LETTERS}, {}), mail=True)
    yield Shop(world)
    world.close()


def standing(shop: Shop) -> list[str]:
    rows = shop.world.database.all("SELECT step FROM run WHERE state = 'running' ORDER BY contact")
    return [row[0] for row in rows]


def test_somebody_stands_on_each_step(shop: Shop) -> None:
    assert standing(shop) == ["third", "third", "second", "first", "first"]


@pytest.mark.parametrize("edit", EDITS)
def test_whoever_is_under_way_finishes_on_his_version(shop: Shop, edit: str) -> None:
    shop.save(HEAD + EDITS[edit])
    shop.end()
    mailed = {name for _, name in shop.mails()}
    assert mailed <= {"hello", "again"}
    assert [shop.mails()[who, "hello"] for who in PEOPLE] == [1] * 5
    assert shop.versions() == [1] * 5


@pytest.mark.parametrize("edit", EDITS)
def test_whoever_is_moved_finishes_on_the_new_one_and_gets_nothing_twice(shop: Shop, edit: str) -> None:
    shop.save(HEAD + EDITS[edit], moves=True)
    shop.end()
    assert [shop.mails()[who, "hello"] for who in PEOPLE] == [1] * 5
    stayed = 1 if edit == "a wait deleted" else 0
    assert sorted(shop.versions()) == [1] * stayed + [2] * (5 - stayed)
    if edit == "a mail moved ahead":  # p2 has passed the place where it stands now
        assert [shop.mails()[who, "again"] for who in PEOPLE] == [1, 1, 0, 1, 1]
    elif edit != "a goal added":
        assert [shop.mails()[who, "again"] for who in PEOPLE] == [1] * 5
    if edit == "a mail inserted at the end":
        assert [shop.mails()[who, "bill"] for who in PEOPLE] == [1] * 5


def test_a_mail_that_was_deleted_and_comes_back_under_another_name_is_not_sent_again(shop: Shop) -> None:
    shop.save(HEAD + LETTERS.replace("  - send_email: hello\n", ""), moves=True)
    shop.save(HEAD + EDITS["a mail renamed and moved behind"], moves=True)
    shop.end()
    assert shop.versions() == [3] * 5
    assert [shop.mails()[who, "hello"] for who in PEOPLE] == [1] * 5


def test_a_recipe_deleted_and_brought_back_mails_nobody_again(shop: Shop) -> None:
    shop.save(None)
    shop.world.live_until(START + 10 * DAY)
    shop.save(HEAD + LETTERS)
    shop.end()
    assert shop.mails() == {(who, name): 1 for who in PEOPLE for name in ("hello", "again")}
    assert shop.versions() == [1] * 5


def test_a_pause_holds_everybody_and_loses_nobody(shop: Shop) -> None:
    shop.halt("paused")
    before = shop.mails()
    shop.world.happens(
        START + 20 * DAY, identify("late", email="late@example.com"), track("purchased", "late")
    )
    assert (shop.mails(), standing(shop)) == (before, ["third", "third", "second", "first", "first"])
    shop.save(HEAD + EDITS["a step renamed"])  # an apply does not end it
    shop.world.live_until(START + 21 * DAY)
    assert shop.mails() == before
    shop.halt(None)
    shop.end()
    assert shop.mails() == {(who, name): 1 for who in PEOPLE for name in ("hello", "again")}


@pytest.mark.parametrize("edit", [None, f"status: draft\n{HEAD}{LETTERS}"])
def test_a_pause_holds_also_those_whose_recipe_is_deleted_or_a_draft(shop: Shop, edit: str | None) -> None:
    shop.halt("paused")
    before = shop.mails()
    shop.world.live_until(START + 20 * DAY)
    shop.save(edit)
    shop.world.live_until(START + 25 * DAY)
    assert (shop.mails(), standing(shop)) == (before, ["third", "third", "second", "first", "first"])
    shop.halt(None)  # which can be said of a recipe that is deleted
    shop.end()
    assert shop.mails() == {(who, name): 1 for who in PEOPLE for name in ("hello", "again")}


def test_whoever_is_under_way_in_a_deleted_recipe_can_be_held(shop: Shop) -> None:
    shop.save(None)
    before = shop.mails()
    shop.halt("paused")
    shop.world.live_until(START + 20 * DAY)
    assert (shop.mails(), standing(shop)) == (before, ["third", "third", "second", "first", "first"])
    shop.save(HEAD + LETTERS)
    shop.world.live_until(START + 21 * DAY)
    assert shop.mails() == before
    shop.halt(None)
    shop.end()


def test_a_recipe_that_its_file_has_paused_stays_so_when_it_is_deleted(shop: Shop) -> None:
    shop.save(f"status: paused\n{HEAD}{LETTERS}")
    before = shop.mails()
    shop.save(None)
    shop.world.live_until(START + 20 * DAY)
    assert (shop.mails(), standing(shop)) == (before, ["third", "third", "second", "first", "first"])
    shop.save(HEAD + LETTERS)
    shop.end()
    assert shop.mails() == {(who, name): 1 for who in PEOPLE for name in ("hello", "again")}


def test_a_deleted_recipe_stays_as_its_file_said_last(shop: Shop) -> None:
    """Not as it was when the version came that somebody walks."""
    shop.save(f"status: paused\ngoal: [{{has_tag: never}}]\n{HEAD}{LETTERS}")
    shop.save(f"goal: [{{did: looked}}]\n{HEAD}{LETTERS}")
    shop.save(None)
    shop.world.happens(START + 10 * DAY, track("looked", "p4"))
    shop.end()
    assert [shop.mails()[who, "again"] for who in PEOPLE] == [1, 1, 1, 1, 0]


def test_whoever_is_in_a_recipe_that_drains_goes_on_and_nobody_enters(shop: Shop) -> None:
    shop.halt("draining")
    shop.world.happens(
        START + 10 * DAY, identify("late", email="late@example.com"), track("purchased", "late")
    )
    shop.end()
    assert shop.mails() == {(who, name): 1 for who in PEOPLE for name in ("hello", "again")}
    shop.halt(None)
    shop.world.happens(START + 61 * DAY, track("purchased", "late"))
    assert shop.mails()["late", "hello"] == 1


def test_whoever_was_held_by_a_pause_goes_on_when_the_recipe_drains(shop: Shop) -> None:
    shop.halt("paused")
    shop.world.live_until(START + 20 * DAY)
    shop.halt("draining")
    shop.end()
    assert shop.mails() == {(who, name): 1 for who in PEOPLE for name in ("hello", "again")}


def test_a_halt_takes_effect_at_its_place_in_the_log(shop: Shop) -> None:
    world = shop.world
    world.append(identify("a", email="a@example.com"), track("purchased", "a"))
    world.project.halt(world.database, ["r"], "paused")
    world.append(identify("b", email="b@example.com"), track("purchased", "b"))
    world.project.halt(world.database, ["r"], None)
    world.append(identify("c", email="c@example.com"), track("purchased", "c"))
    world.engine.settle()
    entered = {who for who, recipe, *_ in world.runs() if recipe == "r"}
    assert {"a", "c"} <= entered
    assert "b" not in entered


def test_who_is_paused_can_be_moved_meanwhile(shop: Shop) -> None:
    shop.halt("paused")
    shop.save(HEAD + EDITS["a wait longer"], moves=True)
    shop.world.live_until(START + 20 * DAY)
    shop.halt(None)
    shop.end()
    assert sorted(shop.versions()) == [2] * 5


def test_two_moves_before_the_engine_comes_to_the_first(shop: Shop) -> None:
    world = shop.world
    for days in (5, 7):
        second = f"wait: {days} days\n    id: second"
        files = workspace({"r": HEAD + LETTERS.replace("wait: 3 days\n    id: second", second)}, {})
        found = moving(world.database, read_workspace(files, {}), {})
        world.release(files, moved={(each.recipe, each.before): each.steps for each in found})
    world.engine.settle()
    assert shop.versions() == [3] * 5
    shop.end()


def test_whoever_entered_by_what_is_unread_at_the_apply_moves_too(shop: Shop) -> None:
    shop.world.append(identify("late", email="late@example.com"), track("purchased", "late"))
    shop.save(HEAD + EDITS["a mail inserted at the end"], moves=True)
    shop.end()
    assert shop.mails()["late", "bill"] == 1


def test_he_moves_also_where_nobody_else_is_under_way(tmp_path: Path) -> None:
    world = World(tmp_path, workspace({"r": HEAD + LETTERS}, {}), mail=True)
    world.engine.settle()
    world.append(identify("late", email="late@example.com"), track("purchased", "late"))
    files = workspace({"r": HEAD + EDITS["a mail inserted at the end"]}, {})
    [found] = moving(world.database, read_workspace(files, {}), {})
    assert (found.before, found.after, found.people, found.unplaced) == (1, 2, 0, {})
    world.release(files, moved={("r", 1): found.steps})
    world.engine.settle()
    assert world.runs() == [("late", "r", 2, "running")]
    world.close()


def test_whoever_has_no_zone_of_his_own_waits_by_the_new_one_of_the_project(shop: Shop) -> None:
    world = shop.world
    world.append(identify("p4", timezone="Europe/London"))
    world.release(workspace({"r": HEAD + LETTERS}, {}, SETTINGS.replace("Europe/London", "America/New_York")))
    shop.end()
    rows = world.database.all(
        "SELECT contact, at / 3600000000 FROM outbox WHERE name = 'again' ORDER BY contact"
    )
    found = [to_iso(hour * HOUR) for _, hour in rows]
    assert found[3:] == [
        "2026-03-14T13:00:00Z",
        "2026-03-16T09:00:00Z",
    ]  # nine o'clock in New York and in London


@pytest.mark.parametrize(
    ("reentry", "days", "times"), [("never", 1, 1), ("never", 30, 1), ("always", 1, 1), ("always", 30, 2)]
)
def test_whoever_is_in_for_an_order_is_in_where_the_recipe_is_for_orders_no_more(
    tmp_path: Path, reentry: str, days: int, times: int
) -> None:
    head = f"{HEAD}reentry: {reentry}\n"
    world = World(tmp_path, workspace({"r": f"{head}per: event.order_id\n{LETTERS}"}, {}), mail=False)
    world.append(identify("ana", email="ana@example.com"), track("purchased", order_id="A"))
    world.release(workspace({"r": head + LETTERS}, {}))
    world.happens(START + days * DAY, track("purchased", order_id="B"))
    assert len(world.runs()) == times
    world.close()


EARLY, LATE = (
    f"trigger: {{date: {{attribute: birthday, at: '{time}', every: year}}}}\n" for time in ("09:30", "11:00")
)
SOON = "trigger: {date: {attribute: birthday, offset: 1 day, every: year}}\n"
SILENT, LONGER = (f"trigger: {{inactivity: {{for: {days} days}}}}\n" for days in (3, 6))


@pytest.mark.parametrize(
    ("before", "after", "days"),
    [
        (EARLY, LATE, [0]),
        (EARLY, SOON, [0]),
        (LATE, EARLY, [0]),
        (SILENT, LONGER, [3, 10 + 6]),
        (LONGER, SILENT, [10 + 3]),  # the third day is over
    ],
)
def test_whoever_came_by_time_does_not_come_again_where_the_time_is_edited(
    tmp_path: Path, before: str, after: str, days: list[int]
) -> None:
    """On his birthday at eleven, who came at half past nine; but for the next silence, and in the next year."""
    actions = "actions: [{send_email: hello}]\n"
    world = World(tmp_path, workspace({"r": before + actions}, {}), mail=False)
    world.happens(START, identify("ana", birthday="1980-03-02"), track("purchased"))
    birthdays = "date" in before
    world.live_until(
        START + (2 * HOUR - HOUR // 2 if before == EARLY else 3 * HOUR if birthdays else 4 * DAY)
    )
    world.release(workspace({"r": after + actions}, {}))
    world.happens(START + 10 * DAY, track("purchased"))
    world.live_until(START + 30 * DAY)
    assert [(each.at - START) // DAY for each in world.messages()] == days
    world.live_until(START + 370 * DAY)
    assert len(world.messages()) == len(days) + birthdays
    world.close()


def test_what_has_not_come_yet_comes_though_the_like_of_it_was_edited(tmp_path: Path) -> None:
    evening = EARLY.replace("09:30", "18:00") + "actions: [{send_email: again}]\n"
    early, late = (f"{head}actions: [{{send_email: hello}}]\n" for head in (EARLY, LATE))
    world = World(tmp_path, workspace({"r": early, "q": evening}, {}), mail=False)
    world.happens(START, identify("ana", birthday="1980-03-02"))
    world.live_until(START + HOUR)
    world.release(workspace({"r": late, "q": evening}, {}))
    world.live_until(START + DAY)
    assert [each.name for each in world.messages()] == ["hello", "again"]
    world.close()
