"""Small random workspaces and histories, for searches for what engine and witness decide differently."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.oracle import timing
from tests.oracle.making import SETTINGS, at

SENDER = "sender: {name: Shop, email: shop@shop.example, postal_address: 1 High Street}\n"
MAIL = '---\nsubject: Hello\n---\n<p>Hello <a href="{{ unsubscribe_url }}">unsubscribe</a></p>\n'
BILL = "---\nsubject: Hello\nclass: transactional\n---\n<p>Hello</p>\n"
DURATIONS = ("6 hours", "1 day", "2 days", "5 days", "10 days", "1 day 6 hours", "1 month")
TAGS = ("x", "y")
BOUGHT = ('"purchased"', '"refunded"')
TRAITS: dict[str, list[Any]] = {
    "email": ["ana@example.com"],
    "city": ["Bonn", None],
    "income": [10, 60],
    "birthday": ["2026-02-01", "2026-03-20", "2026-03-30", "2026-10-25"],
    "timezone": ["America/New_York", "Pacific/Auckland", None],
}
STARTS = (
    "2026-01-10 00:00",
    "2026-03-10 00:00",
    "2026-10-10 00:00",
)  # a month's end, both changes of the clock
SPAN = 40 * timing.DAY
QUARTER = 6 * timing.HOUR


class Scenario(NamedTuple):
    files: dict[str, str]
    messages: list[dict[str, Any]]
    end: int


Json = dict[str, Any]
durations = st.sampled_from(DURATIONS)
times = st.integers(0, 3).map(lambda count: f"{count} times")


@st.composite
def deeds(draw: st.DrawFn) -> Json:
    subject = draw(st.sampled_from(["did", "did_not"]))
    event = draw(st.sampled_from(["purchased", "refunded", "page_visited", "email_sent", "unsubscribed"]))
    window = draw(st.sampled_from(["", "within_last", "within_last", "longer_ago_than"]))
    count = draw(
        st.sampled_from(["", "at_least", *([] if window == "longer_ago_than" else ["exactly", "at_most"])])
    )
    leaf: Json = {subject: event}
    leaf |= {window: draw(durations)} if window else {}
    leaf |= {count: draw(times)} if count else {}
    if event == "purchased":
        wheres: list[Json] = [
            {},
            {"total": {"at_least": 20}},
            {"category": ["tea", "milk"]},
            {"category": {"is_not": "tea"}},
        ]
        where = draw(st.sampled_from(wheres))
        leaf |= {"where": where} if where else {}
    return leaf


@st.composite
def sums(draw: st.DrawFn) -> Json:
    word = draw(st.sampled_from(["at_least", "more_than", "less_than", "at_most"]))
    leaf: Json = {"sum_of": "purchased.total", word: draw(st.sampled_from([10, 30, 60]))}
    return {**leaf, "within_last": draw(durations)} if draw(st.booleans()) else leaf


def conditions(segments: list[str]) -> st.SearchStrategy[Json]:
    leaves = [
        deeds(),
        deeds(),
        sums(),
        st.sampled_from([{"has_tag": tag} for tag in TAGS]),
        st.sampled_from([{"attribute": "city", word: "Bonn"} for word in ("is", "is_not")]),
        st.just({"attribute": "income", "at_least": 50}),
        st.builds(
            lambda word, window: {"attribute": "birthday", word: window},
            st.sampled_from(["within_last", "not_within_last", "within_next", "anniversary_within"]),
            st.sampled_from(["1 day", "5 days", "10 days"]),
        ),
    ]
    if segments:
        leaves.append(st.sampled_from([{"in_segment": segment} for segment in segments]))
    leaf = st.one_of(leaves)
    group = st.builds(
        lambda word, parts: {word: parts},
        st.sampled_from(["all", "any", "none"]),
        st.lists(leaf, min_size=1, max_size=2),
    )
    return st.one_of(leaf, leaf, leaf, group)


def some(condition: st.SearchStrategy[Json]) -> st.SearchStrategy[list[Json]]:
    return st.one_of(st.just([]), st.lists(condition, min_size=1, max_size=2))


def _silence(window: str, of: list[str]) -> Json:
    return {"inactivity": {"for": window, "of": of} if of else {"for": window}}


def triggers(segments: list[str]) -> st.SearchStrategy[Json]:
    silence_of = st.lists(
        st.sampled_from(["purchased", "page_visited", "email_sent"]), max_size=2, unique=True
    )
    return st.one_of(
        st.sampled_from(
            [{"event": name} for name in ("purchased", "refunded", "email_sent", "email_skipped")]
        ),
        st.just({"event": {"name": "purchased", "where": {"total": {"at_least": 15}}}}),
        st.sampled_from([{"page_visited": {"path": path}} for path in ("/a", "/*")]),
        st.sampled_from([{word: name} for word in ("segment_entered", "segment_left") for name in segments]),
        st.builds(
            _silence,
            durations,
            silence_of,
        ),
    )


actions: st.SearchStrategy[Json] = st.one_of(
    durations.map(lambda duration: {"wait": duration}),
    st.sampled_from(
        [
            *({word: tag} for word in ("add_tag", "remove_tag") for tag in TAGS),
            *({"send_email": template} for template in ("hello", "bill")),
            *({"set_attribute": {"city": city}} for city in ("Bonn", "Wien")),
            {"set_attribute": {"timezone": "America/New_York"}},
            {"add_to_audience": "fans"},
            {"remove_from_audience": "fans"},
            {"notify_sales": "Look."},
            {"exit": "enough"},
        ]
    ),
)


@st.composite
def recipes(draw: st.DrawFn, name: str, segments: list[str]) -> Json:
    condition = conditions(segments)
    steps = draw(st.lists(actions, min_size=1, max_size=4))
    recipe: Json = {
        "recipe": name,
        "priority": draw(st.sampled_from([0, 0, 0, 1, 2])),
        "trigger": draw(st.lists(triggers(segments), min_size=1, max_size=2)),
        "actions": [{"id": f"step {number}", **step} for number, step in enumerate(steps)],
    }
    for key in ("conditions", "goal", "exit", "keep_while"):
        listed = draw(some(condition))
        recipe |= {key: listed} if listed else {}
    reentry = draw(st.sampled_from(["", "never", "always", "after 3 days", "after 1 month"]))
    recipe |= {"reentry": reentry} if reentry else {}
    if all(json.dumps(trigger.get("event")) in BOUGHT for trigger in recipe["trigger"]) and draw(
        st.booleans()
    ):
        recipe["per"] = "event.order_id"
    return recipe


@st.composite
def workspaces(draw: st.DrawFn) -> dict[str, str]:
    names = [f"s{number}" for number in range(draw(st.integers(1, 3)))]
    consent = draw(st.sampled_from(["customers", "not_refused"]))
    files = {"autoflow.yaml": SETTINGS.replace("customers", consent) + SENDER}
    files |= {"templates/hello.html": MAIL, "templates/bill.html": BILL}
    for number, name in enumerate(names):
        segment: Json = {"segment": name}
        segment["conditions"] = draw(st.lists(conditions(names[:number]), min_size=1, max_size=2))
        segment |= {"kind": "deny"} if draw(st.integers(0, 9)) == 9 else {}
        files[f"segments/{name}.yaml"] = json.dumps(segment)
    for number in range(draw(st.integers(1, 3))):
        files[f"recipes/r{number}.yaml"] = json.dumps(draw(recipes(f"r{number}", names)))
    return files


def contents() -> st.SearchStrategy[Json]:
    return st.one_of(
        st.builds(
            lambda total, order, category: {
                "type": "track",
                "event": "purchased",
                "properties": {"total": total, "order_id": order, "category": category},
            },
            st.sampled_from([5, 10.1, 20, 40, "x"]),
            st.sampled_from("AB"),
            st.sampled_from(["tea", "coffee"]),
        ),
        st.sampled_from(
            [{"type": "track", "event": "refunded", "properties": {"order_id": order}} for order in "AB"]
        ),
        st.sampled_from([{"type": "page", "properties": {"path": path}} for path in ("/a", "/b")]),
        st.just({"type": "track", "event": "unsubscribed", "properties": {}}),
        st.sampled_from(
            [
                {"type": "identify", "traits": {name: value}}
                for name, values in TRAITS.items()
                for value in values
            ]
        ),
    )


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Half of them in steps of six hours, so that many things fall on one instant."""
    start = at(draw(st.sampled_from(STARTS)))
    coarse = draw(st.booleans())
    moments = st.integers(0, SPAN // QUARTER).map(lambda n: n * QUARTER) if coarse else st.integers(0, SPAN)
    messages: list[Json] = []
    for moment, who, content in draw(
        st.lists(
            st.tuples(moments, st.sampled_from(["ana", "ana", "bo"]), contents()), min_size=2, max_size=16
        )
    ):
        messages.append({**content, "userId": who, "timestamp": timing.iso(start + moment)})
    known = {"type": "identify", "userId": "ana", "traits": {"email": "ana@example.com"}}
    messages.append({**known, "timestamp": timing.iso(start - timing.HOUR)})
    return Scenario(draw(workspaces()), messages, start + SPAN + 35 * timing.DAY)
