"""Random recipes: every action, nested too, and every setting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.oracle.drawn_words import (
    BOUGHT,
    CLOCKS,
    DAYS,
    MAIL_EVENTS,
    MAILS,
    SHORT,
    STAGES,
    TAGS,
    Json,
    Names,
    conditions,
    triggers,
)

_NESTED = ("then", "otherwise", "skipped", "actions")
PERCENTS: tuple[list[float], ...] = ([50, 50], [33.33, 33.33, 33.34], [10, 90], [99.5, 0.5])


@cache
def some(condition: st.SearchStrategy[Json]) -> st.SearchStrategy[list[Json]]:
    nothing: st.SearchStrategy[list[Json]] = st.just([])
    return st.one_of(nothing, nothing, nothing, st.lists(condition, min_size=1, max_size=2))


SIMPLE: list[Json] = [
    *({word: tag} for word in ("add_tag", "remove_tag") for tag in TAGS),
    *({"set_attribute": {"city": city}} for city in ("Bonn", "Wien")),
    {"set_attribute": {"timezone": "America/New_York"}},
    *({word: "fans"} for word in ("add_to_audience", "remove_from_audience")),
    *({"adjust_score": {"score": "lead", "by": by}} for by in (5, -3, 1.5)),
    *({"set_stage": stage} for stage in STAGES),
    *({word: topic} for word in ("give_consent", "withdraw_consent") for topic in ("news", "*")),
    {"record_event": "noticed"},
    {"record_event": {"name": "noticed", "with": {"about": "{{ contact.id }}"}}},
]
MAILING: list[Json] = [
    *({"send_email": template} for template in ("hello", *MAILS)),
    *({"send_email": {"template": template, "quiet_hours": "ignore"}} for template in ("hello", "news")),
]
LEAVING: list[Json] = [
    {"send_email": "hello"},
    {"notify_sales": "Look."},
    {"notify_sales": {"message": "Look.", "at_most": "1 per 2 days"}},
    {"create_task": {"title": "Ring", "due": "2 days"}},
    {"webhook": {"to": "crm", "send": {"city": "{{ contact.city }}"}}},
    {"webhook": {"to": "crm", "send": {"id": "{{ contact.id }}"}}},
]


@st.composite
def waits(draw: st.DrawFn) -> Json:
    until: Json = {"until": draw(st.sampled_from(CLOCKS))}
    until |= {"days": draw(st.sampled_from(DAYS))} if draw(st.booleans()) else {}
    until |= {"not_before": draw(st.sampled_from(SHORT))} if draw(st.booleans()) else {}
    dated: Json = {"until": draw(st.sampled_from(["{{ contact.trial_ends }}", "{{ contact.birthday }}"]))}
    dated |= {"at": draw(st.sampled_from(CLOCKS))} if draw(st.booleans()) else {}
    dated |= (
        {"offset": draw(st.sampled_from(["-1 day", "6 hours", "1 month"]))} if draw(st.booleans()) else {}
    )
    short = draw(st.sampled_from([*SHORT, "1 month", "1.5 days"]))
    return {
        "wait": draw(
            st.sampled_from([short, short, short, until, until, dated, "{{ contact.income }} hours"])
        )
    }


@st.composite
def waits_for(
    draw: st.DrawFn, condition: st.SearchStrategy[Json], steps: st.SearchStrategy[list[Json]]
) -> Json:
    written: Json = {"up_to": draw(st.sampled_from(SHORT))}
    if draw(st.booleans()):
        written |= {"conditions": draw(st.lists(condition, min_size=1, max_size=2))}
    else:
        event = draw(st.sampled_from([*BOUGHT, *MAIL_EVENTS, "email_sent", "noticed", "page_visited"]))
        written |= {"event": event}
        if event in MAIL_EVENTS:
            written |= {"where": {"template": draw(st.sampled_from(MAILS))}} if draw(st.booleans()) else {}
            written |= {"skipped": draw(steps)} if "where" in written and draw(st.booleans()) else {}
        elif event == "purchased" and draw(st.booleans()):
            written |= {"where": {"total": {"at_least": 20}}}
    for branch in ("then", "otherwise"):
        written |= {branch: draw(steps)} if draw(st.booleans()) else {}
    return {"wait_for": written}


@st.composite
def choices(
    draw: st.DrawFn, condition: st.SearchStrategy[Json], steps: st.SearchStrategy[list[Json]]
) -> Json:
    branches: list[Json] = [
        {"if": draw(st.lists(condition, min_size=1, max_size=2)), "actions": draw(steps)}
        for _ in range(draw(st.integers(1, 2)))
    ]
    if draw(st.booleans()):
        branches.append({"otherwise": draw(steps)})
    return {"choose": branches}


@st.composite
def splits(draw: st.DrawFn, steps: st.SearchStrategy[list[Json]]) -> Json:
    percents = draw(st.sampled_from(PERCENTS))
    parts: list[Json] = [
        {"name": f"part {number}", "percent": percent, "actions": draw(steps)}
        for number, percent in enumerate(percents)
    ]
    if draw(st.booleans()):
        parts[-1] |= {"holdout": True}
        if draw(st.booleans()):
            del parts[-1]["actions"]
    return {"split": {"parts": parts, "draw": "each_entry"} if draw(st.integers(0, 3)) == 3 else parts}


def actions(of_run: OfRun, others: tuple[str, ...], depth: int = 2) -> st.SearchStrategy[list[Json]]:
    """A few steps, nested so deep; `others` are the recipes that they may hand people on to."""
    simple: list[st.SearchStrategy[Json]] = [
        st.sampled_from(LEAVING),
        waits(),
        st.sampled_from(MAILING),
        st.sampled_from(SIMPLE),
        st.sampled_from([{"exit": "enough"}, *({"enter_recipe": recipe} for recipe in others * 3)]),
    ]
    if depth == 0:
        return st.lists(st.one_of(simple[:4]), min_size=1, max_size=2)
    inner = actions(of_run, others, depth - 1)
    nesting = [waits_for(of_run.leaving, inner), choices(of_run.before_steps, inner), splits(inner)]
    return st.lists(st.one_of([*simple, *simple, *nesting]), min_size=1, max_size=4 if depth == 2 else 2)


def numbered(steps: list[Json], numbers: Iterator[int]) -> list[Json]:
    """The same steps, each with an id of its own, the nested ones too."""
    return [{"id": f"step {next(numbers)}", **_within(step, numbers)} for step in steps]


def _within(written: Json, numbers: Iterator[int]) -> Json:
    return {key: _nested(key, value, numbers) for key, value in written.items()}


def _nested(key: str, value: Any, numbers: Iterator[int]) -> Any:
    if key in _NESTED and isinstance(value, list):
        return numbered(value, numbers)
    if key in {"choose", "split", "parts"} and isinstance(value, list):
        return [_within(each, numbers) for each in value]
    if key in {"wait_for", "wait", "split"} and isinstance(value, dict):
        return _within(value, numbers)
    return value


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


class OfRun(NamedTuple):
    """Conditions that may be asked on entry, of a run before its steps, and as goal, exit or what it waits for."""

    entry: st.SearchStrategy[Json]
    before_steps: st.SearchStrategy[Json]
    leaving: st.SearchStrategy[Json]


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
    heard = draw(st.lists(triggers(names, once), min_size=1, max_size=3))
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
