"""Random steps: every action, nested too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.oracle.drawn_words import BOUGHT, CLOCKS, DAYS, MAIL_EVENTS, MAILS, SHORT, STAGES, TAGS, Json

_NESTED = ("then", "otherwise", "skipped", "actions")
PERCENTS: tuple[list[float], ...] = ([50, 50], [33.33, 33.33, 33.34], [10, 90], [99.5, 0.5])


class OfRun(NamedTuple):
    """Conditions that may be asked on entry, of a run before its steps, and as goal, exit or what it waits for."""

    entry: st.SearchStrategy[Json]
    before_steps: st.SearchStrategy[Json]
    leaving: st.SearchStrategy[Json]


CHANGES: list[list[Json]] = [
    [{word: tag} for word in ("add_tag", "add_tag", "remove_tag") for tag in TAGS],
    [{"set_attribute": {name: value}} for name, value in (("city", "Bonn"), ("city", "Wien"), ("income", 10))]
    + [{"set_attribute": {"timezone": "America/New_York"}}],
    [{word: "fans"} for word in ("add_to_audience", "remove_from_audience")],
    [{"adjust_score": {"score": "lead", "by": by}} for by in (5, -3, 1.5)],
    [{"set_stage": stage} for stage in STAGES],
    [{word: topic} for word in ("give_consent", "withdraw_consent") for topic in ("news", "*")],
    [
        {"record_event": event}
        for event in ("noticed", {"name": "noticed", "with": {"about": "{{ contact.id }}"}})
    ],
]
changes = st.sampled_from(CHANGES).flatmap(st.sampled_from)
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
    short = draw(st.sampled_from([*SHORT, "1 month", "1.5 days"]))
    return {"wait": draw(st.sampled_from([short, short, short, until, until, "{{ contact.income }} hours"]))}


@st.composite
def dated_waits(draw: st.DrawFn, steps: st.SearchStrategy[list[Json]]) -> Json:
    written: Json = {"until": draw(st.sampled_from(["{{ contact.trial_ends }}", "{{ contact.birthday }}"]))}
    written |= {"at": draw(st.sampled_from(CLOCKS))} if draw(st.booleans()) else {}
    offset = draw(st.sampled_from(["", "", "-1 day", "6 hours", "1 month"]))
    written |= {"offset": offset} if offset else {}
    written |= {"then": draw(steps)} if draw(st.booleans()) else {}
    return {"wait": written}


@st.composite
def waits_for(
    draw: st.DrawFn, condition: st.SearchStrategy[Json], steps: st.SearchStrategy[list[Json]]
) -> Json:
    written: Json = {"up_to": draw(st.sampled_from(SHORT))}
    if draw(st.booleans()):
        written |= {"conditions": draw(st.lists(condition, min_size=1, max_size=2))}
    else:
        made = ["email_sent", "email_skipped", "noticed", "noticed"]  # by steps
        event = draw(st.sampled_from([*BOUGHT, *MAIL_EVENTS, *made, "page_visited"]))
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


@cache
def actions(of_run: OfRun, others: tuple[str, ...], depth: int = 2) -> st.SearchStrategy[list[Json]]:
    """A few steps, nested so deep; `others` are the recipes that they may hand people on to."""
    simple: list[st.SearchStrategy[Json]] = [
        st.sampled_from(LEAVING),
        waits(),
        st.sampled_from(MAILING),
        st.sampled_from(MAILING),
        changes,
        changes,
        st.sampled_from([{"exit": "enough"}, *({"enter_recipe": recipe} for recipe in others * 3)]),
    ]
    if depth == 0:
        return st.lists(st.one_of(simple[:6]), min_size=1, max_size=2)
    inner = actions(of_run, others, depth - 1)
    nesting = [
        waits_for(of_run.leaving, inner),
        choices(of_run.before_steps, inner),
        splits(inner),
        dated_waits(inner),
    ]
    some_steps = st.one_of([*simple, *simple, *nesting])
    return st.lists(some_steps, min_size=depth, max_size=6 if depth == 2 else 2)


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
