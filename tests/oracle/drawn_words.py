"""What random workspaces are made of: names, and every word of the language's conditions."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

Json = dict[str, Any]
DURATIONS = ("6 hours", "1 day", "2 days", "5 days", "10 days", "1 day 6 hours", "1 month")
SHORT = ("30 minutes", "6 hours", "12 hours", "1 day", "2 days", "3 days")
CLOCKS = ("01:30", "06:00", "09:00", "12:00", "18:00", "23:30")
DAYS = ("weekdays", "weekend", "monday", ["sunday", "wednesday"])
TAGS = ("x", "y")
STAGES = ("new", "warm", "cold")
MAILS = ("hello", "news", "bill")
BOUGHT = ("purchased", "refunded")
MAIL_EVENTS = ("email_delivered", "email_opened", "email_clicked", "email_replied")
COUNTABLE = (*BOUGHT, "page_visited", "email_sent", "email_clicked", "unsubscribed", "noticed")
COMPUTED: dict[str, Json] = {
    "orders": {"count_of": "purchased"},
    "lately": {"count_of": "purchased", "within_last": "2 days"},
    "spent": {"sum_of": "purchased.total", "where": {"category": "tea"}},
    "gap": {"usual_gap_between": "purchased", "needs": "2 times"},
    "last_bought": {"last_of": "purchased"},
    "first_category": {"first_of": "purchased.category"},
}
NUMBERS = ("income", "orders", "lately", "spent", "gap")


class Names(NamedTuple):
    """What there is in the workspace that words may name."""

    segments: tuple[str, ...]
    recipes: tuple[str, ...]
    computed: tuple[str, ...]
    mirrors: tuple[str, ...]


durations = st.sampled_from(DURATIONS)
times = st.integers(0, 3).map(lambda count: f"{count} times")
some_times = st.integers(1, 2).map(lambda count: f"{count} times")
number_words = st.sampled_from(["at_least", "more_than", "less_than", "at_most", "is", "is_not"])
PURCHASES: list[Json] = [
    {},
    {"total": {"at_least": 20}},
    {"category": ["tea", "milk"]},
    {"category": {"is_not": "tea"}},
]


@st.composite
def deeds(draw: st.DrawFn) -> Json:
    subject = draw(st.sampled_from(["did", "did_not"]))
    event = draw(st.sampled_from(COUNTABLE))
    window = draw(st.sampled_from(["", "within_last", "within_last", "longer_ago_than"]))
    few = [] if window == "longer_ago_than" else ["exactly", "at_most"]
    count = draw(st.sampled_from(["", "at_least", *few]))
    leaf: Json = {subject: event}
    leaf |= {window: draw(durations)} if window else {}
    leaf |= {count: draw(times)} if count else {}
    if window == "within_last" and count in {"at_least", "at_most"} and draw(st.booleans()):
        leaf[count] = draw(st.sampled_from(["50% of before", "100% of before", "200% of before"]))
    where = draw(st.sampled_from(PURCHASES)) if event == "purchased" else {}
    return leaf | ({"where": where} if where else {})


@st.composite
def sequences(draw: st.DrawFn) -> Json:
    """One after another, or for the first time."""
    subject = draw(st.sampled_from(["did", "did_not"]))
    if draw(st.booleans()):
        return {subject: draw(st.sampled_from(BOUGHT)), "first_time_within_last": draw(durations)}
    leaf: Json = {subject: draw(st.sampled_from(BOUGHT)), "then": draw(st.sampled_from(COUNTABLE))}
    leaf |= {"within": draw(durations)} if draw(st.booleans()) else {}
    return leaf | draw(st.sampled_from([{}, {"within_last": draw(durations)}]))


@st.composite
def numbers(draw: st.DrawFn) -> Json:
    subject = draw(
        st.sampled_from(["sum_of", "sum_of", "average_of", "lowest_of", "highest_of", "different_values_of"])
    )
    leaf: Json = {subject: "purchased.total"}
    word, bound = draw(number_words), draw(st.sampled_from([10, 20, 30, 60]))
    if subject == "different_values_of":
        leaf, bound = (
            {subject: f"purchased.{draw(st.sampled_from(['category', 'total']))}"},
            draw(st.integers(0, 2)),
        )
    leaf |= {"within_last": draw(durations)} if draw(st.booleans()) else {}
    if subject == "sum_of" and "within_last" in leaf and word in {"at_least", "less_than"}:
        return leaf | {word: draw(st.sampled_from([bound, "50% of before", "100% of before"]))}
    return leaf | {word: bound}


@st.composite
def local_times(draw: st.DrawFn) -> Json:
    first, last = draw(st.permutations(CLOCKS))[:2]
    written: Json = {"between": [first, last]}
    if draw(st.booleans()):
        written |= {"days": draw(st.sampled_from(DAYS))}
    return {"local_time": draw(st.sampled_from([written, written, {"days": "weekdays"}]))}


@cache
def counted(subject: str, names: tuple[str, ...]) -> st.SearchStrategy[Json]:
    return st.builds(
        lambda name, more: {subject: name, **more},
        st.sampled_from(names),
        st.one_of(
            st.just({}),
            st.builds(lambda window: {"within_last": window}, durations),
            st.builds(lambda count: {"at_least": count}, some_times),
            st.builds(
                lambda window, count: {"within_last": window, "at_least": count}, durations, some_times
            ),
        ),
    )


@cache
def attributes(names: Names) -> st.SearchStrategy[Json]:
    known = [name for name in NUMBERS if name == "income" or name in names.computed]
    dates = ["birthday", "trial_ends", *(["last_bought"] if "last_bought" in names.computed else [])]
    return st.one_of(
        st.sampled_from([{"attribute": "city", word: "Bonn"} for word in ("is", "is_not")]),
        st.builds(
            lambda name, word, bound: {"attribute": name, word: bound},
            st.sampled_from(known),
            number_words,
            st.sampled_from([0, 1, 2, 50]),
        ),
        st.builds(
            lambda name, word, window: {"attribute": name, word: window},
            st.sampled_from(dates),
            st.sampled_from(["within_last", "not_within_last", "within_next", "anniversary_within"]),
            st.sampled_from(["1 day", "5 days", "10 days"]),
        ),
    )


@cache
def states(names: Names, audiences: tuple[str, ...]) -> st.SearchStrategy[Json]:
    return st.sampled_from(
        [
            *({"has_tag": tag} for tag in TAGS),
            *({"has_consent": topic} for topic in ("news", "any")),
            {"stage": "warm"},
            {"stage": ["new", "cold"]},
            *({"score": "lead", word: bound} for word in ("at_least", "less_than") for bound in (3, 5, 10)),
            *({"in_audience": audience} for audience in audiences),
            *({"in_recipe": recipe} for recipe in names.recipes),
            *({"in_segment": segment} for segment in names.segments * 3),
        ]
    )


@cache
def conditions(names: Names, *, audiences: tuple[str, ...] = ("fans",)) -> st.SearchStrategy[Json]:
    """Any condition that may stand anywhere, groups of them too."""
    leaf = st.one_of(
        deeds(),
        deeds(),
        deeds(),
        sequences(),
        numbers(),
        attributes(names),
        states(names, audiences),
        states(names, audiences),
        counted("received", MAILS),
        counted("entered", names.recipes),
        local_times(),
    )
    group = st.builds(
        lambda word, parts: {word: parts},
        st.sampled_from(["all", "any", "none"]),
        st.lists(leaf, min_size=1, max_size=2),
    )
    return st.one_of(leaf, leaf, leaf, group)
