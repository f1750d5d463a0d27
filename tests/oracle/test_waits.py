"""Waits: durations, times of day, dates, for something to happen. Times are UTC; the project lives in London."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.making import at, clock, identify, late, mails, page, play, runs, said, track

ON_PURCHASE = "trigger: {event: purchased}\n"
EMAIL = {"email": "ana@example.com"}
KNOWN = identify("2026-01-01 09:00", **EMAIL)


def waited(wait: str, when: str = "2026-03-02 10:00", *messages: dict[str, Any], **event: Any) -> str | None:
    """When the wait was over, or how else the run ended."""
    outcome = play(
        [KNOWN, *messages, track("purchased", when, **event)],
        until="2026-07-01 00:00",
        recipes={"r": f"{ON_PURCHASE}actions:\n  - wait: {wait}\n"},
    )
    ((_, state, ended),) = runs(outcome)
    return ended if state == "finished" else state


@pytest.mark.parametrize(
    ("wait", "over"),
    [
        ('"{{ event.items }} hours"', "2026-03-02 13:00"),
        ('"{{ event.category }}"', "failed"),  # not a duration
        ('"-{{ event.items }} days"', "2026-03-02 10:00"),
        ("1.5 days", "2026-03-03 22:00"),
        ("0.25 hours", "2026-03-02 10:15"),
        ('{until: "09:30"}', "2026-03-03 09:30"),
        ('{until: "10:00"}', "2026-03-02 10:00"),  # now will do
        ('{until: "09:30", days: weekend}', "2026-03-07 09:30"),
        ('{until: "09:30", days: [monday, friday]}', "2026-03-06 09:30"),
        ('{until: "11:00", not_before: 2 days}', "2026-03-04 11:00"),
        ('{until: "09:00", not_before: 2 days}', "2026-03-05 09:00"),
        ('{until: "01:30", days: sunday, not_before: 26 days}', "2026-03-29 01:30"),  # skipped: half past two
        ('{until: "09:00", days: sunday, not_before: 26 days}', "2026-03-29 08:00"),
    ],
)
def test_until_when_a_wait_lasts(wait: str, over: str) -> None:
    assert waited(wait, items=3, category="tea") == over


@pytest.mark.parametrize(
    ("wait", "value", "over"),
    [
        ('{until: "{{ contact.trial_ends }}"}', "2026-03-04T15:00:00Z", "2026-03-04 15:00"),
        ('{until: "{{ contact.trial_ends }}", offset: -1 day}', "2026-03-30 10:00", "2026-03-29 09:00"),
        ('{until: "{{ contact.trial_ends }}", at: "08:00"}', "2026-03-04T15:00:00Z", "2026-03-04 08:00"),
        ('{until: "{{ contact.trial_ends }}"}', "2026-03-04", "2026-03-04 00:00"),
        (
            '{until: "{{ contact.trial_ends }}", at: "08:00", offset: 1 month}',
            "2026-03-04",
            "2026-04-04 07:00",
        ),
        ('{until: "{{ contact.trial_ends }}"}', "soon", "failed"),
        ('{until: "{{ contact.trial_ends }}"}', "2026-03-01", "2026-03-02 10:00"),  # over by then
    ],
)
def test_until_a_date_that_a_placeholder_names(wait: str, value: str, over: str) -> None:
    assert waited(wait, "2026-03-02 10:00", identify("2026-03-02 09:00", trial_ends=value)) == over


@pytest.mark.parametrize(("value", "tagged"), [("2026-03-02T10:00:00Z", 1), ("2026-03-02T09:59:00Z", 0)])
def test_what_stands_behind_a_date_is_walked_only_where_it_lay_ahead(value: str, tagged: int) -> None:
    wait = '{until: "{{ event.starts_at }}", then: [{notify_sales: Soon.}]}'
    outcome = play(
        [track("booked", "2026-03-02 10:00", starts_at=value)],
        recipes={"r": f"trigger: {{event: booked}}\nactions:\n  - wait: {wait}\n  - create_task: Look\n"},
    )
    assert (len(said(outcome, "sales")), len(said(outcome, "tasks"))) == (tagged, 1)


@pytest.mark.parametrize(
    ("wait", "over"),
    [
        ('{until: "09:30"}', "2026-03-03 14:30"),
        ('{until: "{{ contact.birthday }}"}', "2026-03-04 05:00"),
        ('{until: "{{ contact.trial_ends }}"}', "2026-03-04 12:00"),  # an instant does not move
        ("27 hours", "2026-03-03 13:00"),
    ],
)
def test_a_change_of_zone_moves_what_ends_by_the_clock(wait: str, over: str) -> None:
    told = identify("2026-03-02 09:00", birthday="2026-03-04", trial_ends="2026-03-04T12:00:00Z")
    moved = identify("2026-03-02 12:00", timezone="America/New_York")
    assert waited(wait, "2026-03-02 10:00", told, moved) == over


# -------------------------------------------------------------------- for something to happen

WAIT = """actions:
  - wait_for:
      {what}
      up_to: 2 days
      then: [{{notify_sales: Yes.}}]
      otherwise: [{{create_task: No}}]
  - {{webhook: {{to: crm}}}}
