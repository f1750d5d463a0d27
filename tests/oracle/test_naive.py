"""Entries, leaving, order: small cases worked out by hand. Times are UTC; the project lives in London."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.oracle.making import at, clock, identify, mails, page, play, runs, track
from tests.oracle.people import UnsupportedError, in_time_order

BUYERS = "conditions:\n  - {did: purchased}\n"
ONCE = "conditions:\n  - {did: purchased, exactly: 1 times}\n"
ON_PURCHASE = "trigger: {event: purchased}\n"
STAY = "actions:\n  - wait: 10 days\n"
EMAIL = {"email": "ana@example.com"}


def test_instants_never_meet_over_everybody() -> None:
    messages = [
        track("purchased", "2026-03-01 10:00", "ana"),
        track("purchased", "2026-03-01 09:00", "bo"),
        track("purchased", "2026-03-01 10:00", "cy"),
        track("purchased", "2026-03-01 10:00", "dee"),
    ]
    order = [
        (clock(instant), clock(at_), message["userId"]) for instant, at_, message in in_time_order(messages)
    ]
    assert order == [
        ("2026-03-01 09:00", "2026-03-01 09:00", "bo"),
        ("2026-03-01 10:00", "2026-03-01 10:00", "ana"),
        ("2026-03-01 10:00:00.000001", "2026-03-01 10:00", "cy"),
        ("2026-03-01 10:00:00.000002", "2026-03-01 10:00", "dee"),
    ]


def test_a_message_delivered_twice_counts_once() -> None:
    message = {**track("purchased", "2026-03-01 10:00"), "messageId": "m1"}
    outcome = play([message, message], recipes={"r": ON_PURCHASE + "actions:\n  - add_tag: x\n"})
    assert len(outcome.entries) == 1


def test_windows_count_from_occurrence_and_not_from_the_instant() -> None:
    messages = [track("purchased", "2026-03-01 10:00", who) for who in ("ana", "bo")]
    outcome = play(
        messages,
        until="2026-04-01 00:00",
        segments={"recent": "conditions:\n  - {did: purchased, within_last: 10 days}\n"},
        recipes={"r": "trigger: {segment_left: recent}\nactions:\n  - add_tag: x\n"},
    )
    assert [(clock(entry.at), entry.contact) for entry in outcome.entries] == [
        ("2026-03-11 10:00", "ana"),
        ("2026-03-11 10:00", "bo"),
    ]


# -------------------------------------------------------------------- segments


def test_whoever_meets_a_segment_at_his_first_item_enters_it() -> None:
    outcome = play(
        [identify("2026-03-01 10:00", city="Bonn")],
        segments={"strangers": "conditions:\n  - {did_not: purchased}\n"},
        recipes={"r": "trigger: {segment_entered: strangers}\nactions:\n  - add_tag: x\n"},
    )
    assert runs(outcome) == [("2026-03-01 10:00", "finished", "2026-03-01 10:00")]
    assert outcome.memberships("strangers", at("2026-03-01 09:59")) == set()
    assert outcome.memberships("strangers", at("2026-03-01 10:00")) == {"ana"}


def test_time_alone_moves_people_between_segments_to_the_microsecond() -> None:
    outcome = play(
        [track("purchased", "2026-03-01 10:00"), track("purchased", "2026-03-05 10:00")],
        until="2026-07-01 00:00",
        segments={
            "lapsed": "conditions:\n  - {did: purchased, at_least: 2 times}\n"
            "  - {did_not: purchased, within_last: 90 days}\n"
        },
        recipes={"r": "trigger: {segment_entered: lapsed}\nactions:\n  - add_tag: x\n"},
    )
    assert runs(outcome) == [("2026-06-03 10:00", "finished", "2026-06-03 10:00")]
    assert outcome.memberships("lapsed", at("2026-06-03 10:00") - 1) == set()
    assert outcome.memberships("lapsed", at("2026-06-03 10:00")) == {"ana"}


def test_segments_are_evaluated_after_those_they_use() -> None:
    """Both `a` and its base change by one item; the recipes tell the order in which that was seen."""
    outcome = play(
        [track("purchased", "2026-03-01 10:00")],
        segments={"a": "conditions:\n  - {in_segment: z}\n", "z": BUYERS, "b": BUYERS},
    )
    assert outcome.workspace.segments == ["b", "z", "a"]
    assert outcome.memberships("a", at("2026-03-01 10:00")) == {"ana"}


# -------------------------------------------------------------------- triggers


@pytest.mark.parametrize(
    ("trigger", "entered"),
    [
        ("trigger: {event: purchased}\n", 1),
        ("trigger: {event: {name: purchased, where: {total: {at_least: 80}}}}\n", 1),
        ("trigger: {event: {name: purchased, where: {total: {more_than: 80}}}}\n", 0),
        ("trigger: {event: {name: purchased, where: {category: [coffee, TEA]}}}\n", 1),
        ("trigger: {event: refunded}\n", 0),
        ("trigger: {page_visited: {path: /products/*}}\n", 1),
        ("trigger: {page_visited: /products/X200}\n", 1),
        ("trigger: {page_visited: {path: /products}}\n", 0),
        ("trigger: {page_visited: {path: '*', title: '*'}}\n", 0),  # it has no title
        ("trigger:\n  - {event: refunded}\n  - {event: purchased}\n", 1),
        ("trigger:\n  - {page_visited: '*'}\n  - {event: purchased}\n", 2),
    ],
)
def test_triggers_by_event(trigger: str, entered: int) -> None:
    messages = [
        page("/products/x200", "2026-03-01 10:00"),
        track("purchased", "2026-03-01 11:00", total=80, category="tea"),
    ]
    assert len(play(messages, recipes={"r": trigger + "actions:\n  - add_tag: x\n"}).entries) == entered


def test_one_item_enters_a_recipe_once_though_two_triggers_are_hit_and_the_event_starts_it() -> None:
    outcome = play(
        [track("purchased", "2026-03-01 10:00", order_id="A1")],
        segments={"buyers": BUYERS},
        recipes={
            "r": "trigger:\n  - {segment_entered: buyers}\n  - {event: purchased}\n"
            'actions:\n  - notify_sales: "{{ event.order_id }}"\n'
        },
    )
    assert runs(outcome) == [("2026-03-01 10:00", "finished", "2026-03-01 10:00")]
    assert not outcome.refused


@pytest.mark.parametrize("status", ["draft", "paused"])
def test_what_is_not_live_neither_enters_nor_refuses(status: str) -> None:
    outcome = play(
        [track("purchased", "2026-03-01 10:00")], recipes={"r": f"status: {status}\n{ON_PURCHASE}{STAY}"}
    )
    assert not outcome.entries
    assert not outcome.refused


# -------------------------------------------------------------------- refusals


def test_a_run_under_way_refuses_before_reentry_and_conditions_are_asked() -> None:
    outcome = play(
        [track("purchased", f"2026-03-{day} 10:00") for day in ("01", "02")],
        recipes={
            "r": f"{ON_PURCHASE}reentry: never\nconditions:\n  - {{did: purchased, exactly: 1 times}}\n{STAY}"
        },
    )
    assert outcome.refused == Counter({("r", "while_running"): 1})


def test_per_parts_the_runs_by_value() -> None:
    outcome = play(
        [
            track("refunded", "2026-03-01 10:00", order_id="A1"),
            track("refunded", "2026-03-02 10:00", order_id="A2"),
            track("refunded", "2026-03-03 10:00", order_id="A1"),
        ],
        recipes={"r": "trigger: {event: refunded}\nper: event.order_id\nreentry: never\n" + STAY},
    )
    assert [(entry.entry, clock(entry.at)) for entry in outcome.entries] == [
        (1, "2026-03-01 10:00"),
        (2, "2026-03-02 10:00"),
    ]
    assert outcome.refused == Counter({("r", "while_running"): 1})


@pytest.mark.parametrize(
    ("reentry", "entered", "refused"),
    [("", 2, 0), ("reentry: always\n", 2, 0), ("reentry: never\n", 1, 1)],
)
def test_reentry_of_an_event_trigger_is_always_unless_said(reentry: str, entered: int, refused: int) -> None:
    outcome = play(
        [track("purchased", f"2026-03-{day} 10:00") for day in ("01", "02")],
        recipes={"r": ON_PURCHASE + reentry + "actions:\n  - add_tag: x\n"},
    )
    assert (len(outcome.entries), outcome.refused_by_recipe()["r"]) == (entered, refused)


def test_reentry_into_a_recipe_of_a_segment_is_never_unless_said() -> None:
    messages = [track("purchased", f"2026-03-{day} 10:00") for day in ("01", "20")]
    segments = {"recent": "conditions:\n  - {did: purchased, within_last: 5 days}\n"}
    trigger = "trigger: {segment_entered: recent}\n"
    actions = "actions:\n  - add_tag: x\n"
    outcome = play(messages, segments=segments, recipes={"r": trigger + actions})
    assert (len(outcome.entries), outcome.refused) == (1, Counter({("r", "reentry"): 1}))
    outcome = play(messages, segments=segments, recipes={"r": trigger + "reentry: always\n" + actions})
    assert len(outcome.entries) == 2


def test_reentry_by_several_triggers_is_never_only_where_it_is_for_each() -> None:
    mixed = "trigger:\n  - {segment_entered: recent}\n  - {event: purchased}\nactions:\n  - add_tag: x\n"
    messages = [track("purchased", f"2026-03-{day} 10:00") for day in ("01", "20")]
    segments = {"recent": "conditions:\n  - {did: purchased, within_last: 5 days}\n"}
    assert len(play(messages, segments=segments, recipes={"r": mixed}).entries) == 2


@pytest.mark.parametrize(("second", "entered"), [("2026-03-29 09:59", 1), ("2026-03-29 10:00", 2)])
def test_reentry_after_days_keeps_the_clock_time(second: str, entered: int) -> None:
    """Entered on the 27th at 11:00 in London; two days later it is 11:00 there at 10:00 UTC."""
    outcome = play(
        [track("purchased", "2026-03-27 11:00"), track("purchased", second)],
        recipes={"r": f"{ON_PURCHASE}reentry: after 2 days\nactions:\n  - add_tag: x\n"},
    )
    assert len(outcome.entries) == entered


def test_the_gap_counts_from_the_last_entry_and_not_from_a_refusal() -> None:
    outcome = play(
        [track("purchased", f"2026-01-{day} 10:00") for day in ("01", "04", "07", "10")],
        recipes={"r": f"{ON_PURCHASE}reentry: after 5 days\nactions:\n  - add_tag: x\n"},
    )
    assert [entered for entered, _, _ in runs(outcome)] == ["2026-01-01 10:00", "2026-01-07 10:00"]


def test_the_first_condition_that_fails_is_named() -> None:
    outcome = play(
        [track("purchased", "2026-03-01 10:00")],
        recipes={
            "r": f"{ON_PURCHASE}conditions:\n  - {{did: purchased}}\n  - {{has_tag: x}}\n  - {{has_tag: y}}\n{STAY}"
        },
    )
    assert outcome.refused == Counter({("r", "condition 2"): 1})


# -------------------------------------------------------------------- order inside an item


def test_entries_go_by_priority_then_name_and_each_runs_on_before_the_next() -> None:
    """`z` goes first and tags; `a` asks for the tag. With equal priority `a` would have been refused."""
    tagging = "actions:\n  - add_tag: x\n"
    asking = ON_PURCHASE + "conditions:\n  - {has_tag: x}\n" + STAY
    messages = [track("purchased", "2026-03-01 10:00")]
    outcome = play(messages, recipes={"a": asking, "z": "priority: 5\n" + ON_PURCHASE + tagging})
    assert [entry.recipe for entry in outcome.entries] == ["z", "a"]
    assert not outcome.refused
    outcome = play(messages, recipes={"a": asking, "z": ON_PURCHASE + tagging})
    assert outcome.refused == Counter({("a", "condition 1"): 1})


def test_memberships_come_before_goals_and_goals_before_entries() -> None:
    """The second purchase ends the run by its goal, and the same item may enter anew."""
    outcome = play(
        [track("purchased", "2026-03-01 10:00"), track("purchased", "2026-03-02 10:00")],
        segments={"regulars": "conditions:\n  - {did: purchased, at_least: 2 times}\n"},
        recipes={"r": f"{ON_PURCHASE}goal:\n  - {{in_segment: regulars}}\n{STAY}"},
    )
    assert runs(outcome) == [
        ("2026-03-01 10:00", "goal", "2026-03-02 10:00"),
        ("2026-03-02 10:00", "goal", "2026-03-02 10:00"),
    ]


def test_goal_goes_before_exit() -> None:
    recipe = f"{ON_PURCHASE}goal: [{{did: refunded}}]\nexit: [{{did: refunded}}]\n{STAY}"
    outcome = play(
        [track("purchased", "2026-03-01 10:00"), track("refunded", "2026-03-02 10:00")], recipes={"r": recipe}
    )
    assert runs(outcome) == [("2026-03-01 10:00", "goal", "2026-03-02 10:00")]


def test_any_of_several_exits_ends_the_run() -> None:
    recipe = f"{ON_PURCHASE}exit:\n  - {{has_tag: never}}\n  - {{did: refunded}}\n{STAY}"
    outcome = play(
        [track("purchased", "2026-03-01 10:00"), track("refunded", "2026-03-02 10:00")], recipes={"r": recipe}
    )
    assert runs(outcome) == [("2026-03-01 10:00", "exited", "2026-03-02 10:00")]


def test_what_a_step_changes_shows_at_once_and_what_that_triggers_waits_for_the_items_end() -> None:
    """`a` tags, which moves the contact into `tagged` at once, so that `b`, hit by the same purchase, may enter;
    `on-tagged`, though it has the highest priority, enters after `b` did: it was queued.
    """
    seen = "  - send_email: hello\n"
    outcome = play(
        [identify("2026-03-01 09:00", **EMAIL), track("purchased", "2026-03-01 10:00")],
        segments={"tagged": "conditions:\n  - {has_tag: x}\n"},
        recipes={
            "a": f"{ON_PURCHASE}actions:\n  - add_tag: x\n{seen}",
            "b": f"{ON_PURCHASE}conditions: [{{in_segment: tagged}}]\nactions:\n{seen}",
            "on-tagged": f"priority: 9\ntrigger: {{segment_entered: tagged}}\nactions:\n{seen}",
        },
    )
    assert [message.recipe for message in outcome.messages] == ["a", "b", "on-tagged"]


def test_what_is_queued_is_drained_first_in_first_out_whatever_its_priority() -> None:
    outcome = play(
        [track("purchased", "2026-03-01 10:00")],
        segments={tag: f"conditions:\n  - {{has_tag: {tag}}}\n" for tag in ("x", "y")},
        recipes={
            "start": f"{ON_PURCHASE}actions:\n  - add_tag: y\n  - add_tag: x\n",
            "on-x": "priority: 9\ntrigger: {segment_entered: x}\nactions:\n  - notify_sales: x\n",
            "on-y": "trigger: {segment_entered: y}\nactions:\n  - notify_sales: y\n",
        },
    )
    assert [message.recipe for message in outcome.messages] == ["on-y", "on-x"]


def test_an_event_from_inside_is_queued_before_the_memberships_it_changes() -> None:
    outcome = play(
        [identify("2026-03-01 09:00", **EMAIL), track("purchased", "2026-03-01 10:00")],
        segments={"mailed": "conditions:\n  - {did: email_sent}\n"},
        recipes={
            "start": f"{ON_PURCHASE}actions:\n  - send_email: hello\n",
            "by-event": "trigger: {event: email_sent}\nactions:\n  - notify_sales: x\n",
            "by-segment": "priority: 9\ntrigger: {segment_entered: mailed}\nactions:\n  - notify_sales: x\n",
        },
    )
    assert [message.recipe for message in outcome.messages] == ["start", "by-event", "by-segment"]


def test_queued_signals_look_at_goals_too() -> None:
    """The purchase enters `a`, whose tag is the goal of `w`: reached when the queue is drained."""
    outcome = play(
        [page("/x", "2026-03-01 09:00"), track("purchased", "2026-03-01 10:00")],
        recipes={
            "w": f"trigger: {{page_visited: /x}}\ngoal: [{{has_tag: x}}]\n{STAY}",
            "a": f"{ON_PURCHASE}actions:\n  - add_tag: x\n",
        },
    )
    assert runs(outcome, "w") == [("2026-03-01 09:00", "goal", "2026-03-01 10:00")]


def test_a_circle_of_recipes_is_cut_after_a_hundred_signals() -> None:
    """Two recipes drive each other. Each step queues two signals, the tag's and the segment's: 50 steps go through,
    the run of the 51st fails.
    """
    outcome = play(
        [identify("2026-03-01 10:00", city="Bonn")],
        segments={
            "tagged": "conditions:\n  - {has_tag: x}\n",
            "all": "conditions:\n  - {did_not: purchased}\n",
        },
        recipes={
            "start": "trigger: {segment_entered: all}\nactions:\n  - add_tag: x\n",
            "off": "trigger: {segment_entered: tagged}\nreentry: always\nactions:\n  - remove_tag: x\n",
            "on": "trigger: {segment_left: tagged}\nactions:\n  - add_tag: x\n",
        },
    )
    assert Counter(entry.outcome for entry in outcome.entries) == Counter({"finished": 50, "failed": 1})
    assert [(entry.recipe, entry.entry) for entry in outcome.entries if entry.outcome == "failed"] == [
        ("on", 25)
    ]


def test_a_recipe_that_drives_itself_has_a_hundred_signals() -> None:
    """Each run's mail is one signal, which starts the next run; the 101st is one too many."""
    outcome = play(
        [identify("2026-03-01 09:00", **EMAIL), track("purchased", "2026-03-01 10:00")],
        recipes={
            "r": "trigger:\n  - {event: purchased}\n  - {event: email_sent}\nactions:\n  - send_email: hello\n"
        },
    )
    assert [entry.outcome for entry in outcome.entries] == ["finished"] * 100 + ["failed"]
    assert len(outcome.messages) == 101


