"""The gate's later half: consent by topic, holdouts, quiet hours, caps, held mails. Times are UTC."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.making import enter, identify, mails, page, play, runs, said, track

EMAIL = {"email": "ana@example.com"}
KNOWN = identify("2026-01-01 09:00", **EMAIL)
ON_VISIT = "trigger: {page_visited: '*'}\n"
QUIET = 'quiet_hours: {from: "21:00", to: "08:00"}'
ONE_A_DAY = "at_most: {emails: 1, per: 1 day}"


def sent(
    *messages: dict[str, Any],
    above: str = "",
    actions: str = "  - send_email: hello\n",
    until: str = "2026-03-31 00:00",
    consent: str = "not_refused",
    **more: Any,
) -> list[tuple[str, str, str, str]]:
    """What becomes of the mail that each visit starts."""
    recipe = f"{ON_VISIT}{above}actions:\n{actions}"
    return mails(play([KNOWN, *messages], until=until, recipes={"r": recipe}, consent=consent, **more))


def told(name: str, topic: str | None, when: str) -> dict[str, Any]:
    return track(name, when, **({} if topic is None else {"topic": topic}))


VISIT = page("/", "2026-01-09 12:00")


# -------------------------------------------------------------------- consent


@pytest.mark.parametrize(
    ("said_", "hello", "news"),
    [
        ([], "no_consent", "no_consent"),
        ([("consent_given", "news")], "no_consent", ""),
        ([("consent_given", None)], "", ""),
        ([("consent_given", None), ("unsubscribed", "news")], "", "unsubscribed"),
        ([("consent_given", None), ("unsubscribed", None)], "unsubscribed", "unsubscribed"),
        ([("consent_given", "news"), ("consent_withdrawn", "news")], "no_consent", "unsubscribed"),
        ([("unsubscribed", None), ("consent_given", "news")], "unsubscribed", "unsubscribed"),
        ([("unsubscribed", None), ("consent_given", "*")], "", ""),
        ([("unsubscribed", "news"), ("consent_given", "news")], "no_consent", ""),
    ],
)
def test_consent_goes_by_topic(said_: list[tuple[str, str | None]], hello: str, news: str) -> None:
    messages = [told(name, topic, f"2026-01-0{2 + n} 10:00") for n, (name, topic) in enumerate(said_)]
    actions = "  - send_email: hello\n  - send_email: news\n"
    assert [mail[3] for mail in sent(*messages, VISIT, actions=actions, consent="required")] == [hello, news]


def test_a_consent_that_comes_late_lifts_no_later_refusal() -> None:
    refused = told("unsubscribed", "news", "2026-01-05 10:00")
    given = {**told("consent_given", "news", "2026-01-04 10:00"), "receivedAt": "2026-01-06T10:00:00Z"}
    actions = "  - send_email: news\n"
    assert sent(refused, given, VISIT, actions=actions)[0][3] == "unsubscribed"


def test_a_step_gives_consent_and_takes_it_back() -> None:
    actions = "".join(
        f"  - {{id: s{n}, {step}}}\n"
        for n, step in enumerate(
            ["give_consent: news", "send_email: news", "withdraw_consent: news", "send_email: news"]
        )
    )
    assert [mail[3] for mail in sent(VISIT, actions=actions, consent="required")] == ["", "unsubscribed"]


# -------------------------------------------------------------------- quiet hours


@pytest.mark.parametrize(
    ("visit", "zone", "released"),
    [
        ("2026-01-09 20:59", None, "2026-01-09 20:59"),
        ("2026-01-09 21:00", None, "2026-01-10 08:00"),
        ("2026-01-10 07:59", None, "2026-01-10 08:00"),
        ("2026-01-10 08:00", None, "2026-01-10 08:00"),
        ("2026-01-10 08:00", "America/New_York", "2026-01-10 13:00"),
        ("2026-03-28 22:00", None, "2026-03-29 07:00"),  # summer time begins
    ],
)
def test_quiet_hours_hold_a_mail_until_they_are_over(visit: str, zone: str | None, released: str) -> None:
    known = identify("2026-01-02 09:00", timezone=zone)
    assert sent(known, page("/", visit), sending=QUIET) == [(released, "hello", "sent", "")]


def test_quiet_hours_of_project_and_recipe_are_united() -> None:
    own = 'sending: {quiet_hours: {from: "07:00", to: "10:00"}}\n'
    assert sent(page("/", "2026-01-09 22:00"), above=own, sending=QUIET)[0][0] == "2026-01-10 10:00"


def test_a_held_mail_keeps_the_run_on_its_step_and_what_follows_counts_from_the_release() -> None:
    recipe = f"{ON_VISIT}actions:\n  - send_email: hello\n  - wait: 1 hour\n  - notify_sales: Look.\n"
    outcome = play(
        [KNOWN, page("/", "2026-01-09 22:00")],
        until="2026-03-31 00:00",
        recipes={"r": recipe},
        consent="not_refused",
        sending=QUIET,
    )
    assert mails(outcome) == [("2026-01-10 08:00", "hello", "sent", "")]
    assert said(outcome, "sales") == [("2026-01-10 09:00", "notify_sales:sales", "")]
    assert outcome.messages[0].key == "r/1/send_email:hello/1/u:ana"


def test_a_mail_that_is_still_held_at_the_end_is_no_message() -> None:
    assert not sent(page("/", "2026-01-09 22:00"), sending=QUIET, until="2026-01-10 07:59")


@pytest.mark.parametrize(
    ("message", "above", "expected"),
    [
        (track("refunded", "2026-01-10 07:00"), "goal: [{did: refunded}]\n", []),
        (track("refunded", "2026-01-10 07:00"), "keep_while: [{did_not: refunded}]\n", []),
        (
            track("unsubscribed", "2026-01-10 07:00"),
            "",
            [("2026-01-10 08:00", "hello", "skipped", "unsubscribed")],
        ),
        (
            identify("2026-01-10 07:00", timezone="Asia/Tokyo"),
            "",
            [("2026-01-10 07:00", "hello", "sent", "")],  # there it is four in the afternoon
        ),
        (
            identify("2026-01-10 07:00", timezone="America/New_York"),
            "",
            [("2026-01-10 13:00", "hello", "sent", "")],
        ),
    ],
)
def test_a_held_mail_is_looked_at_again(message: dict[str, Any], above: str, expected: list[Any]) -> None:
    assert sent(page("/", "2026-01-09 22:00"), message, above=above, sending=QUIET) == expected


def test_a_mail_may_be_skipped_instead_of_held() -> None:
    above = "sending: {if_quiet: skip}\n"
    skipped = [("2026-01-09 22:00", "hello", "skipped", "quiet_hours")]
    assert sent(page("/", "2026-01-09 22:00"), above=above, sending=QUIET) == skipped


def test_transactional_mail_is_never_held() -> None:
    decided = sent(page("/", "2026-01-09 22:00"), actions="  - send_email: bill\n", sending=QUIET)
    assert decided == [("2026-01-09 22:00", "bill", "sent", "")]


@pytest.mark.parametrize(
    ("wait", "at"),
    [
        ("14 minutes", "2026-01-09 22:14"),
        ("15 minutes", "2026-01-09 22:15"),
        ("16 minutes", "2026-01-10 08:00"),
    ],
)
def test_who_has_just_done_something_himself_is_awake(wait: str, at: str) -> None:
    actions = f"  - wait: {wait}\n  - send_email: {{template: hello, quiet_hours: ignore}}\n"
    assert sent(page("/", "2026-01-09 22:00"), actions=actions, sending=QUIET)[0][0] == at


@pytest.mark.parametrize(
    ("event", "at"), [("email_opened", "2026-01-09 22:00"), ("email_delivered", "2026-01-10 08:00")]
)
def test_what_the_last_wait_heard_tells_that_he_is_awake(event: str, at: str) -> None:
    actions = (
        f"  - wait_for: {{event: {event}, up_to: 3 days}}\n"
        "  - send_email: {template: hello, quiet_hours: ignore}\n"
    )
    messages = [page("/", "2026-01-09 12:00"), track(event, "2026-01-09 22:00")]
    assert sent(*messages, actions=actions, sending=QUIET)[0][0] == at


def test_who_was_put_in_by_hand_has_done_nothing() -> None:
    outcome = play(
        [KNOWN, enter("r", "2026-01-09 22:00")],
        until="2026-01-31 00:00",
        consent="not_refused",
        sending=QUIET,
        recipes={"r": "trigger: manual\nactions:\n  - send_email: {template: hello, quiet_hours: ignore}\n"},
    )
    assert mails(outcome)[0][0] == "2026-01-10 08:00"


# -------------------------------------------------------------------- caps


def visits(*whens: str) -> list[dict[str, Any]]:
    return [page("/", when) for when in whens]


def test_a_cap_holds_until_there_is_room() -> None:
    decided = sent(*visits("2026-01-09 10:00", "2026-01-09 12:00"), sending=ONE_A_DAY)
    assert [(when, outcome) for when, _, outcome, _ in decided] == [
        ("2026-01-09 10:00", "sent"),
        ("2026-01-10 10:00", "sent"),
    ]


def test_the_lower_cap_holds_and_counts_the_marketing_mail_of_all_recipes() -> None:
    recipe = "actions:\n  - send_email: %s\n"
    outcome = play(
        [KNOWN, page("/", "2026-01-09 10:00")],
        until="2026-01-31 00:00",
        consent="not_refused",
        sending="at_most: {emails: 2, per: 2 days}",
        recipes={
            "a": f"{ON_VISIT}{recipe % 'bill'}",
            "b": f"{ON_VISIT}{recipe % 'hello'}",
            "c": f"{ON_VISIT}sending: {{at_most: {{emails: 1, per: 12 hours}}}}\n{recipe % 'again'}",
            "d": f"{ON_VISIT}{recipe % 'news'}",
        },
    )
    assert [(name, when) for when, name, _, _ in mails(outcome)] == [
        ("bill", "2026-01-09 10:00"),
        ("hello", "2026-01-09 10:00"),
        ("news", "2026-01-09 10:00"),
        ("again", "2026-01-11 10:00"),  # first the recipe's own cap held it, then the project's
    ]


def test_of_two_that_are_held_the_second_goes_on_being_held() -> None:
    decided = sent(
        *visits("2026-01-09 10:00", "2026-01-09 12:00", "2026-01-09 14:00"),
        above="while_running: parallel\n",
        sending=ONE_A_DAY,
    )
    assert [when for when, *_ in decided] == ["2026-01-09 10:00", "2026-01-10 10:00", "2026-01-11 10:00"]


@pytest.mark.parametrize(
    ("above", "when"),
    [
        ("sending: {hold_up_to: 6 hours}\n", "2026-01-09 18:00"),
        ("sending: {if_over: skip}\n", "2026-01-09 12:00"),
        ("", "2026-01-12 12:00"),  # three days, where nothing is said
    ],
)
def test_what_may_not_pass_for_long_is_skipped(above: str, when: str) -> None:
    decided = sent(
        *visits("2026-01-09 10:00", "2026-01-09 12:00"),
        above=above,
        sending="at_most: {emails: 1, per: 9 days}",
    )
    assert decided[1] == (when, "hello", "skipped", "cap")


def test_quiet_hours_go_before_caps_and_both_are_waited_for() -> None:
    decided = sent(
        *visits("2026-01-09 07:50", "2026-01-09 09:00"),
        sending=f"{QUIET}, at_most: {{emails: 1, per: 14 hours}}",
    )
    assert [when for when, *_ in decided] == ["2026-01-09 08:00", "2026-01-10 08:00"]


# -------------------------------------------------------------------- holdouts, notices

HOLDOUT = (
    "  - {id: s, split: [{name: none, percent: 99.99, holdout: true}, "
    "{name: all, percent: 0.01, actions: [%s]}]}\n"
)
ALL = (
    "{send_email: hello}, {send_email: bill}, {notify_sales: Look.}, {create_task: Ring}, "
    "{webhook: {to: crm, send: {city: Bonn}}}, {add_to_audience: fans}, {add_tag: x}"
)


def test_a_holdout_leaves_the_house_in_no_way_and_stays_under_way() -> None:
    outcome = play(
        [KNOWN, page("/", "2026-01-09 10:00")],
        until="2026-01-31 00:00",
        consent="not_refused",
        sending=QUIET,
        recipes={
            "r": f"{ON_VISIT}actions:\n{HOLDOUT % ALL}  - wait: 2 days\n  - {{id: last, notify_sales: Look.}}\n"
        },
    )
    assert [
        (message.channel, message.name, message.outcome, message.reason) for message in outcome.messages
    ] == [
        (channel, name, "skipped", "holdout")
        for channel, name in (
            ("email", "hello"),
            ("email", "bill"),
            ("sales", "sales"),
            ("tasks", "tasks"),
            ("webhooks", "crm"),
            ("audiences", "fans"),
            ("sales", "sales"),
        )
    ]
    assert runs(outcome) == [("2026-01-09 10:00", "finished", "2026-01-11 10:00")]


def test_sales_is_told_so_often_and_no_more() -> None:
    notice = "  - notify_sales: {message: Look., at_most: 2 per 1 day}\n"
    whens = [
        "2026-01-09 10:00",
        "2026-01-09 11:00",
        "2026-01-09 12:00",
        "2026-01-10 09:59",
        "2026-01-10 10:00",
    ]
    outcome = play([KNOWN, *visits(*whens)], recipes={"r": f"{ON_VISIT}actions:\n{notice}"})
    assert [reason for _, _, reason in said(outcome, "sales")] == ["", "", "at_most", "at_most", ""]


def test_tasks_and_webhooks_fail_the_run_where_a_value_is_missing() -> None:
    for step in (
        'create_task: "{{ contact.city }}"',
        'webhook: {to: crm, send: {city: "{{ contact.city }}"}}',
    ):
        outcome = play([KNOWN, VISIT], recipes={"r": f"{ON_VISIT}actions:\n  - {step}\n"})
        assert ([state for _, state, _ in runs(outcome)], outcome.messages) == (["failed"], [])
