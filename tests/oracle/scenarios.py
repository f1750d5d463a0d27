"""Small random workspaces and histories, for searches for what engine and witness decide differently."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.oracle import timing
from tests.oracle.drawn_recipes import caps, quiet_hours, recipes
from tests.oracle.drawn_words import COMPUTED, MAIL_EVENTS, MAILS, STAGES, Json, Names, conditions
from tests.oracle.making import at
from tests.oracle.people import ENTER

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
    "email": ["ana@example.com", "ana@example.com", None],
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
LATE = (0, 0, 0, 0, timing.HOUR, timing.DAY, timing.DAY + 1, 3 * timing.DAY, 30 * timing.DAY)


class Scenario(NamedTuple):
    files: dict[str, str]
    messages: list[dict[str, Any]]
    end: int


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
    sending: Json = {
        "consent": draw(st.sampled_from(["not_refused", "not_refused", "customers", "required"]))
    }
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
    made = tuple(f"r{number}" for number in range(draw(st.integers(1, 3))))
    computed = tuple(draw(st.lists(st.sampled_from(sorted(COMPUTED)), max_size=2, unique=True)))
    mirrors: dict[str, Json] = {"mirror": {"segment": segments[0]}} if draw(st.booleans()) else {}
    names = Names(segments, made, computed, tuple(mirrors))
    files = {"autoflow.yaml": json.dumps(draw(settings_files(computed, mirrors)))}
    files |= {"templates/hello.html": MAIL.format(""), "templates/bill.html": BILL}
    files |= {"templates/news.html": MAIL.format("topic: news\n")}
    for number, name in enumerate(segments):
        segment: Json = {"segment": name}
        known = names._replace(segments=segments[:number])
        segment["conditions"] = draw(st.lists(conditions(known), min_size=1, max_size=2))
        segment |= {"kind": "deny"} if draw(st.integers(0, 7)) == 7 else {}
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
    _event("email_complained", template="hello"),
    _event("email_bounced", template="hello", permanent=True),
]
TOLD: list[Json] = [
    {"type": "identify", "traits": {name: value}} for name, values in TRAITS.items() for value in values
]
contents: st.SearchStrategy[Json] = st.one_of(
    st.sampled_from(PURCHASES),
    st.sampled_from(PURCHASES),
    st.sampled_from([_event("refunded", order_id=order) for order in "AB"]),
    st.sampled_from(VISITS),
    st.sampled_from(REACTIONS),
    st.sampled_from(WISHES),
    st.sampled_from(TOLD),
    st.sampled_from(TOLD),
    st.sampled_from([_event(ENTER, recipe=f"r{number}") for number in range(3)]),
)


@st.composite
def histories(draw: st.DrawFn, start: int) -> list[Json]:
    """Half of them in steps of six hours, so that many things fall on one instant; some come in late."""
    coarse = draw(st.booleans())
    moments = st.integers(0, SPAN // QUARTER).map(lambda n: n * QUARTER) if coarse else st.integers(0, SPAN)
    known = {"type": "identify", "traits": {"email": "ana@example.com"}}
    messages: list[Json] = [{**known, "userId": "ana", "timestamp": timing.iso(start - timing.HOUR)}]
    if draw(st.booleans()):
        messages.append({**known, "userId": "bo", "timestamp": timing.iso(start)})
    drawn = st.tuples(moments, st.sampled_from(["ana", "ana", "ana", "bo"]), contents, st.sampled_from(LATE))
    for moment, who, content, late in draw(st.lists(drawn, min_size=4, max_size=16)):
        by_hand = content.get("event") == ENTER
        message = {**content, "userId": "ana" if by_hand else who, "timestamp": timing.iso(start + moment)}
        if late and not by_hand:
            message |= {"receivedAt": timing.iso(start + moment + late)}
        messages.append(message)
    return messages


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    start = at(draw(st.sampled_from(STARTS)))
    return Scenario(draw(workspaces()), draw(histories(start)), start + SPAN + TAIL)