@pytest.mark.parametrize("action", ["add_tag: x", "set_attribute: {city: Bonn}", "remove_tag: y"])
def test_what_changes_nothing_is_no_signal(action: str) -> None:
    steps = "".join(f"  - {{id: s{n}, {action}}}\n" for n in range(105))
    outcome = play([track("purchased", "2026-03-01 10:00")], recipes={"r": f"{ON_PURCHASE}actions:\n{steps}"})
    assert [state for _, state, _ in runs(outcome)] == ["finished"]


# -------------------------------------------------------------------- leaving


def test_a_goal_counts_what_was_received_after_the_starting_item_only() -> None:
    outcome = play(
        [track("purchased", f"2026-03-{day} 10:00") for day in ("01", "05")],
        until="2026-03-20 00:00",
        recipes={"r": f"{ON_PURCHASE}goal: [{{did: purchased}}]\n{STAY}"},
    )
    assert runs(outcome) == [
        ("2026-03-01 10:00", "goal", "2026-03-05 10:00"),
        ("2026-03-05 10:00", "finished", "2026-03-15 10:00"),
    ]


def test_the_start_is_when_the_starting_event_occurred_and_not_its_instant() -> None:
    """Another contact's item moves ana's two by a microsecond each; both occurred at ten sharp."""
    same = "2026-03-01 10:00"
    outcome = play(
        [track("refunded", same, "bo"), track("purchased", same), track("refunded", same)],
        recipes={"r": f"{ON_PURCHASE}goal: [{{did: refunded}}]\n{STAY}"},
    )
    assert runs(outcome) == [("2026-03-01 10:00:00.000001", "goal", "2026-03-01 10:00:00.000002")]