"""


def heard(what: str, *messages: dict[str, Any], above: str = "", **more: Any) -> tuple[str, str]:
    """Which branch was walked, and when."""
    outcome = play(
        [KNOWN, track("purchased", "2026-03-02 10:00", order_id="A"), *messages],
        until="2026-03-31 00:00",
        recipes={"r": ON_PURCHASE + above + WAIT.format(what=what)},
        **more,
    )
    branch, behind = outcome.messages
    assert (behind.channel, behind.at) == ("webhooks", branch.at)
    return branch.channel, clock(branch.at)


REFUND = "event: refunded"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (track("refunded", "2026-03-03 10:00"), ("sales", "2026-03-03 10:00")),
        (track("refunded", "2026-03-04 10:00"), ("sales", "2026-03-04 10:00")),  # at the very deadline
        (track("refunded", "2026-03-04 10:01"), ("tasks", "2026-03-04 10:00")),
        (track("refunded", "2026-03-02 09:00"), ("tasks", "2026-03-04 10:00")),  # before the wait
        (late(track("refunded", "2026-03-02 09:59"), "2026-03-02 11:00"), ("tasks", "2026-03-04 10:00")),
        (
            late(track("refunded", "2026-03-02 10:00"), "2026-03-03 23:00"),
            ("sales", "2026-03-03 23:00"),
        ),  # silent
    ],
)
def test_a_wait_for_an_event(message: dict[str, Any], expected: tuple[str, str]) -> None:
    assert heard(REFUND, message) == expected


def test_where_narrows_what_is_waited_for() -> None:
    what = 'event: refunded\n      where: {order_id: "{{ event.order_id }}"}'
    refunds = [
        track("refunded", f"2026-03-03 {hour}:00", order_id=order) for hour, order in ((10, "B"), (11, "a"))
    ]
    assert heard(what, *refunds) == ("sales", "2026-03-03 11:00")


def test_a_wait_for_conditions_ends_at_once_when_touched_and_by_time_alone() -> None:
    what = "conditions: [{attribute: city, is: Bonn}]"
    assert heard(what, identify("2026-03-02 09:00", city="Bonn")) == ("sales", "2026-03-02 10:00")
    assert heard(what, identify("2026-03-03 09:00", city="Bonn")) == ("sales", "2026-03-03 09:00")
    assert heard(what) == ("tasks", "2026-03-04 10:00")
    quiet = "conditions: [{did_not: purchased, within_last: 1 day}]"
    assert heard(quiet) == ("sales", "2026-03-03 10:00")
    quiet = "conditions: [{did_not: purchased, within_last: 2 days}]"
    assert heard(quiet) == ("sales", "2026-03-04 10:00")  # looked at once more at the deadline


def test_a_wait_for_conditions_counts_since_the_start() -> None:
    assert heard("conditions: [{did: purchased}]") == ("tasks", "2026-03-04 10:00")
    again = track("purchased", "2026-03-03 10:00", order_id="B")
    assert heard("conditions: [{did: purchased}]", again, above="reentry: never\n") == (
        "sales",
        "2026-03-03 10:00",
    )


def test_goals_go_before_waits_and_waits_before_entries() -> None:
    """`a` hears the refund and tags; `b`, entered by the same refund, sees the tag."""
    outcome = play(
        [track("purchased", "2026-03-02 10:00"), track("refunded", "2026-03-03 10:00")],
        recipes={
            "a": f"{ON_PURCHASE}actions:\n  - wait_for: {{event: refunded, up_to: 9 days, then: [{{add_tag: x}}]}}\n",
            "b": "priority: 5\ntrigger: {event: refunded}\nconditions: [{has_tag: x}]\nactions: [{add_tag: y}]\n",
            "c": f"{ON_PURCHASE}goal: [{{did: refunded}}]\n"
            "actions:\n  - wait_for: {event: refunded, up_to: 9 days, then: [{notify_sales: No}]}\n",
        },
    )
    assert [(entry.recipe, entry.outcome) for entry in outcome.entries] == [
        ("a", "finished"),
        ("c", "goal"),
        ("b", "finished"),
    ]
    assert not outcome.messages


def test_one_event_ends_one_wait_of_a_run() -> None:
    wait = "  - {id: %s, wait_for: {event: refunded, up_to: 5 days}}\n"
    outcome = play(
        [track("purchased", "2026-03-02 10:00"), track("refunded", "2026-03-03 10:00")],
        until="2026-03-31 00:00",
        recipes={"r": f"{ON_PURCHASE}actions:\n{wait % 'one'}{wait % 'two'}"},
    )
    assert runs(outcome) == [("2026-03-02 10:00", "finished", "2026-03-08 10:00")]


def test_an_event_that_a_step_made_before_the_wait_is_not_heard() -> None:
    outcome = play(
        [track("purchased", "2026-03-02 10:00")],
        until="2026-03-31 00:00",
        recipes={
            "r": f"{ON_PURCHASE}actions:\n  - record_event: noticed\n  - wait_for: {{event: noticed, up_to: 1 day}}\n"
        },
    )
    assert runs(outcome) == [("2026-03-02 10:00", "finished", "2026-03-03 10:00")]


SKIPPED = "skipped: [{exit: never sent}]"


@pytest.mark.parametrize(
    ("event", "skipped", "state", "ended"),
    [
        ("email_clicked", SKIPPED, "exited", "2026-03-02 10:00"),
        ("email_clicked", "then: [{add_tag: x}]", "finished", "2026-03-04 10:00"),
        ("email_bounced", SKIPPED, "finished", "2026-03-04 10:00"),
    ],
)
def test_what_can_come_no_more_as_the_mail_was_skipped(
    event: str, skipped: str, state: str, ended: str
) -> None:
    wait = f"{{event: {event}, where: {{template: hello}}, up_to: 2 days, {skipped}}}"
    outcome = play(
        [track("purchased", "2026-03-02 10:00")],
        until="2026-03-31 00:00",
        recipes={"r": f"{ON_PURCHASE}actions:\n  - send_email: hello\n  - wait_for: {wait}\n"},
        by_both=event != "email_bounced",  # of which check says that it cannot be
    )
    assert mails(outcome) == [("2026-03-02 10:00", "hello", "skipped", "no_email")]
    assert runs(outcome) == [("2026-03-02 10:00", state, ended)]


def test_a_page_that_is_waited_for() -> None:
    what = "event: page_visited\n      where: {path: {matches: /pricing*}}"
    visits = [
        page(path, when) for path, when in (("/", "2026-03-02 11:00"), ("/pricing/x", "2026-03-02 12:00"))
    ]
    assert heard(what, *visits) == ("sales", "2026-03-02 12:00")


def test_up_to_moves_with_the_zone() -> None:
    moved = identify("2026-03-02 12:00", timezone="America/New_York")
    assert heard(REFUND, moved) == ("tasks", "2026-03-04 15:00")
    assert at("2026-03-04 15:00") - at("2026-03-02 10:00") == 53 * 3_600_000_000
