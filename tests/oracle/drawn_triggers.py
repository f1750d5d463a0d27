"""Random triggers: every word."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from tests.oracle.drawn_words import CLOCKS, MAIL_EVENTS, STAGES, TAGS, Json, Names, durations


def _silence(window: str, of: list[str]) -> Json:
    return {"inactivity": {"for": window, "of": of} if of else {"for": window}}


BY_EVENT: list[Json] = [
    *({"event": name} for name in ("purchased", "refunded", "email_sent", "email_skipped", "noticed")),
    {"event": {"name": "purchased", "where": {"total": {"at_least": 15}}}},
    *({"event": {"name": name, "where": {"template": "hello"}}} for name in MAIL_EVENTS[1:3]),
    *({"page_visited": {"path": path}} for path in ("/a", "/*")),
    {"consent_given": {"topic": "news"}},
    {"consent_withdrawn": {"topic": "news"}},
    *({word: {}} for word in ("consent_given", "consent_withdrawn", "contact_created", "manual")),
]
BY_CHANGE: list[list[Json]] = [
    [{word: tag} for word in ("tag_added", "tag_removed") for tag in TAGS],
    [{word: stage} for word in ("stage_entered", "stage_left") for stage in STAGES[:2]],
    [{word: "fans"} for word in ("audience_joined", "audience_left")],
    [{"score_reached": {"score": "lead", "at_least": bound}} for bound in (3, 5, 10)],
    [
        {"attribute_changed": "city"},
        {"attribute_changed": {"attribute": "city", "to": ["bonn", "Wien"]}},
        {"attribute_changed": {"attribute": "income", "from": 10}},
        {"attribute_changed": {"attribute": "timezone"}},
    ],
]


@st.composite
def dates(draw: st.DrawFn) -> Json:
    written: Json = {"attribute": draw(st.sampled_from(["birthday", "birthday", "trial_ends"]))}
    for key, values in {
        "offset": ["-3 days", "1 day", "-6 hours", "1 month", "-1 month"],
        "at": list(CLOCKS),
        "every": ["year"],
    }.items():
        written |= {key: draw(st.sampled_from(values))} if draw(st.booleans()) else {}
    return {"date": written}


@st.composite
def schedules(draw: st.DrawFn, segments: tuple[str, ...], once: tuple[str, ...]) -> Json:
    written: Json = draw(
        st.sampled_from(
            [
                *({"every": day} for day in ("day", "weekday", "monday", ["sunday", "friday"], "month")),
                *({"cron": line} for line in ("0 6 * * 1", "30 1 1,15 * 0", "0 */12 28-31 * *")),
                *({"at": moment} for moment in once),
            ]
        )
    )
    if "every" in written and draw(st.booleans()):
        written = written | {"at": draw(st.sampled_from(CLOCKS))}
    if draw(st.booleans()):
        written = written | {"segment": draw(st.sampled_from(segments))}
    zone = draw(st.sampled_from([{}, {}, {"zone": "project"}]))
    return {"schedule": written | zone}


@cache
def triggers(names: Names, once: tuple[str, ...]) -> st.SearchStrategy[Json]:
    silence_of = st.lists(
        st.sampled_from(["purchased", "page_visited", "email_sent", "noticed"]), max_size=2, unique=True
    )
    moves = [{word: name} for word in ("segment_entered", "segment_left") for name in names.segments]
    stays = [
        {word: {"segment": name, "for": "2 days"}}
        for word in ("segment_entered", "segment_left")
        for name in names.segments
    ]
    of_mirrors = [{word: name} for word in ("audience_joined", "audience_left") for name in names.mirrors]
    of_computed: list[Json] = [{"attribute_changed": name} for name in names.computed]
    changes = [*BY_CHANGE, *([of_mirrors] if of_mirrors else []), *([of_computed] if of_computed else [])]
    return st.one_of(
        *[st.just({"event": "purchased"})] * 4,  # so that several recipes begin by one item
        st.sampled_from(BY_EVENT),
        st.sampled_from(BY_EVENT),
        st.sampled_from(moves),
        st.sampled_from([*moves, *stays]),
        st.sampled_from(changes).flatmap(st.sampled_from),
        st.builds(_silence, durations, silence_of),
        dates(),
        schedules(names.segments, once),
    )
