"""`wait_for`: what is heard, and when (semantics: waits)."""

from __future__ import annotations

from tests.core.playing import play, runs
from tests.oracle.making import identify, late, track

KNOWN = identify("2026-03-01 09:00", email="ana@example.com")
ON_PURCHASE = "trigger: {event: purchased}\n"


def test_what_a_step_did_before_the_wait_is_not_heard() -> None:
    decided = play(
        [KNOWN, track("purchased", "2026-03-02 10:00")],
        until="2026-03-20 00:00",
        recipes={
            "r": f"{ON_PURCHASE}actions:\n  - send_email: hello\n  - wait_for: {{event: email_sent, up_to: 2 days}}\n"
        },
    )
    assert runs(decided) == [("2026-03-02 10:00", "finished", "2026-03-04 10:00")]


def test_what_another_recipe_does_by_the_same_item_is_heard() -> None:
    decided = play(
        [KNOWN, track("purchased", "2026-03-02 10:00")],
        until="2026-03-20 00:00",
        recipes={
            "r": f"priority: 2\n{ON_PURCHASE}actions:\n  - wait_for: {{event: email_sent, up_to: 2 days}}\n",
            "s": f"{ON_PURCHASE}actions:\n  - send_email: hello\n",
        },
    )
    assert runs(decided) == [("2026-03-02 10:00", "finished", "2026-03-02 10:00")]


def test_what_a_late_event_makes_a_run_do_is_not_late() -> None:
    """The event itself starts nothing; the steps that go on by it do what they do now."""
    decided = play(
        [
            KNOWN,
            track("purchased", "2026-03-02 10:00"),
            late(track("refunded", "2026-03-02 11:00"), "2026-03-04 10:00"),
        ],
        until="2026-03-20 00:00",
        recipes={
            "r": f"{ON_PURCHASE}actions:\n"
            "  - wait_for: {event: refunded, up_to: 9 days, then: [{add_tag: x}, {enter_recipe: u}]}\n",
            "s": "trigger: {event: refunded}\nactions: [{notify_sales: No}]\n",
            "t": "trigger: {tag_added: x}\nactions: [{notify_sales: Yes}]\n",
            "u": "trigger: manual\nactions: [{notify_sales: Yes}]\n",
            "v": "trigger: {segment_entered: {segment: tagged, for: 1 day}}\nactions: [{notify_sales: Yes}]\n",
        },
        segments={"tagged": "conditions: [{has_tag: x}]\n"},
    )
    assert [each.recipe for each in decided.messages] == ["t", "u", "v"]


def test_whoever_moves_meets_a_time_of_the_day_by_his_new_clock() -> None:
    """In Auckland it is half past one at 12:30 UTC; by the London clock it would be too late."""
    decided = play(
        [track("purchased", "2026-01-10 06:00"), identify("2026-01-10 12:00", timezone="Pacific/Auckland")],
        until="2026-01-20 00:00",
        recipes={
            "r": f"{ON_PURCHASE}actions:\n"
            '  - wait_for: {conditions: [{local_time: {between: ["01:30", "06:00"]}}], up_to: 12 hours}\n'
        },
    )
    assert runs(decided) == [("2026-01-10 06:00", "finished", "2026-01-10 12:30")]
