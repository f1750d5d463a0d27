"""What steps do: messages, the gate, tags, attributes, audiences, waits, silences. Times are UTC."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.making import at, clock, identify, mails, page, play, runs, track

ON_PURCHASE = "trigger: {event: purchased}\n"
EMAIL = {"email": "ana@example.com"}


def told(messages: list[dict[str, Any]], actions: str, **more: Any) -> list[tuple[str, str, str, str]]:
    recipe = {"r": f"trigger: {{page_visited: /go}}\nactions:\n{actions}"}
    return mails(play([*messages, page("/go", "2026-05-01 10:00")], recipes=recipe, **more))


HELLO, BILL = "  - send_email: hello\n", "  - send_email: bill\n"
KNOWN = identify("2026-03-01 09:00", **EMAIL)
BOUGHT = track("purchased", "2026-03-01 10:00")
DENY = {"no": "kind: deny\nconditions:\n  - {attribute: city, is: Bonn}\n"}


@pytest.mark.parametrize(
    ("messages", "consent", "marketing", "transactional"),
    [
        ([KNOWN, BOUGHT], "customers", "", ""),
        ([BOUGHT], "customers", "no_email", "no_email"),
        ([KNOWN], "customers", "no_consent", ""),
        ([KNOWN], "not_refused", "", ""),
        ([KNOWN, BOUGHT], "required", "no_consent", ""),
        ([KNOWN, BOUGHT, track("unsubscribed", "2026-03-02 10:00")], "not_refused", "unsubscribed", ""),
        ([KNOWN, BOUGHT, identify("2026-03-02 10:00", city="Bonn")], "customers", "deny", ""),
        (
            [KNOWN, identify("2026-03-02 10:00", city="Bonn"), track("unsubscribed", "2026-03-02 10:00")],
            "customers",
            "deny",
            "",
        ),
        ([KNOWN, track("unsubscribed", "2026-03-02 10:00")], "customers", "unsubscribed", ""),
        (
            [KNOWN, BOUGHT, track("email_complained", "2026-03-02 10:00")],
            "customers",
            "suppressed",
            "suppressed",
        ),
        (
            [BOUGHT, track("email_bounced", "2026-03-02 10:00", permanent=True)],
            "customers",
            "suppressed",
            "suppressed",
        ),
        ([KNOWN, BOUGHT, track("email_bounced", "2026-03-02 10:00", permanent=False)], "customers", "", ""),
    ],
)
def test_the_gate(messages: list[dict[str, Any]], consent: str, marketing: str, transactional: str) -> None:
    decided = told(messages, HELLO + BILL, consent=consent, segments=DENY)
    assert decided == [
        ("2026-05-01 10:00", name, "skipped" if reason else "sent", reason)
        for name, reason in (("hello", marketing), ("bill", transactional))
    ]


def test_a_message_says_who_what_and_by_which_key() -> None:
    outcome = play(
        [KNOWN, BOUGHT, track("purchased", "2026-03-03 10:00")],
        recipes={"r": f"{ON_PURCHASE}actions:\n  - send_email: hello\n"},
    )
    assert outcome.messages[1].as_json() == {
        "at": "2026-03-03T10:00:00Z",
        "recipe": "r",
        "step": "send_email:hello",
        "contact": "ana",
        "channel": "email",
        "name": "hello",
        "key": "r/2/send_email:hello/1/u:ana",
        "outcome": "sent",
        "reason": "",
    }


def test_messages_of_one_instant_go_by_contact() -> None:
    outcome = play(
        [track("purchased", "2026-01-02 10:00", who) for who in ("bo", "ana", "cy")],
        until="2026-02-01 00:00",
        segments={"fresh": "conditions: [{did: purchased, within_last: 1 day}]\n"},
        recipes={"r": "trigger: {segment_left: fresh}\nactions:\n  - notify_sales: Look.\n"},
    )
    assert [(clock(message.at), message.contact) for message in outcome.messages] == [
        ("2026-01-03 10:00", who) for who in ("ana", "bo", "cy")
    ]


def test_messages_go_by_instant_then_contact_then_order() -> None:
    both = f"{ON_PURCHASE}actions:\n  - wait: 1 day\n  - send_email: hello\n  - notify_sales: Look.\n"
    start = [identify("2026-01-01 09:00", who, email=f"{who}@example.com") for who in ("bo", "ana")]
    outcome = play(
        [
            *start,
            *(
                track("purchased", when, who)
                for who, when in (("bo", "2026-01-02 09:59"), ("ana", "2026-01-02 10:00"))
            ),
        ],
        until="2026-02-01 00:00",
        recipes={"r": both},
    )
    assert [(message.contact, message.channel) for message in outcome.messages] == [
        ("bo", "email"),
        ("bo", "sales"),
        ("ana", "email"),
        ("ana", "sales"),
    ]
    assert [entry.contact for entry in outcome.entries] == ["bo", "ana"]


@pytest.mark.parametrize(
    ("action", "step"),
    [
        ("add_tag: x", "add_tag:x"),
        ("{id: mine, add_tag: x}", "mine"),
        ("send_email: {template: hello}", "send_email:hello"),
        ("notify_sales: Hello", "notify_sales:sales"),
        ("notify_sales: {channel: desk, message: Hello}", "notify_sales:desk"),
        ("wait: 2 weeks", "wait:14 days"),
        ("set_attribute: {city: Bonn, plan: pro}", "set_attribute:city,plan"),
        ("remove_from_audience: fans", "remove_from_audience:fans"),
        ("exit: not a fit", "exit:not a fit"),
        ("exit", "exit"),
    ],
)
def test_the_id_of_a_step_is_its_kind_and_target(action: str, step: str) -> None:
    recipes = {"r": f"{ON_PURCHASE}actions:\n  - {action}\n"}
    outcome = play([], recipes=recipes, by_both="desk" not in action)  # a channel that nobody declares
    assert [each.id for recipe in outcome.workspace.recipes for each in recipe.steps] == [step]


def test_mail_is_an_event_from_inside_that_triggers_and_counts() -> None:
    outcome = play(
        [KNOWN, BOUGHT],
        recipes={
            "a": f"{ON_PURCHASE}actions:\n  - send_email: hello\n",
            "b": "trigger: {event: {name: email_sent, where: {template: hello, recipe: a}}}\n"
            "conditions: [{did: email_sent, exactly: 1 times}]\nactions:\n  - send_email: bill\n",
        },
    )
    assert [message.name for message in outcome.messages] == ["hello", "bill"]


def test_a_skipped_mail_is_an_event_too_and_no_email_sent() -> None:
    outcome = play(
        [BOUGHT],
        recipes={
            "a": f"{ON_PURCHASE}actions:\n  - send_email: hello\n",
            "b": "trigger: {event: email_skipped}\nconditions: [{did_not: email_sent}]\nactions:\n  - add_tag: x\n",
        },
    )
    assert [(entry.recipe, entry.outcome) for entry in outcome.entries] == [
        ("a", "finished"),
        ("b", "finished"),
    ]


def test_a_deny_segment_counts_from_the_step_that_fills_it() -> None:
    outcome = play(
        [KNOWN, BOUGHT],
        segments=DENY,
        recipes={"r": f"{ON_PURCHASE}actions:\n  - set_attribute: {{city: bonn}}\n  - send_email: hello\n"},
    )
    assert mails(outcome) == [("2026-03-01 10:00", "hello", "skipped", "deny")]


def test_audiences_are_told_of_changes_only() -> None:
    recipe = (
        f"{ON_PURCHASE}actions:\n  - add_to_audience: fans\n  - {{id: twice, add_to_audience: fans}}\n"
        "  - remove_from_audience: fans\n  - remove_from_audience: others\n"
    )
    outcome = play([BOUGHT], recipes={"r": recipe})
    assert [
        (message.step, message.channel, message.name, message.outcome) for message in outcome.messages
    ] == [
        ("add_to_audience:fans", "audiences", "fans", "sent"),
        ("remove_from_audience:fans", "audiences", "fans", "sent"),
    ]


def test_sales_notices_name_their_channel_and_fail_the_run_where_a_value_is_missing() -> None:
    notice = 'notify_sales: {to: "{{ contact.owner_email }}", message: "{{ contact.email }}"}'
    recipes = {"r": f"{ON_PURCHASE}actions:\n  - {notice}\n  - add_tag: x\n"}
    outcome = play(
        [KNOWN, identify("2026-03-01 09:30", owner_email="sam@shop.example"), BOUGHT], recipes=recipes
    )
    assert [(message.channel, message.name) for message in outcome.messages] == [("sales", "sales")]
    outcome = play([KNOWN, BOUGHT], recipes=recipes)
    assert (runs(outcome), outcome.messages) == ([("2026-03-01 10:00", "failed", "2026-03-01 10:00")], [])


def test_attributes_are_set_from_the_starting_event() -> None:
    outcome = play(
        [track("purchased", "2026-03-01 10:00", total=80)],
        segments={"big": "conditions: [{attribute: income, at_least: 80}]\n"},
        recipes={"r": f'{ON_PURCHASE}actions:\n  - set_attribute: {{income: "{{{{ event.total }}}}"}}\n'},
    )
    assert outcome.memberships("big", at("2026-03-01 10:00")) == {"ana"}
    assert outcome.memberships("big", at("2026-03-01 10:00") - 1) == set()


def test_null_traits_unset() -> None:
    assert told([KNOWN, BOUGHT, identify("2026-03-02 10:00", email=None)], HELLO)[0][3] == "no_email"


# -------------------------------------------------------------------- waits


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        (None, "2026-03-29 09:00"),
        ("America/New_York", "2026-03-29 10:00"),
        ("Middle/Earth", "2026-03-29 09:00"),
    ],
)
def test_a_wait_of_days_keeps_the_clock_in_the_contacts_zone(zone: str | None, due: str) -> None:
    traits = {} if zone is None else {"timezone": zone}
    outcome = play(
        [identify("2026-03-01 09:00", **traits), track("purchased", "2026-03-28 10:00")],
        until="2026-04-10 00:00",
        recipes={"r": f"{ON_PURCHASE}actions:\n  - wait: 1 day\n"},
    )
    assert runs(outcome) == [("2026-03-28 10:00", "finished", due)]


@pytest.mark.parametrize(
    ("wait", "moved_at", "zone", "due"),
    [
        ("2 days", "2026-01-02 00:00", "America/New_York", "2026-01-03 15:00"),  # ten o'clock there
        ("2 days", "2026-01-02 00:00", "Asia/Tokyo", "2026-01-03 01:00"),
        ("2 days", "2026-01-03 09:00", "Asia/Tokyo", "2026-01-03 09:00"),  # never in the past
        ("2 days", "2026-01-20 00:00", "America/New_York", "2026-01-03 10:00"),  # over by then
        ("2 days", "2026-01-02 00:00", "Middle/Earth", "2026-01-03 10:00"),
        ("1 month", "2026-01-02 00:00", "America/New_York", "2026-02-01 15:00"),
        ("48 hours", "2026-01-02 00:00", "America/New_York", "2026-01-03 10:00"),
    ],
)
def test_a_change_of_zone_moves_pending_waits_of_days(wait: str, moved_at: str, zone: str, due: str) -> None:
    outcome = play(
        [track("purchased", "2026-01-01 10:00"), identify(moved_at, timezone=zone)],
        until="2026-04-10 00:00",
        recipes={"r": f"{ON_PURCHASE}actions:\n  - wait: {wait}\n"},
    )
    assert [ended for _, _, ended in runs(outcome)] == [due]


def test_a_zone_that_a_step_sets_moves_waits_too() -> None:
    outcome = play(
        [track("purchased", "2026-01-01 10:00"), page("/x", "2026-01-02 00:00")],
        until="2026-04-10 00:00",
        recipes={
            "r": f"{ON_PURCHASE}actions:\n  - wait: 2 days\n",
            "z": "trigger: {page_visited: /x}\nactions:\n  - set_attribute: {timezone: America/New_York}\n",
        },
    )
    assert runs(outcome, "r") == [("2026-01-01 10:00", "finished", "2026-01-03 15:00")]


def test_a_message_received_at_the_instant_of_a_timer_goes_first() -> None:
    outcome = play(
        [KNOWN, BOUGHT, track("refunded", "2026-03-02 10:00")],
        until="2026-03-10 00:00",
        recipes={
            "r": f"{ON_PURCHASE}exit: [{{did: refunded}}]\nactions:\n  - wait: 1 day\n  - send_email: hello\n"
        },
    )
    assert [state for _, state, _ in runs(outcome)] == ["exited"]


def test_at_one_instant_memberships_go_before_runs_and_runs_by_priority() -> None:
    """After 24 hours the purchase leaves the window, and both waits are over: first who left is mailed, then the
    runs, by priority.
    """
    recipes = {
        "a": f"{ON_PURCHASE}actions:\n  - wait: 24 hours\n  - send_email: hello\n",
        "b": f"priority: 3\n{ON_PURCHASE}actions:\n  - wait: 24 hours\n  - send_email: again\n",
        "z": "trigger: {segment_left: fresh}\nactions:\n  - send_email: bill\n",
    }
    outcome = play(
        [KNOWN, BOUGHT],
        until="2026-03-10 00:00",
        recipes=recipes,
        segments={"fresh": "conditions: [{did: purchased, within_last: 1 day}]\n"},
    )
    assert [message.recipe for message in outcome.messages] == ["z", "b", "a"]


# -------------------------------------------------------------------- silences

SILENT = "actions:\n  - add_tag: x\n"


def silences(messages: list[dict[str, Any]], trigger: str, until: str = "2026-06-01 00:00") -> list[str]:
    outcome = play(messages, until=until, recipes={"r": f"trigger: {{inactivity: {trigger}}}\n{SILENT}"})
    return [clock(entry.at) for entry in outcome.entries]


def test_a_silence_fires_once_and_again_after_the_next_sign_of_life() -> None:
    messages = [
        track("purchased", when) for when in ("2026-01-01 10:00", "2026-01-05 10:00", "2026-03-27 10:00")
    ]
    assert silences(messages, "{for: 10 days}") == ["2026-01-15 10:00", "2026-04-06 10:00"]  # 240 hours


def test_only_what_breaks_the_silence_moves_it() -> None:
    messages = [track("purchased", "2026-01-01 10:00"), track("refunded", "2026-01-05 10:00")]
    assert silences(messages, "{for: 10 days, of: [purchased]}") == ["2026-01-11 10:00"]
    assert silences(messages, "{for: 10 days, of: [page_visited, refunded]}") == ["2026-01-15 10:00"]


def test_who_never_did_it_counts_from_when_he_was_first_known() -> None:
    messages = [identify("2026-01-01 10:00"), track("refunded", "2026-01-05 10:00")]
    assert silences(messages, "{for: 10 days, of: [purchased]}") == ["2026-01-11 10:00"]


@pytest.mark.parametrize(
    ("message", "breaks"),
    [
        (track("refunded", "2026-01-05 10:00"), True),
        (page("/x", "2026-01-05 10:00"), True),
        (track("email_opened", "2026-01-05 10:00"), True),
        (track("email_clicked", "2026-01-05 10:00"), True),
        (identify("2026-01-05 10:00", city="Bonn"), False),
        (track("email_sent", "2026-01-05 10:00"), False),
        (track("email_delivered", "2026-01-05 10:00"), False),
        (track("email_bounced", "2026-01-05 10:00"), False),
    ],
)
def test_without_of_whatever_the_contact_does_himself_breaks_the_silence(
    message: dict[str, Any], breaks: bool
) -> None:
    over = silences([track("purchased", "2026-01-01 10:00"), message], "{for: 10 days}")
    assert over == ["2026-01-15 10:00" if breaks else "2026-01-11 10:00"]


def test_our_own_mail_breaks_no_silence() -> None:
    outcome = play(
        [KNOWN, track("purchased", "2026-03-01 10:00")],
        until="2026-03-15 00:00",
        recipes={
            "mail": f"{ON_PURCHASE}actions:\n  - wait: 5 days\n  - send_email: hello\n",
            "silent": f"trigger: {{inactivity: {{for: 10 days}}}}\n{SILENT}",
        },
    )
    assert [mail[2] for mail in mails(outcome)] == ["sent"]
    assert [entered for entered, _, _ in runs(outcome, "silent")] == ["2026-03-11 10:00"]


def test_a_silence_whose_end_moves_into_the_past_does_not_fire() -> None:
    """A month after 31 January, 02:00 is the 28th in London, but 1 March for whoever was still in the 30th."""
    bought = track("purchased", "2026-01-31 02:00")
    new_york = identify("2026-01-31 01:00", timezone="America/New_York")
    assert silences([bought], "{for: 1 month}") == ["2026-02-28 02:00"]
    assert silences([new_york, bought], "{for: 1 month}") == ["2026-03-01 02:00"]
    assert not silences(
        [new_york, bought, identify("2026-02-28 12:00", timezone="Europe/London")], "{for: 1 month}"
    )


def test_a_message_at_the_very_instant_breaks_the_silence_first() -> None:
    messages = [track("purchased", "2026-01-01 10:00"), track("purchased", "2026-01-11 10:00")]
    assert silences(messages, "{for: 10 days}") == ["2026-01-21 10:00"]
    other = [track("purchased", "2026-01-01 10:00"), track("refunded", "2026-01-11 10:00")]
    assert silences(other, "{for: 10 days, of: [purchased]}") == ["2026-01-11 10:00"]