def test_a_goal_with_a_window_is_met_by_time_alone() -> None:
    outcome = play(
        [track("purchased", "2026-03-01 10:00")],
        until="2026-03-20 00:00",
        recipes={"r": f"{ON_PURCHASE}goal: [{{did_not: purchased, within_last: 3 days}}]\n{STAY}"},
    )
    assert runs(outcome) == [("2026-03-01 10:00", "goal", "2026-03-04 10:00")]


def test_goal_and_exit_are_looked_at_before_each_step_and_after_a_wait() -> None:
    outcome = play(
        [identify("2026-03-01 10:00", **EMAIL), track("purchased", "2026-03-01 10:00")],
        recipes={
            "r": f"{ON_PURCHASE}exit: [{{has_tag: x}}]\nactions:\n  - add_tag: x\n  - send_email: hello\n"
        },
    )
    assert [outcome_ for _, outcome_, _ in runs(outcome)] == ["exited"]
    assert not outcome.messages


def test_keep_while_is_looked_at_before_steps_only() -> None:
    recipe = f"{ON_PURCHASE}keep_while: [{{did_not: refunded}}]\nactions:\n  - wait: 10 days\n  - send_email: hello\n"
    outcome = play(
        [
            identify("2026-03-01 09:00", **EMAIL),
            track("purchased", "2026-03-01 10:00"),
            track("refunded", "2026-03-02 10:00"),
        ],
        until="2026-03-20 00:00",
        recipes={"r": recipe},
    )
    assert runs(outcome) == [("2026-03-01 10:00", "no_longer_matches", "2026-03-11 10:00")]
    assert not outcome.messages


