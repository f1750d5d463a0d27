"""Triggers: changes, stays, dates, schedules, silent items. Times are UTC; the project lives in London."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.making import entered, identify, late, page, play, track

STEPS = "reentry: always\nactions:\n  - create_task: Look\n"
BOUGHT = track("purchased", "2026-03-02 10:00")


def fired(trigger: str, *messages: dict[str, Any], until: str = "2026-04-30 00:00", **more: Any) -> list[str]:
    """When a recipe with this trigger was entered by ana."""
    outcome = play(
        [*messages],
        until=until,
        recipes={"r": f"trigger: {trigger}\n{STEPS}", **more.pop("others", {})},
        **more,
    )
    return entered(outcome)


def by_steps(*steps: str) -> dict[str, str]:
    """A recipe beside it that purchases start."""
    listed = "".join(f"  - {{id: s{n}, {step}}}\n" for n, step in enumerate(steps))
    return {"by": f"trigger: {{event: purchased}}\nactions:\n{listed}"}


@pytest.mark.parametrize(
    ("trigger", "steps", "count"),
    [
        ("{tag_added: x}", ["add_tag: x", "add_tag: x", "add_tag: y"], 1),
        ("{tag_removed: {tag: x}}", ["remove_tag: x", "add_tag: x", "remove_tag: x"], 1),
        ("{audience_joined: fans}", ["add_to_audience: fans", "add_to_audience: fans"], 1),
        ("{audience_left: fans}", ["add_to_audience: fans", "remove_from_audience: fans"], 1),
        ("{stage_entered: warm}", ["set_stage: warm", "set_stage: warm", "set_stage: cold"], 1),
        ("{stage_left: warm}", ["set_stage: warm", "set_stage: cold", "set_stage: {stage: warm}"], 1),
        ("{event: noticed}", ["record_event: {name: noticed, with: {about: x}}", "record_event: noticed"], 2),
        (
            "{event: {name: noticed, where: {about: X}}}",
            ["record_event: {name: noticed, with: {about: x}}"],
            1,
        ),
        ("{consent_given: {topic: news}}", ["give_consent: news", "give_consent: news"], 1),
        ("{consent_withdrawn: {topic: news}}", ["withdraw_consent", "withdraw_consent: other"], 1),
        ("{attribute_changed: city}", ["set_attribute: {city: Bonn}", "set_attribute: {city: Bonn}"], 1),
        ("{score_reached: {score: lead, at_least: 5}}", ["adjust_score: {score: lead, by: 4}"], 0),
        ("{score_reached: {score: lead, at_least: 5}}", ["adjust_score: {score: lead, by: 5}"], 1),
    ],
)
def test_what_steps_change_fires(trigger: str, steps: list[str], count: int) -> None:
    found = fired(
        trigger,
        BOUGHT,
        settings="scores: {lead: {rules: [{when: refunded, add: 1}]}}\n",
        others=by_steps(*steps),
    )
    assert found == ["2026-03-02 10:00"] * count


@pytest.mark.parametrize(
    ("trigger", "days"),
    [
        ("{attribute_changed: city}", [1, 2, 4, 5]),
        ("{attribute_changed: {attribute: city, to: bonn}}", [1, 5]),
        ("{attribute_changed: {attribute: city, to: [Wien, Bonn]}}", [1, 2, 5]),
        ("{attribute_changed: {attribute: city, from: Bonn}}", [2]),
        ("{attribute_changed: {attribute: city, from: Bonn, to: Bonn}}", []),
        ("{attribute_changed: {attribute: city, from: [Wien]}}", [4]),
        ("{attribute_changed: income}", []),
    ],
)
def test_a_changed_attribute(trigger: str, days: list[int]) -> None:
    cities = ["Bonn", "Wien", "Wien", None, "Bonn"]
    messages = [identify(f"2026-03-0{day} 10:00", city=city) for day, city in enumerate(cities, 1)]
    assert fired(trigger, *messages) == [f"2026-03-0{day} 10:00" for day in days]


@pytest.mark.parametrize(
    ("trigger", "days"),
    [
        ("consent_given", [1, 2]),
        ("{consent_given: {topic: news}}", [1, 2]),
        ("{consent_given: {topic: offers}}", [2]),
        ("consent_withdrawn", [3, 4, 5]),
        ("{consent_withdrawn: {topic: offers}}", [4, 5]),
        ("{event: unsubscribed}", [5]),
    ],
)
def test_consent_goes_by_topic(trigger: str, days: list[int]) -> None:
    messages = [
        track("consent_given", "2026-03-01 10:00", topic="news"),
        track("consent_given", "2026-03-02 10:00"),
        track("consent_withdrawn", "2026-03-03 10:00", topic="news"),
        track("consent_withdrawn", "2026-03-04 10:00", topic="offers"),
        track("unsubscribed", "2026-03-05 10:00"),
    ]
    assert fired(trigger, *messages) == [f"2026-03-0{day} 10:00" for day in days]


def test_a_contact_is_created_once_by_an_item_that_may_start_something() -> None:
    messages = [page("/", "2026-03-02 10:00"), page("/", "2026-03-03 10:00")]
    assert fired("contact_created", *messages) == ["2026-03-02 10:00"]
    assert not fired(
        "contact_created", late(page("/", "2026-02-02 10:00"), "2026-03-02 10:00"), *messages[1:]
    )


def test_the_first_signal_that_a_trigger_hears_is_the_one() -> None:
    """He is new, and then he buys, by one item; so the run has no event."""
    recipe = (
        "trigger:\n  - {event: purchased}\n  - contact_created\n"
        "conditions: [{entered_by: contact_created}, {none: [{event_property: total, is_set: true}]}]\n"
        + STEPS
    )
    assert entered(play([track("purchased", "2026-03-02 10:00", total=5)], recipes={"r": recipe})) == [
        "2026-03-02 10:00"
    ]


# -------------------------------------------------------------------- stays

FRESH = {"fresh": "conditions: [{did: purchased, within_last: 3 days}]\n"}


@pytest.mark.parametrize(
    ("trigger", "whens"),
    [
        ("{segment_entered: {segment: fresh, for: 2 days}}", ["2026-03-04 10:00"]),
        ("{segment_entered: {segment: fresh, for: 3 days}}", []),  # that is when he leaves
        ("{segment_left: {segment: fresh, for: 1 month}}", ["2026-04-05 09:00"]),
        ("{segment_left: {segment: fresh}}", ["2026-03-05 10:00"]),
    ],
)
def test_who_is_in_or_out_for_so_long(trigger: str, whens: list[str]) -> None:
    assert fired(trigger, BOUGHT, segments=FRESH) == whens


def test_who_moves_meanwhile_starts_anew() -> None:
    trigger = "{segment_left: {segment: fresh, for: 2 days}}"
    again = track("purchased", "2026-03-06 10:00")
    assert fired(trigger, BOUGHT, again, segments=FRESH) == ["2026-03-11 10:00"]


def test_moves_brought_about_silently_count_for_nothing() -> None:
    came_late = late(BOUGHT, "2026-03-03 11:00")
    assert not fired("{segment_entered: {segment: fresh, for: 1 day}}", came_late, segments=FRESH)
    assert fired("{segment_left: {segment: fresh, for: 1 day}}", came_late, segments=FRESH) == [
        "2026-03-06 10:00"
    ]


# -------------------------------------------------------------------- dates

KNOWN_AT = "2026-02-20 10:00"


@pytest.mark.parametrize(
    ("trigger", "value", "whens"),
    [
        ("{date: birthday}", "2026-03-10", ["2026-03-10 09:00"]),
        ("{date: birthday}", "2026-03-30", ["2026-03-30 08:00"]),  # summer time
        ('{date: {attribute: birthday, offset: -3 days, at: "01:30"}}', "2026-04-01", ["2026-03-29 01:30"]),
        ("{date: {attribute: birthday, offset: 1 month}}", "2026-01-31", ["2026-02-28 09:00"]),
        ("{date: {attribute: birthday, offset: -1 month}}", "2026-03-31", ["2026-02-28 09:00"]),
        ("{date: {attribute: birthday, offset: -6 hours}}", "2026-03-10", ["2026-03-10 03:00"]),
        ("{date: birthday}", "2026-02-20", []),  # over when it became known
        ("{date: birthday}", "1990-03-10", []),
        ("{date: {attribute: birthday, every: year}}", "1990-03-10", ["2026-03-10 09:00"]),
        ("{date: {attribute: birthday, every: year}}", "2000-02-29", ["2026-02-28 09:00"]),
        ("{date: {attribute: birthday, every: year}}", "2027-03-10", []),  # not before its own year
        ("{date: birthday}", "soon", []),
    ],
)
def test_a_date(trigger: str, value: str, whens: list[str]) -> None:
    assert fired(trigger, identify(KNOWN_AT, birthday=value)) == whens


@pytest.mark.parametrize(
    ("trigger", "value", "whens"),
    [
        ("{date: trial_ends}", "2026-03-10T15:30:00Z", ["2026-03-10 15:30"]),
        ("{date: {attribute: trial_ends, offset: -1 day}}", "2026-03-30 10:00", ["2026-03-29 09:00"]),
        ('{date: {attribute: trial_ends, at: "08:00"}}', "2026-03-10T15:30:00Z", ["2026-03-10 08:00"]),
        ("{date: {attribute: trial_ends, every: year}}", "2020-04-10T15:30:00Z", ["2026-04-10 15:30"]),
    ],
)
def test_a_date_and_time(trigger: str, value: str, whens: list[str]) -> None:
    assert fired(trigger, identify(KNOWN_AT, trial_ends=value)) == whens


def test_a_date_is_that_of_the_contact_and_a_new_one_takes_its_place() -> None:
    first = identify(KNOWN_AT, birthday="2026-03-10", timezone="America/New_York")
    assert fired("{date: birthday}", first) == ["2026-03-10 13:00"]
    other = identify("2026-03-10 13:00", birthday="2026-03-12")
    assert fired("{date: birthday}", first, other) == ["2026-03-12 13:00"]


def test_a_date_fires_once_whatever_zone_he_moves_to() -> None:
    messages = [
        identify(KNOWN_AT, birthday="2026-03-10"),
        identify("2026-03-10 10:00", timezone="America/New_York"),
    ]
    assert fired("{date: birthday}", *messages) == ["2026-03-10 09:00"]


# -------------------------------------------------------------------- schedules

SEEN = page("/", "2026-03-26 12:00")
UNTIL = "2026-04-02 00:00"


@pytest.mark.parametrize(
    ("schedule", "whens"),
    [
        ("{every: monday}", ["2026-03-30 08:00"]),
        ('{every: [friday, sunday], at: "01:30"}', ["2026-03-27 01:30", "2026-03-29 01:30"]),
        ("{every: weekend}", ["2026-03-28 09:00", "2026-03-29 08:00"]),
        (
            "{every: weekday}",
            [f"2026-03-{day}:00" for day in ("27 09", "30 08", "31 08")] + ["2026-04-01 08:00"],
        ),
        ("{every: month}", ["2026-04-01 08:00"]),
        ('{cron: "30 9 * * 1"}', ["2026-03-30 08:30"]),
        ('{cron: "0 */12 30 3 *"}', ["2026-03-29 23:00", "2026-03-30 11:00"]),
        ('{cron: "0 9 28 * 0"}', ["2026-03-28 09:00", "2026-03-29 08:00"]),  # either day will do
        ('{cron: "15,45 9 * mar sat"}', ["2026-03-28 09:15", "2026-03-28 09:45"]),
        ('{cron: "0 1-2 29 3 7"}', ["2026-03-29 01:00"]),  # one o'clock is skipped: both are two o'clock
        ("{at: 2026-03-30 10:00}", ["2026-03-30 09:00"]),
        ("{at: 2026-03-20 10:00}", []),
    ],
)
def test_a_schedule(schedule: str, whens: list[str]) -> None:
    assert fired(f"{{schedule: {schedule}}}", SEEN, until=UNTIL) == whens


def test_a_schedule_goes_by_the_contacts_clock_or_by_the_projects() -> None:
    moved = identify("2026-03-26 12:00", timezone="America/New_York")
    assert fired("{schedule: {every: monday}}", moved, until=UNTIL) == ["2026-03-30 13:00"]
    assert fired("{schedule: {every: monday, zone: project}}", moved, until=UNTIL) == ["2026-03-30 08:00"]


def test_a_schedule_is_for_those_who_are_in_the_segment_at_that_instant() -> None:
    """The window closes on the 5th at ten, when memberships go first; a purchase at ten opens it before the timer."""
    at_ten = '{schedule: {every: day, at: "10:00", segment: fresh}}'
    assert fired(at_ten, BOUGHT, segments=FRESH) == [f"2026-03-0{day} 10:00" for day in (2, 3, 4)]


def test_time_fires_memberships_before_triggers_and_both_before_runs() -> None:
    recipes = {
        "wait": "trigger: {event: purchased}\nactions: [{wait: 24 hours}, {notify_sales: x}]\n",
        "daily": 'trigger: {schedule: {every: day, at: "10:00"}}\nactions: [{notify_sales: x}]\n',
        "left": "trigger: {segment_left: day}\nactions: [{add_tag: x}]\n",
        "tag": "priority: 9\ntrigger: {tag_added: x}\nactions: [{notify_sales: x}]\n",
    }
    outcome = play(
        [track("purchased", "2026-03-02 10:00")],
        until="2026-03-03 10:00",
        segments={"day": "conditions: [{did: purchased, within_last: 1 day}]\n"},
        recipes=recipes,
    )
    assert [message.recipe for message in outcome.messages] == ["daily", "daily", "tag", "wait"]


def test_what_steps_do_breaks_no_silence_unless_it_is_named() -> None:
    steps = by_steps("wait: 2 days", "record_event: noticed", "give_consent: news")
    assert fired("{inactivity: {for: 5 days}}", BOUGHT, others=steps) == ["2026-03-07 10:00"]
    assert fired("{inactivity: {for: 5 days, of: [noticed]}}", BOUGHT, others=steps) == ["2026-03-09 10:00"]


def test_a_time_of_the_week_comes_week_after_week() -> None:
    """Nothing happens in between, and each time lies further ahead than the days that are looked at."""
    outcome = play(
        [track("purchased", "2026-03-14 06:15")],
        until="2026-04-12 00:00",
        segments={"s": 'conditions: [{local_time: {between: ["01:30", "06:00"], days: monday}}]\n'},
        recipes={"r": "trigger: {segment_entered: s}\nreentry: always\nactions: [{add_tag: x}]\n"},
    )
    days = ["2026-03-16 01:30", "2026-03-23 01:30", "2026-03-30 00:30", "2026-04-06 00:30"]
    assert entered(outcome) == days
