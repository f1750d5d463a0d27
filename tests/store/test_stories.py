from __future__ import annotations

from collections.abc import Callable

import pytest

from autoflow.model.event import IDENTIFY, PAGE_VISITED, Incoming
from autoflow.store.near import near
from autoflow.store.reports import contact_story
from bench.change import CountingDatabase
from tests.engine.world import World, identify, track

Make = Callable[..., World]


def test_what_one_contact_costs_to_tell_does_not_depend_on_the_others(world: Make) -> None:
    """Counted in steps of SQLite, which are the same on every machine."""

    def cost(others: int) -> int:
        one = world()
        one.append(*(identify(f"c{number}", email=f"c{number}@example.com") for number in range(others)))
        one.append(*(track("purchased", f"c{number}", total=5) for number in range(others)))
        one.append(identify("ana", email="ana@example.com"), track("purchased", "ana", total=5))
        one.engine.settle()
        counting = CountingDatabase(one.database)
        told = counting.cost_of(lambda: contact_story(counting, "ana"))
        missed = counting.cost_of(lambda: near(counting, "anb"))
        assert [each.contact for each in contact_story(one.database, "ana").messages] == ["ana"]
        return told.steps + missed.steps

    assert cost(300) == pytest.approx(cost(3), rel=0.05)


def test_what_became_of_a_visitor_is_told_of_the_one_he_turned_out_to_be(world: Make) -> None:
    one = world()
    one.append(Incoming(PAGE_VISITED, anonymous_id="v1", properties={"path": "/products/x200"}))
    one.append(identify("ana", email="ana@example.com"))
    one.engine.settle()
    one.append(Incoming(IDENTIFY, user_id="ana", anonymous_id="v1"))
    one.engine.settle()
    story = contact_story(one.database, "ana")
    told = [(each.kind, each.recipe, each.subject) for each in story.journal]
    assert ("refused", "interest", "email is set") in told
    assert told[-1] == ("merged", "", "u:ana")