def test_after_the_last_wait_nothing_is_left_but_to_finish() -> None:
    outcome = play(
        [track("purchased", "2026-03-20 10:00")], until="2026-04-20 00:00", recipes={"r": ON_PURCHASE + STAY}
    )
    assert runs(outcome) == [("2026-03-20 10:00", "finished", "2026-03-30 09:00")]  # ten o'clock in London


def test_who_is_under_way_at_the_end_is_running() -> None:
    recipes = {"r": ON_PURCHASE + STAY}
    messages = [track("purchased", "2026-01-01 10:00")]
    assert runs(play(messages, recipes=recipes, until="2026-01-11 09:59")) == [
        ("2026-01-01 10:00", "running", None)
    ]
    assert [outcome for _, outcome, _ in runs(play(messages, recipes=recipes, until="2026-01-11 10:00"))] == [
        "finished"
    ]


def test_exit_ends_the_run_as_exited() -> None:
    recipe = f"{ON_PURCHASE}actions:\n  - exit: not a fit\n  - send_email: hello\n"
    outcome = play([track("purchased", "2026-03-01 10:00")], recipes={"r": recipe})
    assert [outcome_ for _, outcome_, _ in runs(outcome)] == ["exited"]
    assert not mails(outcome)


# -------------------------------------------------------------------- a replay that starts later


