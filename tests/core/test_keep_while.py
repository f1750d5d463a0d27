"""keep_while is looked at before every step, and only then (language.md, a recipe)."""

from __future__ import annotations

from tests.core.playing import play, runs, said
from tests.oracle.making import track

ON_PURCHASE = "trigger: {event: purchased}\nkeep_while: [{none: [{has_tag: gone}]}]\n"


def test_before_the_next_step_of_the_same_breath() -> None:
    decided = play(
        [track("purchased", "2026-03-02 10:00")],
        until="2026-03-20 00:00",
        recipes={"r": f"{ON_PURCHASE}actions:\n  - add_tag: gone\n  - notify_sales: x\n"},
    )
    assert runs(decided) == [("2026-03-02 10:00", "no_longer_matches", "2026-03-02 10:00")]
    assert said(decided, "sales") == []


def test_after_a_wait_and_not_during_it() -> None:
    decided = play(
        [track("purchased", "2026-03-02 10:00"), track("refunded", "2026-03-02 11:00")],
        until="2026-03-20 00:00",
        recipes={
            "r": f"{ON_PURCHASE}actions:\n  - wait: 1 day\n  - notify_sales: x\n",
            "s": "trigger: {event: refunded}\nactions: [{add_tag: gone}]\n",
        },
    )
    assert runs(decided) == [("2026-03-02 10:00", "no_longer_matches", "2026-03-03 10:00")]


def test_what_was_heard_is_no_step_of_its_own() -> None:
    """It hears the refund, and is let out before it walks on."""
    decided = play(
        [track("purchased", "2026-03-02 10:00"), track("refunded", "2026-03-02 11:00")],
        until="2026-03-20 00:00",
        recipes={
            "r": ON_PURCHASE.replace("{has_tag: gone}", "{did: refunded}")
            + "actions:\n  - wait_for: {event: refunded, up_to: 2 days, then: [{notify_sales: x}]}\n",
        },
    )
    assert runs(decided) == [("2026-03-02 10:00", "no_longer_matches", "2026-03-02 11:00")]
    assert said(decided, "sales") == []
