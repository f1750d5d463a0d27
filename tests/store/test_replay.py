"""A simulation that begins in the middle knows what had happened by then."""

from __future__ import annotations

from collections.abc import Callable

from autoflow.core.compiling import compile_program
from autoflow.lab.simulation.simulate import Asked, simulate
from autoflow.language.workspace import read_workspace
from autoflow.model.durations import DAY
from autoflow.store.definitions import numbered
from tests.engine.sources import workspace
from tests.engine.world import START, World, track

Make = Callable[..., World]
ONCE = "trigger: {event: purchased}\nreentry: never\nactions:\n  - add_tag: bought\n  - add_to_audience: buyers\n"


def test_who_was_in_a_recipe_before_the_span_is_refused_in_it(world: Make) -> None:
    files = workspace({"once": ONCE}, {})
    one = world(files, mail=False)
    one.append(track("purchased", order_id="A"))
    one.live_until(START + DAY)
    one.append(track("purchased", order_id="B"), track("purchased", "bo", order_id="C"))
    one.live_until(START + 2 * DAY)
    program = compile_program(numbered(one.database, read_workspace(files, {})))
    whole = simulate(one.database, program)
    late = simulate(one.database, program, Asked(START + DAY // 2))
    assert whole is not None
    assert late is not None
    assert [(each.entered, each.refused) for each in (*whole.recipes, *late.recipes)] == [(2, 1), (1, 1)]
    assert [contact for _, contact in late.messages] == ["bo"]
