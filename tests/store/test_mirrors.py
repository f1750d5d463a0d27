"""Audiences that mirror a segment: equal to it always, edits of the segment and of autoflow.yaml included."""

from __future__ import annotations

from collections.abc import Callable

from autoflow.model.effects import AUDIENCES
from tests.engine.world import World, identify, track

Make = Callable[..., World]
SETTINGS = """\
name: Shop
timezone: UTC
events:
  purchased: {total: money}
audiences:
  buyers-ads: {segment: buyers}
"""
BUYERS = "segment: buyers\nconditions:\n  - {did: purchased, at_least: 2 times}\n"
DENY = "segment: not-us\nkind: deny\nconditions: [{attribute: city, is: Bonn}]\n"
JOINED = """\
recipe: joined
trigger: {audience_joined: buyers-ads}
actions: [{add_tag: in ads}]
"""
FILES = {
    "autoflow.yaml": SETTINGS,
    "segments/buyers.yaml": BUYERS,
    "segments/not-us.yaml": DENY,
    "recipes/joined.yaml": JOINED,
}


def changes(world: World) -> list[tuple[str, str]]:
    """(contact, join or leave), in order of decision."""
    rows = world.database.all(
        "SELECT c.name, o.step FROM outbox o JOIN contact c ON c.id = o.contact WHERE o.channel = ? ORDER BY o.id",
        AUDIENCES,
    )
    return [(row[0], row[1]) for row in rows]


def shop(world: Make) -> World:
    """Ana has bought twice, Bo once, and Cy twice, whom nobody may advertise to."""
    made = world(FILES)
    made.happens("2026-03-02 10:00", track("purchased"), track("purchased", "bo"))
    made.happens("2026-03-02 11:00", identify("cy", city="Bonn"), track("purchased", "cy"))
    made.happens("2026-03-03 10:00", track("purchased"), track("purchased", "cy"))
    return made


def test_who_comes_into_the_segment_comes_into_the_audience(world: Make) -> None:
    assert changes(shop(world)) == [("ana", "join")]


def test_an_edit_of_the_segment_moves_the_audience_and_starts_nothing(world: Make) -> None:
    made = shop(world)
    made.release({**FILES, "segments/buyers.yaml": BUYERS.replace("2 times", "1 times")})
    made.live_until("2026-03-04 10:00")
    assert changes(made) == [("ana", "join"), ("bo", "join")]
    assert [run[0] for run in made.runs()] == ["ana"]
    made.release({**FILES, "segments/buyers.yaml": BUYERS.replace("2 times", "3 times")})
    made.live_until("2026-03-05 10:00")
    assert sorted(changes(made)[2:]) == [("ana", "leave"), ("bo", "leave")]


def test_a_mirror_that_is_new_is_filled_and_one_of_another_segment_is_exchanged(world: Make) -> None:
    plain = {**FILES, "autoflow.yaml": SETTINGS.partition("audiences:")[0]}
    made = world({name: text for name, text in plain.items() if name != "recipes/joined.yaml"})
    made.happens("2026-03-02 10:00", track("purchased"), track("purchased", "bo"))
    made.happens("2026-03-03 10:00", track("purchased"))
    assert changes(made) == []
    made.release(FILES)
    made.live_until("2026-03-04 10:00")
    assert changes(made) == [("ana", "join")]
    other = "segment: once\nconditions: [{did: purchased, exactly: 1 times}]\n"
    settings = SETTINGS.replace("{segment: buyers}", "{segment: once}")
    made.release({**FILES, "segments/once.yaml": other, "autoflow.yaml": settings})
    made.live_until("2026-03-05 10:00")
    assert sorted(changes(made)[1:]) == [("ana", "leave"), ("bo", "join")]


def test_a_deny_segment_wins_and_gives_back(world: Make) -> None:
    made = shop(world)
    made.happens("2026-03-04 10:00", identify("ana", city="Bonn"))
    made.happens("2026-03-05 10:00", identify("cy", city="Köln"), identify("ana", city="Köln"))
    assert changes(made) == [("ana", "join"), ("ana", "leave"), ("cy", "join"), ("ana", "join")]


def test_a_dead_address_is_advertised_to_no_more(world: Make) -> None:
    made = shop(world)
    made.happens("2026-03-04 10:00", track("email_complained"))
    assert changes(made) == [("ana", "join"), ("ana", "leave")]
