"""Small random workspaces and histories, for searches for what engine and witness decide differently."""

from __future__ import annotations

import json
from itertools import accumulate
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.oracle import timing
from tests.oracle.drawn_recipes import caps, quiet_hours, recipes
from tests.oracle.drawn_words import COMPUTED, MAIL_EVENTS, MAILS, STAGES, Json, Names, conditions
from tests.oracle.making import at
from tests.oracle.people import ENTER, received_at

MAIL = '---\nsubject: Hello\n{}---\n<p>Hello <a href="{{{{ unsubscribe_url }}}}">unsubscribe</a></p>\n'
BILL = "---\nsubject: Hello\nclass: transactional\n---\n<p>Hello</p>\n"
SETTINGS: Json = {
    "name": "Test",
    "timezone": "Europe/London",
    "sender": {"name": "Shop", "email": "shop@shop.example", "postal_address": "1 High Street"},
    "channels": {"webhooks": {"crm": {"file": ".autoflow/crm.ndjson"}}},
    "events": {
        "purchased": {"order_id": "text", "total": "money", "category": "text"},
        "refunded": {"order_id": "text", "total": "money", "triggers_within": "3 days"},
        "noticed": {"about": "text"},
    },
    "stages": list(STAGES),
}
TRAITS: dict[str, list[Any]] = {
    "email": [*["ana@example.com"] * 4, None],
    "city": ["Bonn", "Köln", None],
    "income": [10, 60, 10.0, "60"],
    "birthday": ["2026-02-01", "2026-03-20", "2026-03-30", "2026-10-25", "2000-02-29"],
    "trial_ends": ["2026-01-31T12:00:00Z", "2026-03-29 02:30", "2026-10-25T01:30:00Z", "2026-10-28"],
    "timezone": ["America/New_York", "Pacific/Auckland", "Asia/Kolkata", None],
}
STARTS = (
    "2026-01-10 00:00",
    "2026-03-10 00:00",
    "2026-10-10 00:00",
)  # a month's end, both changes of the clock
ONCE = ("2026-01-31 06:00", "2026-03-29 01:30", "2026-10-25 01:30", "2026-10-26 12:00")
SPAN = 24 * timing.DAY
TAIL = 12 * timing.DAY
QUARTER = 6 * timing.HOUR
MINUTE = 60 * timing.SECOND
LATE = (0,) * 8 + (timing.HOUR, timing.DAY, timing.DAY + 1, 3 * timing.DAY, 30 * timing.DAY)
GAPS = (1, MINUTE, 15 * MINUTE, 16 * MINUTE, timing.HOUR, QUARTER, timing.DAY, timing.DAY, 3 * timing.DAY)


class Scenario(NamedTuple):
    """`looks` are the instants at which whoever cuts the messages into calls looks at the contacts; None: at each."""

    files: dict[str, str]
    messages: list[dict[str, Any]]
    end: int
    looks: list[int] | None


SCORE_RULES: list[Json] = [
    {"when": {"page_visited": {"path": "/*"}}, "add": 2, "at_most": "2 per 1 day"},
    {"when": "purchased", "add": 4},
    {"when": {"purchased": {"total": {"at_least": 20}}}, "add": 5.5},
    {"when": {"purchased": {"category": "coffee"}}, "add": -3},
    {"when": "email_clicked", "add": 3, "at_most": "1 per 5 days"},
    {"when": "refunded", "add": -6},
]


@st.composite
def settings_files(draw: st.DrawFn, computed: tuple[str, ...], mirrors: dict[str, Json]) -> Json:
    score: Json = {"rules": draw(st.lists(st.sampled_from(SCORE_RULES), min_size=1, max_size=3))}
    score |= {"floor": 0} if draw(st.booleans()) else {}
    score |= {"halves_every": draw(st.sampled_from(["1 day", "6 hours"]))} if draw(st.booleans()) else {}
    sending: Json = {"consent": draw(st.sampled_from([*["not_refused"] * 4, "customers", "required"]))}
    sending |= {"quiet_hours": draw(quiet_hours)} if draw(st.booleans()) else {}
    sending |= {"at_most": draw(caps)} if draw(st.booleans()) else {}
    plain = {"birthday": "date", "income": "number", "trial_ends": "date_time"}
    settings = {
        **SETTINGS,
        "attributes": plain | {name: COMPUTED[name] for name in computed},
        "scores": {"lead": score},
        "sending": sending,
    }
    return settings | ({"audiences": mirrors} if mirrors else {})


@st.composite
def workspaces(draw: st.DrawFn) -> dict[str, str]:
    segments = tuple(f"s{number}" for number in range(draw(st.integers(1, 3))))
    made = tuple(f"r{number}" for number in range(draw(st.integers(2, 5))))
    computed = tuple(draw(st.lists(st.sampled_from(sorted(COMPUTED)), max_size=2, unique=True)))
    mirrors: dict[str, Json] = {"mirror": {"segment": segments[0]}} if draw(st.booleans()) else {}
    names = Names(segments, made, computed, tuple(mirrors))
    files = {"autoflow.yaml": json.dumps(draw(settings_files(computed, mirrors)))}
    files |= {"templates/hello.html": MAIL.format(""), "templates/bill.html": BILL}
    files |= {"templates/news.html": MAIL.format("topic: news\n")}
    denied = [draw(st.integers(0, 5)) == 5 for _ in segments]
    for number, name in enumerate(segments):
        segment: Json = {"segment": name}
        known = names._replace(segments=segments[:number])
        # What a mirror follows must not ask for the mirror, and a deny segment moves every mirror.
        audiences = ("fans", *mirrors) if number and not any(denied) else ("fans",)
        condition = conditions(known, audiences=audiences)
        segment["conditions"] = draw(st.lists(condition, min_size=1, max_size=2))
        segment |= {"kind": "deny"} if denied[number] else {}
        files[f"segments/{name}.yaml"] = json.dumps(segment)
    for name in made:
        files[f"recipes/{name}.yaml"] = json.dumps(draw(recipes(name, names, ONCE)))
    return files