def test_history_before_the_start_is_remembered_and_triggers_nothing() -> None:
    messages = [identify("2026-01-01 10:00", **EMAIL)]
    messages += [track("purchased", f"2026-{day} 10:00") for day in ("01-01", "02-01", "03-01")]
    outcome = play(
        messages,
        since="2026-02-15 00:00",
        until="2026-03-31 00:00",
        segments={"buyers": BUYERS, "thrice": "conditions: [{did: purchased, at_least: 3 times}]\n"},
        recipes={
            "each": f"{ON_PURCHASE}reentry: never\nactions:\n  - send_email: hello\n",
            "buyers": "trigger: {segment_entered: buyers}\nactions:\n  - send_email: again\n",
            "thrice": "trigger: {segment_entered: thrice}\nactions:\n  - send_email: bill\n",
        },
    )
    assert [(message.recipe, clock(message.at)) for message in outcome.messages] == [
        ("each", "2026-03-01 10:00"),
        ("thrice", "2026-03-01 10:00"),
    ]


def test_a_silence_that_was_over_before_the_start_fires_no_more() -> None:
    recipes = {"r": "trigger: {inactivity: {for: 30 days}}\nactions:\n  - add_tag: x\n"}
    messages = [track("purchased", "2026-01-01 10:00")]
    for since, entered in (("2026-01-31 10:00", 1), ("2026-01-31 10:01", 0), ("2026-02-10 00:00", 0)):
        assert len(play(messages, recipes=recipes, since=since, until="2026-03-01 00:00").entries) == entered


