"""Releases: applied at their place in the log, people under way on their version, nobody in by a changed file."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.policy import default

import pytest

from autoflow.model.durations import DAY
from autoflow.model.event import Incoming
from autoflow.store import definitions
from tests.engine import laws
from tests.engine.sources import MARKETING, RECIPES, SEGMENTS, workspace
from tests.engine.world import START, World, identify, track
from tests.store.dumping import dump

HOUR = 3_600_000_000
Make = Callable[..., World]
TAGGED = "trigger: {event: purchased}\nactions: [add_tag: TAG]\n"
LONG = """trigger: {event: purchased}
goal: [{did: refunded}]
actions:
  - wait: 1 day
  - send_email: hello
  - {id: second, wait: 1 day}
  - send_email: again
"""


def settle(one: World) -> None:
    while one.engine.tick():
        pass


def tags(one: World) -> list[tuple[str, str]]:
    rows = one.database.all(
        "SELECT c.name, t.tag FROM tag t JOIN contact c ON c.id = t.contact ORDER BY 1, 2"
    )
    return [(row[0], row[1]) for row in rows]


def members(one: World, segment: str) -> list[str]:
    rows = one.database.all(
        "SELECT c.name FROM membership m JOIN contact c ON c.id = m.contact WHERE segment = ? ORDER BY 1",
        segment,
    )
    return [row[0] for row in rows]


def versions(one: World) -> dict[str, int]:
    return definitions.latest_versions(one.database)


def test_a_release_takes_effect_at_its_place_in_the_log(world: Make) -> None:
    """What arrived before it runs under the old files, also where one call of the engine does it all."""
    one = world(workspace({"r": TAGGED.replace("TAG", "old")}, {}), mail=False)
    one.append(track("purchased", "before"))
    assert one.release(workspace({"r": TAGGED.replace("TAG", "new")}, {})) == 2
    one.append(track("purchased", "after"))
    settle(one)
    assert tags(one) == [("after", "new"), ("before", "old")]
    assert one.runs() == [("after", "r", 2, "finished"), ("before", "r", 1, "finished")]


def test_two_releases_before_a_tick_take_their_turns(world: Make) -> None:
    one = world(workspace({"r": TAGGED.replace("TAG", "first")}, {}), mail=False)
    for who, tag in (("a", "second"), ("b", "third")):
        one.append(track("purchased", who))
        one.release(workspace({"r": TAGGED.replace("TAG", tag)}, {}))
    one.append(track("purchased", "c"))
    settle(one)
    assert tags(one) == [("a", "first"), ("b", "second"), ("c", "third")]


def test_what_fell_due_before_the_release_is_done_under_the_old_files(world: Make) -> None:
    one = world(workspace({"r": LONG}, {}), mail=False)
    one.append(identify(email="ana@example.com"), track("purchased"))
    settle(one)
    one.clock.jump(START + DAY + HOUR)
    one.release(workspace({"r": LONG + "  - add_tag: new\n"}, {"x": SEGMENTS["buyers"]}))
    settle(one)
    assert [message.at - START for message in one.messages()] == [DAY + 2]
    assert members(one, "x") == ["ana"]
    assert one.database.all("SELECT since > ? FROM membership", START + DAY + HOUR - 1) == [(1,)]


def test_versions_count_changes_of_meaning(world: Make) -> None:
    files = workspace({"r": LONG, "s": LONG}, {})
    one = world(files, mail=False)
    assert versions(one) == {"r": 1, "s": 1}
    assert one.release(files) is None, "nothing has changed"
    assert one.release({**files, "recipes/r.yaml": files["recipes/r.yaml"] + "# a remark\n"}) == 2
    assert versions(one) == {"r": 1, "s": 1}
    longer = files["recipes/r.yaml"].replace("second, wait: 1 day", "second, wait: 3 days")
    changed = {**files, "recipes/r.yaml": longer}
    assert one.release(changed) == 3
    assert versions(one) == {"r": 2, "s": 1}
    without = {name: text for name, text in files.items() if "/r." not in name}
    assert one.release(without) == 4
    assert one.release(files) == 5
    assert versions(one)["r"] == 3, "a number is never given twice"


def test_contacts_under_way_stay_on_their_version(world: Make) -> None:
    one = world(workspace({"r": LONG}, {}), mail=False)
    one.append(identify(email="ana@example.com"), track("purchased"))
    settle(one)
    longer = LONG.replace("actions:\n", "actions:\n  - {id: first, wait: 1 hour}\n")
    one.release(workspace({"r": longer.replace("send_email: hello", "add_tag: x")}, {}))
    one.append(track("purchased", "bo"))
    one.live_until(START + 5 * DAY)
    assert [(m.contact, m.name) for m in one.messages()] == [
        ("ana", "hello"),
        ("ana", "again"),
        ("bo", "again"),
    ]
    assert one.runs() == [("ana", "r", 1, "finished"), ("bo", "r", 2, "finished")]
    assert tags(one) == [("bo", "x")]
    laws.check(one.database, {})


def test_a_new_goal_reaches_those_under_way(world: Make) -> None:
    one = world(workspace({"r": LONG}, {}), mail=False)
    one.append(track("purchased"))
    settle(one)
    one.release(workspace({"r": LONG.replace("did: refunded", "did: looked")}, {}))
    one.append(track("refunded", order_id="A"))
    settle(one)
    assert one.runs() == [("ana", "r", 1, "running")]
    one.append(track("looked"))
    settle(one)
    assert one.runs() == [("ana", "r", 1, "goal")]


def test_the_first_evaluation_enters_nobody(world: Make) -> None:
    """language.md, rule 6: the state at the apply is the baseline; who comes later, enters."""
    one = world(workspace({}, {}), mail=False)
    one.append(identify(email="ana@example.com"), track("purchased"))
    settle(one)
    one.release(
        workspace(
            {"r": "trigger: {segment_entered: buyers}\nactions: [add_tag: in]\n"},
            {"buyers": SEGMENTS["buyers"]},
        )
    )
    settle(one)
    assert members(one, "buyers") == ["ana"]
    assert one.database.all("SELECT kind FROM journal") == []
    one.append(track("purchased", "bo"), track("purchased"))
    settle(one)
    assert members(one, "buyers") == ["ana", "bo"]
    assert tags(one) == [("bo", "in")]


def test_an_edit_of_a_segment_enters_nobody_and_what_time_brings_does(world: Make) -> None:
    entering = {"r": "trigger: {segment_entered: s}\nreentry: always\nactions: [add_tag: in]\n"}
    one = world(workspace(entering, {"s": "conditions: [{did: refunded}]\n"}), mail=False)
    one.append(track("purchased"), track("purchased", "bo"))
    one.live_until(START + DAY + HOUR)
    one.append(track("purchased", "bo"))
    one.release(workspace(entering, {"s": "conditions: [{did: purchased, longer_ago_than: 1 day}]\n"}))
    settle(one)
    assert members(one, "s") == ["ana", "bo"]
    one.release(workspace(entering, {"s": "conditions: [{did_not: purchased, within_last: 2 days}]\n"}))
    settle(one)
    assert members(one, "s") == []
    assert tags(one) == []
    one.live_until(START + 2 * DAY + 2 * HOUR)
    assert tags(one) == [("ana", "in")]


def test_memory_of_what_is_new_is_built_from_all_of_the_log(world: Make) -> None:
    """With and without the segment from the start: the same members, the same timers, also of merged people."""
    late, early = world(workspace({}, {}), mail=False), world(workspace({}, SEGMENTS), mail=False)
    for one in (late, early):
        settle(one)
        one.append(
            track("purchased", total=60),
            Incoming("purchased", None, "v", {"total": 60}),
            Incoming("purchased", "bo", None, {"total": 60}, START - 200 * DAY, history=True),
            *(
                Incoming("page_visited", "cy", None, {"path": "/products/x"}, START - n * DAY)
                for n in range(4)
            ),
        )
        settle(one)
        one.append(Incoming("looked", "ana", "v"))
        settle(one)
        one.clock.jump(START + HOUR)
    late.release(workspace({}, SEGMENTS))
    settle(late)
    for segment in SEGMENTS:
        assert members(late, segment) == members(early, segment), segment
    assert members(late, "big") == ["ana"]
    assert members(late, "keen") == ["cy"]
    for one in (late, early):
        one.append(track("looked"))
        settle(one)
    assert dump(late.database)["timer"] == dump(early.database)["timer"]


def test_paused_holds_and_goes_on_when_live_again(world: Make) -> None:
    one = world(workspace({"r": LONG}, {}), mail=False)
    one.append(identify(email="ana@example.com"), track("purchased"))
    settle(one)
    one.release(workspace({"r": "status: paused\n" + LONG}, {}))
    one.append(track("purchased", "bo"))
    one.live_until(START + 10 * DAY)
    assert one.messages() == []
    assert one.runs() == [("ana", "r", 1, "running")]
    one.release(workspace({"r": LONG}, {}))
    one.live_until(START + 20 * DAY)
    assert [(m.name, (m.at - START) // DAY) for m in one.messages()] == [("hello", 10), ("again", 11)]
    assert one.runs() == [("ana", "r", 1, "finished")]


def test_what_falls_due_after_the_release_is_done_under_the_new_files(world: Make) -> None:
    """Also where the engine comes to both only days later."""
    one = world(workspace({"r": LONG}, {}), mail=False)
    one.append(identify(email="ana@example.com"), track("purchased"))
    settle(one)
    one.release(workspace({"r": "status: paused\n" + LONG}, {}))
    one.clock.jump(START + 5 * DAY)
    settle(one)
    assert one.messages() == []
    assert one.runs() == [("ana", "r", 1, "running")]


def test_a_goal_is_heard_while_paused(world: Make) -> None:
    one = world(workspace({"r": LONG}, {}), mail=False)
    one.append(track("purchased"))
    settle(one)
    one.release(workspace({"r": "status: paused\n" + LONG}, {}))
    one.append(track("refunded", order_id="A"))
    settle(one)
    assert one.runs() == [("ana", "r", 1, "goal")]


def test_people_in_a_deleted_recipe_finish_it(world: Make) -> None:
    one = world(workspace({"r": LONG}, {}), mail=False)
    one.append(identify(email="ana@example.com"), track("purchased"))
    settle(one)
    one.release(workspace({}, {}))
    settle(one)
    one.reopen()
    one.append(track("purchased", "bo"))
    one.live_until(START + 5 * DAY)
    assert [(m.contact, m.name) for m in one.messages()] == [("ana", "hello"), ("ana", "again")]
    assert one.runs() == [("ana", "r", 1, "finished")]


@pytest.mark.parametrize("status", ["deleted", "draft"])
def test_a_goal_is_heard_in_a_recipe_that_is_no_longer_live(world: Make, status: str) -> None:
    one = world(workspace({"r": LONG}, {}), mail=False)
    one.append(identify(email="ana@example.com"), track("purchased"))
    settle(one)
    one.release(workspace({} if status == "deleted" else {"r": "status: draft\n" + LONG}, {}))
    one.append(track("refunded", order_id="A"), track("purchased", "bo"))
    one.live_until(START + 5 * DAY)
    assert one.runs() == [("ana", "r", 1, "goal")]


def test_people_under_way_get_the_mail_of_their_version_though_its_template_is_gone(world: Make) -> None:
    files = workspace({"r": LONG}, {})
    one = world(files, mail=False)
    one.append(identify(email="ana@example.com"), track("purchased"))
    settle(one)
    later = {path: text for path, text in workspace({}, {}).items() if path != "templates/hello.html"}
    one.release(later)
    one.live_until(START + 5 * DAY)
    assert [(m.contact, m.name) for m in one.messages()] == [("ana", "hello"), ("ana", "again")]


def test_a_mail_is_made_from_the_template_as_it_was_when_it_was_decided(world: Make) -> None:
    files = workspace({"r": RECIPES["money-back"].replace("bill", "hello")}, {})
    one = world(files)
    one.append(identify(email="ana@example.com"), track("refunded", order_id="A"))
    while one.engine.tick():
        pass
    one.release({**files, "templates/hello.html": MARKETING.replace("We have news", "It is another")})
    one.live_until(START + HOUR)
    one.append(track("refunded", order_id="B"))
    one.live_until(START + 2 * HOUR)
    bodies = []
    for _, message in one.channels["email"].taken:
        assert isinstance(message.payload, bytes)
        html = message_from_bytes(message.payload, policy=default).get_body(("html",))
        assert html is not None
        bodies.append(html.get_content())
    assert ["We have news" in body for body in bodies] == [True, False]


def test_an_unsound_workspace_is_not_applied(world: Make) -> None:
    one = world(workspace({}, {}), mail=False)
    with pytest.raises(Exception, match="The workspace has 1 mistake"):
        one.release(workspace({"r": "trigger: {segment_entered: nobody}\nactions: [add_tag: x]\n"}, {}))
    assert one.database.one("SELECT count(*) FROM release") == (1,)
