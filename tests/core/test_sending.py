"""What leaves the house, and what the gate holds (language.md, rule 10)."""

from __future__ import annotations

from tests.core.playing import play, runs, said
from tests.oracle.making import identify, track

KNOWN = identify("2026-03-01 09:00", email="ana@example.com")
ON_PURCHASE = "trigger: {event: purchased}\n"


def test_whoever_is_held_out_is_so_before_a_limit_is_full() -> None:
    parts = "{name: none, percent: 99.99, holdout: true}, {name: all, percent: 0.01, actions: [{add_tag: x}]}"
    decided = play(
        [KNOWN, track("purchased", "2026-03-02 10:00")],
        until="2026-03-20 00:00",
        recipes={
            "a": f"{ON_PURCHASE}actions: [{{notify_sales: x}}]\n",
            "b": f"{ON_PURCHASE}actions:\n  - split: [{parts}]\n"
            "  - notify_sales: {message: x, at_most: 1 per 2 days}\n",
        },
    )
    assert said(decided, "sales") == [("2026-03-02 10:00", ""), ("2026-03-02 10:00", "holdout")]


def test_a_mail_is_held_so_long_on_the_clock_that_he_lives_by() -> None:
    """Held since ten in London, when it was half past three in Kolkata: until half past three there."""
    decided = play(
        [
            KNOWN,
            track("purchased", "2026-03-02 09:00"),
            track("purchased", "2026-03-02 10:00"),
            identify("2026-03-02 11:00", timezone="Asia/Kolkata"),
        ],
        until="2026-03-20 00:00",
        recipes={
            "r": f"{ON_PURCHASE}sending: {{at_most: {{emails: 1, per: 1 month}}}}\nactions: [{{send_email: hello}}]\n"
        },
    )
    assert runs(decided)[1] == ("2026-03-02 10:00", "finished", "2026-03-05 10:00")
    assert said(decided, "email")[1] == ("2026-03-05 10:00", "cap")


CAPPED = "sending: {at_most: {emails: 1, per: 1 month}}\n"


def test_what_time_brings_ends_a_run_whose_mail_is_held() -> None:
    """Held at eleven by the cap; at ten the next day he has bought nothing for a day."""
    goal = "goal: [{did_not: purchased, within_last: 1 day}]\n"
    decided = play(
        [KNOWN, track("purchased", "2026-03-02 10:00"), track("refunded", "2026-03-02 11:00")],
        until="2026-03-20 00:00",
        recipes={
            "r": f"trigger: {{event: refunded}}\n{goal}{CAPPED}actions: [{{send_email: hello}}]\n",
            "s": f"{ON_PURCHASE}actions: [{{send_email: hello}}]\n",
        },
    )
    assert runs(decided) == [("2026-03-02 11:00", "goal", "2026-03-03 10:00")]
    assert said(decided, "email") == [("2026-03-02 10:00", "")]


def test_keep_while_and_goal_are_looked_at_when_a_held_mail_is_released() -> None:
    """Nothing looks at keep_while in between: he is let out when the mail would go."""
    keep, did = "keep_while: [{did_not: looked}]\n", [(10, "purchased"), (11, "refunded"), (12, "looked")]
    decided = play(
        [KNOWN, *(track(name, f"2026-03-02 {hour}:00") for hour, name in did)],
        until="2026-03-20 00:00",
        recipes={
            "r": f"trigger: {{event: refunded}}\n{keep}{CAPPED}actions: [{{send_email: hello}}]\n",
            "s": f"{ON_PURCHASE}actions: [{{send_email: hello}}]\n",
        },
    )
    assert runs(decided) == [("2026-03-02 11:00", "no_longer_matches", "2026-03-05 11:00")]
    assert said(decided, "email") == [("2026-03-02 10:00", "")]


def test_whoever_is_held_out_stays_so_whatever_a_later_split_draws() -> None:
    parts = "        - {name: a, percent: 99.99, %s}\n        - {name: b, percent: 0.01, actions: [{add_tag: x}]}\n"
    one, two = parts % "holdout: true", parts % "actions: [{add_tag: y}]"
    splits = (
        f"  - id: one\n    split:\n{one}  - id: two\n    split:\n{two.replace('add_tag: x', 'add_tag: z')}"
    )
    decided = play(
        [KNOWN, track("purchased", "2026-03-02 10:00")],
        until="2026-03-20 00:00",
        recipes={"r": f"{ON_PURCHASE}actions:\n{splits}  - send_email: hello\n"},
    )
    assert said(decided, "email") == [("2026-03-02 10:00", "holdout")]
