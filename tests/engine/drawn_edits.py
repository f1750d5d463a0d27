"""Drawn edits of one recipe, and what happens to a few people meanwhile."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.engine.sources import SETTINGS, workspace

PEOPLE = ("ana", "bo", "cy")
IDS = ("x", "y", "z")
SEGMENTS = (
    "conditions: [{did: purchased}]\n",
    "conditions: [{did: purchased, at_least: 2 times}]\n",
    "conditions: [{did: purchased, within_last: 3 days}]\n",
)
_SETTINGS = (
    SETTINGS,
    SETTINGS.replace("consent: not_refused", "consent: not_refused, at_most: {emails: 1, per: 1 day}"),
    SETTINGS.replace(
        "consent: not_refused", 'consent: not_refused, quiet_hours: {from: "08:00", to: "15:00"}'
    ),
    SETTINGS.replace("Europe/London", "America/New_York"),
)
_HEADS: dict[str, tuple[str, ...]] = {
    "trigger": (
        "trigger: {event: purchased}\n",
        "trigger: {event: purchased}\n",
        "trigger: {event: purchased}\nper: event.order_id\n",
        "trigger: {segment_entered: buyers}\n",
        "trigger: [{segment_entered: buyers}, {event: looked}]\n",
    ),
    "reentry": ("reentry: always\n", "reentry: never\n", "reentry: after 2 days\n"),
    "while_running": ("", "while_running: restart\n", "while_running: parallel\n"),
    "goal": ("", "", "goal: [{did: refunded}]\n"),
    "sending": ("", "", 'sending: {quiet_hours: {from: "10:00", to: "20:00"}}\n'),
    "status": ("", "", "", "", "", "", "status: paused\n", "status: draft\n"),
}
_MAILS: tuple[dict[str, Any], ...] = (
    {"send_email": "hello"},
    {"send_email": "again"},
    {"send_email": "bill"},
)
_OTHERS: tuple[dict[str, Any], ...] = (
    {"wait": "2 days"},
    {"wait": "30 hours"},
    {"wait": {"until": "18:00"}},
    {"add_tag": "one"},
    {"notify_sales": {"message": "call"}},
    {"create_task": {"title": "call"}},
)


class Op(NamedTuple):
    """So many hours later something is done: `what` it is says what stands in `with_`."""

    hours: int
    what: str
    with_: Any = None


@st.composite
def steps(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Each sort of step at most once, some of them under ids of their own, some inside others."""
    mails = [dict(each) for each in draw(st.permutations(_MAILS))[: draw(st.integers(1, 3))]]
    others = [dict(each) for each in draw(st.permutations(_OTHERS))[: draw(st.integers(1, 4))]]
    leaves = draw(st.permutations([{"wait": "1 day"}, *mails, *others]))
    for name, step in zip(draw(st.permutations(IDS)), draw(st.permutations(mails + others)), strict=False):
        if draw(st.booleans()):
            step["id"] = name
    around = draw(st.sampled_from(("", "", "wait_for", "choose", "split")))
    if not around or len(leaves) < 4:
        return leaves
    place = draw(st.integers(0, len(leaves) - 2))
    first, second = leaves[place : place + 1], leaves[place + 1 : place + 2]
    inside = {
        "wait_for": {
            "event": "looked",
            "up_to": draw(st.sampled_from(("1 day", "3 days"))),
            "then": first,
            "otherwise": second,
        },
        "choose": [{"if": {"has_tag": "vip"}, "actions": first}, {"otherwise": second}],
        "split": [
            {"percent": 40, "name": "a", "actions": first},
            {"percent": 60, "name": "b", "actions": second},
        ],
    }[around]
    leaves[place : place + 2] = [{around: inside, "id": "around"}]
    return leaves


@st.composite
def files(draw: st.DrawFn) -> dict[str, str]:
    """A workspace with the recipe r and the segment buyers; it has no mistakes."""
    head = "".join(draw(st.sampled_from(each)) for each in _HEADS.values())
    recipe = f"{head}actions: {json.dumps(draw(steps()))}\n"
    return workspace(
        {"r": recipe}, {"buyers": draw(st.sampled_from(SEGMENTS))}, draw(st.sampled_from(_SETTINGS))
    )


happenings = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(("purchased", "purchased", "looked", "refunded", "unsubscribed", "moves")),
        st.sampled_from("AB"),
    ),
    min_size=1,
    max_size=4,
)
ops = st.one_of(
    st.builds(Op, st.sampled_from((1, 2, 20, 31, 60)), st.just("events"), happenings),
    st.builds(
        Op,
        st.sampled_from((1, 2, 13, 26)),
        st.sampled_from(("apply", "move", "move", "move", "existing", "paced")),
        files(),
    ),
    st.builds(Op, st.sampled_from((1, 5, 40)), st.just("delete"), st.none()),
    st.builds(Op, st.sampled_from((1, 5, 40)), st.just("again"), st.booleans()),
    st.builds(
        Op, st.sampled_from((1, 2, 50)), st.just("halt"), st.sampled_from(("paused", "draining", None, None))
    ),
    st.builds(Op, st.sampled_from((1, 2, 50)), st.just("rollback"), st.integers(0, 6)),
)
everybody = Op(1, "events", [(who, "purchased", "A") for who in PEOPLE])
scripts = st.tuples(files(), st.lists(ops, min_size=2, max_size=10).map(lambda some: [everybody, *some]))
