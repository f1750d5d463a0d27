"""Random recipes: triggers, conditions, steps and every setting."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.oracle.drawn_steps import OfRun, actions, numbered
from tests.oracle.drawn_triggers import triggers
from tests.oracle.drawn_words import BOUGHT, Json, Names, conditions


@cache
def some(condition: st.SearchStrategy[Json]) -> st.SearchStrategy[list[Json]]:
    nothing: st.SearchStrategy[list[Json]] = st.just([])
    return st.one_of(nothing, nothing, nothing, st.lists(condition, min_size=1, max_size=2))


@st.composite
def sendings(draw: st.DrawFn) -> Json:
    written: Json = {}
    if draw(st.booleans()):
        written |= {"quiet_hours": draw(quiet_hours)}
    if draw(st.booleans()):
        written |= {"at_most": draw(caps)}
    for key, values in {
        "if_quiet": ["wait", "skip"],
        "if_over": ["wait", "skip"],
        "hold_up_to": ["6 hours", "1 day", "10 days"],
    }.items():
        written |= {key: draw(st.sampled_from(values))} if draw(st.integers(0, 2)) == 2 else {}
    return written


quiet_hours = st.sampled_from(
    [
        {"from": "21:00", "to": "08:00"},
        {"from": "18:00", "to": "06:00"},
        {"from": "06:00", "to": "12:00"},
        {"from": "01:30", "to": "13:00"},
    ]
)
caps: st.SearchStrategy[Json] = st.sampled_from(
    [{"emails": emails, "per": per} for emails in (1, 2) for per in ("12 hours", "2 days", "1 month")]
)


@cache
def conditions_of_run(names: Names, *, by_purchase: bool) -> OfRun:
    """Those too that only a run can be asked for; of its event only where purchases and refunds start it."""
    condition = conditions(names, audiences=("fans", *names.mirrors))
    entry: list[Json] = [{"entered_by": "t0"}]
    since: list[Json] = [{"did": "purchased", "since": "start"}]
    leaving: list[Json] = []
    if by_purchase:
        entry += [{"event_property": "total", "at_least": 15}, {"event_property": "order_id", "is": "A"}]
        same_order: Json = {"did": "refunded", "where": {"order_id": "{{ event.order_id }}"}}
        since += [{**same_order, "since": "start"}]
        leaving += [same_order]

    def often(of_run: list[Json]) -> st.SearchStrategy[Json]:
        return st.one_of(condition, condition, condition, condition, st.sampled_from(of_run))

    return OfRun(often(entry), often(entry + since), often(entry + since + leaving))


@st.composite
def recipes(draw: st.DrawFn, name: str, names: Names, once: tuple[str, ...]) -> Json:
    buying = st.sampled_from([{"event": "purchased"}, {"event": "refunded"}])
    trigger = buying if draw(st.integers(0, 4)) == 4 else triggers(names, once)
    heard = draw(st.lists(trigger, min_size=1, max_size=3))
    heard = [{**trigger, "id": f"t{number}"} for number, trigger in enumerate(heard)]
    by_purchase = all(_event_of(trigger) in BOUGHT for trigger in heard)
    of_run = conditions_of_run(names, by_purchase=by_purchase)
    others = tuple(other for other in names.recipes if other > name)
    recipe: Json = {
        "recipe": name,
        "priority": draw(st.sampled_from([0, 0, 0, 1, 2])),
        "trigger": heard,
        "actions": numbered(draw(actions(of_run, others)), iter(range(1000))),
    }
    asked = {"conditions": of_run.entry, "keep_while": of_run.before_steps}
    for key in ("conditions", "goal", "exit", "keep_while"):
        listed = draw(some(asked.get(key, of_run.leaving)))
        recipe |= {key: listed} if listed else {}
    reentry = draw(st.sampled_from(["", "never", "always", "always", "after 3 days", "after 1 month"]))
    recipe |= {"reentry": reentry} if reentry else {}
    running = draw(st.sampled_from(["", "", "restart", "parallel"]))
    recipe |= {"while_running": running} if running else {}
    sending = draw(sendings()) if draw(st.booleans()) else {}
    recipe |= {"sending": sending} if sending else {}
    if by_purchase and draw(st.booleans()):
        recipe["per"] = "event.order_id"
    return json.loads(json.dumps(recipe))  # type: ignore[no-any-return]


def _event_of(trigger: Json) -> Any:
    written = trigger.get("event")
    return written["name"] if isinstance(written, dict) else written