@pytest.mark.parametrize(("since", "entered"), [("2026-01-11 10:00", 1), ("2026-01-11 10:01", 0)])
def test_what_changes_at_the_start_itself_happens_and_what_changed_before_is_the_baseline(
    since: str, entered: int
) -> None:
    outcome = play(
        [track("purchased", "2026-01-01 10:00")],
        since=since,
        until="2026-03-01 00:00",
        segments={"recent": "conditions:\n  - {did: purchased, within_last: 10 days}\n"},
        recipes={"r": "trigger: {segment_left: recent}\nactions:\n  - add_tag: x\n"},
    )
    assert len(outcome.entries) == entered


# -------------------------------------------------------------------- who is who


def test_a_visitor_who_identifies_keeps_his_key_and_is_called_by_his_id() -> None:
    visit = {**page("/x", "2026-03-01 09:00"), "userId": None, "anonymousId": "v1"}
    outcome = play(
        [
            visit,
            {**identify("2026-03-01 10:00", **EMAIL), "anonymousId": "v1"},
            track("purchased", "2026-03-02 10:00"),
        ],
        recipes={"r": f"{ON_PURCHASE}conditions: [{{did: page_visited}}]\nactions:\n  - send_email: hello\n"},
    )
    (message,) = outcome.messages
    assert (message.contact, message.key) == ("ana", "r/1/send_email:hello/1/a:v1")


def test_a_visitor_of_another_user_starts_anew_with_the_new_one() -> None:
    shared = {"anonymousId": "v1"}
    outcome = play(
        [
            {**identify("2026-03-01 09:00", "ana"), **shared},
            {**identify("2026-03-01 10:00", "bo"), **shared},
            {**page("/x", "2026-03-01 11:00"), "userId": None, **shared},
        ],
        recipes={"r": "trigger: {page_visited: '*'}\nactions:\n  - add_tag: x\n"},
    )
    assert [entry.contact for entry in outcome.entries] == ["bo"]


def test_two_who_turn_out_to_be_one_are_refused_and_not_guessed() -> None:
    visit = {**page("/x", "2026-03-01 09:00"), "userId": None, "anonymousId": "v1"}
    messages = [identify("2026-03-01 08:00"), visit, {**identify("2026-03-01 10:00"), "anonymousId": "v1"}]
    with pytest.raises(UnsupportedError, match="merge"):
        play(messages)
