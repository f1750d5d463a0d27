"""Timed triggers at one instant with what changes them (semantics: order; triggers)."""

from __future__ import annotations

import pytest

from tests.core.playing import play, runs
from tests.oracle.making import identify, track

LOOK = "actions: [{notify_sales: x}]\n"


def entered(trigger: str, *messages: dict[str, object], segment: str = "") -> list[str]:
    decided = play(
        list(messages),
        until="2026-04-30 00:00",
        recipes={"r": f"trigger: {trigger}\n{LOOK}"},
        segments={"s": f"conditions: [{segment}]\n"} if segment else None,
    )
    return [when for when, _, _ in runs(decided)]


def test_a_schedule_is_for_whoever_comes_into_the_segment_by_time_at_that_instant() -> None:
    """The clock lets him in at six, and at six the schedule looks who is in."""
    known = identify("2026-03-09 23:00", city="Bonn")
    at_six = '{schedule: {at: "2026-03-16 06:00", segment: s}}'
    assert entered(at_six, known, segment='{local_time: {between: ["06:00", "01:30"]}}') == [
        "2026-03-16 06:00"
    ]
    assert entered(at_six, known, segment='{local_time: {between: ["06:01", "01:30"]}}') == []


@pytest.mark.parametrize("places", [(0, 1), (1, 0)])
def test_of_two_that_ring_at_one_instant_the_first_in_the_list_counts(places: tuple[int, int]) -> None:
    dates = ("{id: one, date: birthday}", '{id: two, date: {attribute: birthday, at: "09:00"}}')
    trigger = "[" + ", ".join(dates[place] for place in places) + "]"
    recipe = f"trigger: {trigger}\nconditions: [{{entered_by: one}}]\n{LOOK}"
    decided = play(
        [identify("2026-03-01 10:00", birthday="2026-03-10")], until="2026-03-11 00:00", recipes={"r": recipe}
    )
    assert len(runs(decided)) == (places[0] == 0)


def test_a_silence_that_is_over_when_he_moves_is_over() -> None:
    bought, moved = (
        track("purchased", "2026-03-10 00:00"),
        identify("2026-03-10 06:00", timezone="America/New_York"),
    )
    assert entered("{inactivity: {for: 6 hours}}", bought, moved) == ["2026-03-10 06:00"]


def test_a_date_comes_once_wherever_he_moves() -> None:
    messages = [
        identify("2026-03-01 10:00", birthday="2026-03-10"),
        identify("2026-03-10 10:00", timezone="America/New_York"),
    ]
    assert entered("{date: birthday}", *messages) == ["2026-03-10 09:00"]
    assert entered("{date: {attribute: birthday, every: year}}", *messages) == ["2026-03-10 09:00"]


def test_another_date_is_another_matter() -> None:
    messages = [
        identify("2026-03-01 10:00", birthday="2026-03-10"),
        identify("2026-03-10 10:00", birthday="2026-03-11"),
    ]
    assert entered("{date: birthday}", *messages) == ["2026-03-10 09:00", "2026-03-11 09:00"]


def test_a_date_that_becomes_known_at_its_moment_is_known_too_late() -> None:
    """Though that of another year, which was known before, had the same moment."""
    messages = [
        identify("2026-03-01 10:00", birthday="2000-03-10"),
        identify("2026-03-10 09:00", birthday="2001-03-10"),
    ]
    assert entered("{date: {attribute: birthday, every: year}}", *messages) == []