def _event(name: str, **properties: Any) -> Json:
    return {"type": "track", "event": name, "properties": properties}


PURCHASES = [
    _event("purchased", total=total, order_id=order, category=category)
    for total in (5, 10.1, 20, 40, "x")
    for order in "AB"
    for category in ("tea", "coffee")
]
VISITS: list[Json] = [{"type": "page", "properties": {"path": path}} for path in ("/a", "/b")]
REACTIONS = [_event(name, template=template) for name in MAIL_EVENTS for template in MAILS]
WISHES = [
    *(
        _event(name, topic=topic)
        for name in ("consent_given", "consent_withdrawn")
        for topic in ("news", "*")
    ),
    *(_event(name) for name in ("consent_given", "unsubscribed", "unsubscribed")),
    _event("unsubscribed", topic="news"),
]
ENDS = [
    _event("email_complained", template="hello"),
    *(_event("email_bounced", template="hello", permanent=permanent) for permanent in (True, False, False)),
]
TOLD: list[Json] = [
    {"type": "identify", "traits": {name: value}} for name, values in TRAITS.items() for value in values
]
SORTS = (
    *(PURCHASES, PURCHASES, PURCHASES, PURCHASES, VISITS, REACTIONS, REACTIONS, TOLD, TOLD),
    [_event("refunded", order_id=order) for order in "AB"],
    [_event(ENTER, recipe=f"r{number}") for number in range(5)],
    [_event(ENTER, recipe=f"r{number}", trigger=f"t{place}") for number in range(5) for place in range(2)],
)
SOON = (None, None, 0, timing.HOUR, timing.DAY, 5 * timing.DAY)
often = st.sampled_from(SORTS).flatmap(st.sampled_from)
contents: st.SearchStrategy[Json] = st.one_of(
    *[often] * 12, st.sampled_from(WISHES), st.sampled_from([*WISHES, *ENDS])
)


@st.composite
def moments(draw: st.DrawFn) -> list[int]:
    """In steps of six hours, so that many things fall on one instant; at any second; or some close, others far."""
    way = draw(st.sampled_from(["coarse", "fine", "gaps", "gaps"]))
    if way == "coarse":
        step = st.integers(0, SPAN // QUARTER).map(lambda n: n * QUARTER)
    elif way == "fine":
        step = st.builds(
            lambda day, second: day * timing.DAY + second * timing.SECOND,
            st.integers(0, 23),
            st.integers(0, 86_399),
        )
    else:
        step = st.sampled_from(GAPS)
    found = draw(st.lists(step, min_size=8, max_size=32))
    return [moment % SPAN for moment in accumulate(found)] if way == "gaps" else found


@st.composite
def histories(draw: st.DrawFn, start: int) -> list[Json]:
    """What is known of one or two contacts at the start, and then what happens; some of it comes in late."""
    messages: list[Json] = []
    for who, since in (("ana", start - timing.HOUR), ("bo", start)):
        told = {name: draw(st.sampled_from(values)) for name, values in TRAITS.items() if draw(st.booleans())}
        known = {"type": "identify", "traits": {**told, "email": "ana@example.com"}}
        if who == "ana" or draw(st.booleans()):
            messages.append({**known, "userId": who, "timestamp": timing.iso(since)})
    drawn = st.tuples(st.sampled_from(["ana"] * 4 + ["bo"]), contents, st.sampled_from(LATE))
    for moment in draw(moments()):
        who, content, late = draw(drawn)
        by_hand = content.get("event") == ENTER
        message = {**content, "userId": "ana" if by_hand else who, "timestamp": timing.iso(start + moment)}
        if "trigger" in content.get("properties", ()) and (soon := draw(st.sampled_from(SOON))) is not None:
            message["properties"] = {**content["properties"], "at": timing.iso(start + moment + soon)}
        if late and not by_hand:
            message |= {"receivedAt": timing.iso(start + moment + late)}
        messages.append(message)
    return messages


@st.composite
def looks(draw: st.DrawFn, start: int, messages: list[Json]) -> list[int] | None:
    """At each message; or in steps of six hours, at any second, at the messages' own instants and just before."""
    if draw(st.integers(0, 3)) == 3:
        return None
    quarters = st.integers(0, (SPAN + TAIL) // QUARTER).map(lambda n: start + n * QUARTER)
    seconds = st.builds(
        lambda quarter, second: quarter + second * timing.SECOND, quarters, st.integers(0, 21_600)
    )
    own = st.sampled_from([received_at(message) for message in messages])
    before = own.map(lambda instant: instant - 1)
    return draw(st.lists(st.one_of(quarters, seconds, own, before), max_size=8))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    start = at(draw(st.sampled_from(STARTS)))
    files, messages = draw(workspaces()), draw(histories(start))
    return Scenario(files, messages, start + SPAN + TAIL, draw(looks(start, messages)))
