"""What follows from memory: scores, computed attributes, stages, mirrored audiences. Times are UTC."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.oracle.computed import computed
from tests.oracle.conditions import Event, History, Look
from tests.oracle.look import Adjustment, Score, ScoreRule, Words
from tests.oracle.making import at, clock, entered, identify, late, page, play, runs, said, track
from tests.oracle.scores import crossings, score_at
from tests.oracle.timing import DAY, HOUR, rate

NOW = at("2026-06-15 12:00")
TYPES = {("purchased", "total"): "money"}


def event(when: str, name: str = "purchased", received: str | None = None, **properties: Any) -> Event:
    return Event(name, at(received or when), at(when), properties)


# -------------------------------------------------------------------- scores


def lead(*events: Event, now: int = NOW, adjusted: tuple[Adjustment, ...] = (), **declared: Any) -> str:
    rules = declared.pop("rules", (ScoreRule("purchased", Decimal(10)),))
    words = Words(properties=TYPES, scores={"lead": Score(rules=rules, **declared)})
    history = History(events=list(events), adjustments=list(adjusted), seen=[(0, 0)])
    return format(score_at("lead", Look(history, now, "UTC", words)).normalize(), "f")


def test_a_score_adds_up_and_halves() -> None:
    events = [event("2026-06-13 12:00"), event("2026-06-14 12:00")]
    assert lead() == "0"
    assert lead(floor=Decimal(3)) == "3"
    assert lead(*events) == "20"
    assert lead(*events, half_life=DAY) == "7.5"
    assert lead(event("2026-06-15 00:00"), half_life=DAY) == "7.071068"
    assert lead(event("2026-06-13 12:00", received="2026-06-15 12:00"), half_life=DAY) == "2.5"  # came late


def test_a_score_knows_a_floor_and_is_rounded_each_time() -> None:
    down = (ScoreRule("refunded", Decimal(-7)), ScoreRule("purchased", Decimal(10)))
    events = [event("2026-06-13 12:00", "refunded"), event("2026-06-14 12:00")]
    assert lead(*events, rules=down) == "3"
    assert lead(*events, rules=down, floor=Decimal(0)) == "10"
    assert lead(event("2026-06-15 11:00"), half_life=17 * HOUR) == "9.600467"


def test_what_a_step_adjusts_counts_in_order() -> None:
    adjusted = Adjustment(at("2026-06-14 12:00"), "lead", Decimal(-15), 1)
    events = [event("2026-06-13 12:00"), event("2026-06-15 12:00")]
    assert lead(*events, adjusted=(adjusted,)) == "5"
    assert lead(*events, adjusted=(adjusted,), floor=Decimal(0)) == "10"
    assert lead(*events, adjusted=(adjusted,), floor=Decimal(0), now=at("2026-06-14 12:00")) == "0"


def test_rules_are_all_looked_at_and_each_counts_so_often() -> None:
    rules = (
        ScoreRule("purchased", Decimal(1), at_most=rate("2 per day")),
        ScoreRule("purchased", Decimal(100), {"total": {"at_least": 20}}),
    )
    events = [event(f"2026-06-13 {hour}:00", total=30 if hour == 13 else 5) for hour in (12, 13, 14)]
    events.append(event("2026-06-14 12:00"))  # the first is a day old by now
    assert lead(*events, rules=rules) == "103"


def test_when_decay_brings_a_score_to_a_bound() -> None:
    words = Words(scores={"lead": Score(half_life=DAY, rules=(ScoreRule("purchased", Decimal(8)),))})
    look = Look(History(events=[event("2026-06-14 12:00")], seen=[(0, 0)]), NOW, "UTC", words)
    reaches, passes = crossings("lead", Decimal(2), look)
    exactly = at("2026-06-16 12:00")
    assert reaches < exactly < passes
    for instant, shown in (
        (reaches - 1, "2.000001"),
        (reaches, "2"),
        (passes - 1, "2"),
        (passes, "1.999999"),
    ):
        assert str(score_at("lead", Look(look.history, instant, "UTC", words)).normalize()) == shown
    assert not list(crossings("lead", Decimal(9), look))


SCORED = "scores: {lead: {halves_every: 1 day, rules: [{when: purchased, add: 8}]}}\n"
REACHED = "trigger: {score_reached: {score: lead, at_least: 10}}\nreentry: always\nactions: [{add_tag: x}]\n"


def test_a_score_is_reached_upwards_and_again_after_each_fall() -> None:
    whens = [
        "2026-03-02 10:00",
        "2026-03-02 11:00",
        "2026-03-02 12:00",
        "2026-03-08 10:00",
        "2026-03-08 11:00",
    ]
    outcome = play([track("purchased", when) for when in whens], settings=SCORED, recipes={"r": REACHED})
    assert entered(outcome) == ["2026-03-02 11:00", "2026-03-08 11:00"]


def test_a_score_that_is_reached_silently_fires_nothing() -> None:
    messages = [
        late(track("purchased", "2026-03-02 10:00", total=n), "2026-03-03 11:00") for n in (1, 2, 3, 4)
    ]
    outcome = play(messages, settings=SCORED.replace("add: 8", "add: 80"), recipes={"r": REACHED})
    assert not entered(outcome)


def test_a_segment_of_a_score_is_left_when_decay_says_so() -> None:
    outcome = play(
        [track("purchased", "2026-03-02 10:00")],
        until="2026-03-31 00:00",
        settings=SCORED,
        segments={"hot": "conditions: [{score: lead, more_than: 4}]\n"},
        recipes={"r": "trigger: {segment_left: hot}\nactions: [{add_tag: x}]\n"},
    )
    ((when, _, _),) = runs(outcome)
    # shown as 4 while it is above by less than half a millionth: that begins so long before the day is over
    assert when == clock(at("2026-03-03 10:00") - 15_581)


# -------------------------------------------------------------------- computed attributes


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ({"count_of": "purchased"}, 4),
        ({"count_of": "purchased", "where": {"category": "tea"}}, 2),
        ({"count_of": "purchased", "within_last": "3 days"}, 2),
        ({"count_of": "refunded"}, 0),
        ({"sum_of": "purchased.total"}, 30.3),
        ({"sum_of": "purchased.total", "within_last": "2 days"}, 0),
        ({"last_of": "purchased.category"}, "milk"),
        ({"last_of": "purchased.total"}, "x"),
        ({"first_of": "purchased.category"}, "tea"),
        ({"last_of": "purchased"}, "2026-06-13T12:00:00Z"),
        ({"first_of": "purchased", "where": {"category": "milk"}}, "2026-06-13T12:00:00Z"),
        ({"last_of": "refunded"}, None),
        ({"usual_gap_between": "purchased"}, 1),
        ({"usual_gap_between": "purchased", "needs": "5 times"}, None),
        ({"usual_gap_between": "purchased", "where": {"category": "tea"}, "needs": "2 times"}, 2.5),
    ],
)
def test_computed_attributes(declared: dict[str, Any], value: Any) -> None:
    history = History(
        events=[
            event("2026-06-10 12:00", category="tea", total=10.1),
            event("2026-06-13 12:00", total="x"),
            event("2026-06-12 12:00", received="2026-06-14 12:00", category="tea", total=20.2),  # came late
            event("2026-06-13 12:00", category="milk"),
        ],
        seen=[(0, 0)],
    )
    if "where" in declared and "needs" in declared:
        history.events[2] = event("2026-06-13 00:00", category="tea")
    assert computed(declared, Look(history, NOW, "UTC")) == value


COUNTS = "orders: {count_of: purchased}, lately: {count_of: purchased, within_last: 2 days}"


@pytest.mark.parametrize(
    ("trigger", "whens"),
    [
        ("{attribute_changed: orders}", ["2026-03-02 10:00", "2026-03-03 10:00"]),
        ("{attribute_changed: {attribute: orders, from: 0}}", ["2026-03-02 10:00"]),
        ("{attribute_changed: {attribute: lately, to: 1}}", ["2026-03-02 10:00", "2026-03-04 10:00"]),
        ("{attribute_changed: {attribute: lately, to: 0}}", ["2026-03-05 10:00"]),
    ],
)
def test_computed_attributes_change_by_events_and_by_time(trigger: str, whens: list[str]) -> None:
    outcome = play(
        [page("/", "2026-03-01 10:00"), *(track("purchased", f"2026-03-0{day} 10:00") for day in (2, 3))],
        until="2026-03-31 00:00",
        computed=COUNTS,
        recipes={"r": f"trigger: {trigger}\nactions: [{{add_tag: x}}]\n"},
    )
    assert entered(outcome) == whens


def test_computed_attributes_stand_wherever_attributes_do() -> None:
    recipe = (
        "trigger: {event: purchased}\nconditions: [{attribute: orders, at_least: 2}]\n"
        'actions: [{wait: "{{ contact.gap }} days"}, {notify_sales: x}]\n'
    )
    outcome = play(
        [track("purchased", when) for when in ("2026-03-02 10:00", "2026-03-03 22:00")],
        until="2026-03-31 00:00",
        computed=f"{COUNTS}, gap: {{usual_gap_between: purchased, needs: 2 times}}",
        recipes={"r": recipe},
    )
    assert said(outcome, "sales") == [("2026-03-05 10:00", "notify_sales:sales", "")]


# -------------------------------------------------------------------- stages


def test_stages() -> None:
    recipe = (
        "trigger: {event: purchased}\nconditions: [{stage: [warm, cold]}]\nactions: [{notify_sales: x}]\n"
    )
    for step, count in (("set_stage: warm", 1), ("set_stage: new", 0), ("add_tag: warm", 0)):
        first = f"priority: 1\ntrigger: {{event: purchased}}\nactions: [{{{step}}}]\n"
        outcome = play([track("purchased", "2026-03-02 10:00")], recipes={"a": first, "r": recipe})
        assert len(outcome.messages) == count


# -------------------------------------------------------------------- audiences

MIRROR = "audiences: {vips: {segment: vip}}\n"
SEGMENTS = {
    "vip": "conditions: [{did: purchased, within_last: 2 days}]\n",
    "no": "kind: deny\nconditions: [{attribute: city, is: Bonn}]\n",
}
BOUGHT = track("purchased", "2026-03-02 10:00")


def mirrored(*messages: dict[str, Any], **more: Any) -> list[tuple[str, str, str]]:
    outcome = play([*messages], until="2026-03-31 00:00", settings=MIRROR, segments=SEGMENTS, **more)
    return [(clock(message.at), message.name, message.key) for message in outcome.messages]


def key(number: int, step: str, audience: str = "vips") -> str:
    return f"audience:{audience}/{number}/{step}/1/u:ana"


def test_a_mirror_follows_its_segment_by_events_and_by_time() -> None:
    assert mirrored(BOUGHT, track("purchased", "2026-03-09 10:00")) == [
        ("2026-03-02 10:00", "vips", key(1, "join")),
        ("2026-03-04 10:00", "vips", key(2, "leave")),
        ("2026-03-09 10:00", "vips", key(3, "join")),
        ("2026-03-11 10:00", "vips", key(4, "leave")),
    ]


def test_a_mirror_follows_silently_brought_moves_too() -> None:
    recipes = {"r": "trigger: {audience_joined: vips}\nactions: [{add_tag: x}]\n"}
    found = mirrored(late(BOUGHT, "2026-03-03 12:00"), recipes=recipes)
    assert [when for when, _, _ in found] == ["2026-03-03 12:00", "2026-03-04 10:00"]


def test_whoever_is_denied_leaves_every_audience_and_comes_back_to_mirrors_only() -> None:
    messages = [identify(f"2026-03-02 {hour}:00", city=city) for hour, city in ((11, "Bonn"), (12, "Köln"))]
    recipes = {"r": "trigger: {event: purchased}\nactions: [{add_to_audience: fans}]\n"}
    assert mirrored(BOUGHT, *messages, recipes=recipes) == [
        ("2026-03-02 10:00", "vips", key(1, "join")),
        ("2026-03-02 10:00", "fans", "r/1/add_to_audience:fans/1/u:ana"),
        ("2026-03-02 11:00", "fans", key(1, "leave", "fans")),
        ("2026-03-02 11:00", "vips", key(2, "leave")),
        ("2026-03-02 12:00", "vips", key(3, "join")),
        ("2026-03-04 10:00", "vips", key(4, "leave")),
    ]


def test_whoever_complains_is_in_no_audience_any_more_and_joins_none() -> None:
    recipes = {"r": "trigger: {event: purchased}\nactions: [{add_to_audience: fans}]\n"}
    complained = track("email_complained", "2026-03-02 11:00")
    outcome = play(
        [BOUGHT, complained, track("purchased", "2026-03-03 10:00")],
        settings=MIRROR,
        segments=SEGMENTS,
        recipes=recipes,
    )
    assert [(message.name, message.step, message.reason) for message in outcome.messages] == [
        ("vips", "join", ""),
        ("fans", "add_to_audience:fans", ""),
        ("fans", "leave", ""),
        ("vips", "leave", ""),
        ("fans", "add_to_audience:fans", "suppressed"),
    ]


def test_a_segment_is_heard_before_the_audience_that_mirrors_it() -> None:
    recipes = {
        "first": "trigger: {event: refunded}\nactions: [{record_event: purchased}]\n",
        "joined": "priority: 9\ntrigger: {audience_joined: vips}\nactions: [{notify_sales: x}]\n",
        "moved": "trigger: {segment_entered: vip}\nactions: [{notify_sales: x}]\n",
    }
    outcome = play(
        [track("refunded", "2026-03-02 10:00")], settings=MIRROR, segments=SEGMENTS, recipes=recipes
    )
    assert [message.recipe for message in outcome.messages] == ["audience:vips", "moved", "joined"]


def test_history_before_the_start_fills_a_mirror_without_a_word() -> None:
    outcome = play(
        [BOUGHT], since="2026-03-03 10:00", until="2026-03-31 00:00", settings=MIRROR, segments=SEGMENTS
    )
    assert [(clock(message.at), message.key) for message in outcome.messages] == [
        ("2026-03-04 10:00", key(1, "leave"))
    ]
