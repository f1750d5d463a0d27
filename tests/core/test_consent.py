"""Consent and refusals: what was said last counts, by when it was said (semantics: other actions)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.playing import play
from tests.oracle.making import at, clock, late, track


def refused(*messages: dict[str, Any]) -> dict[str, int]:
    return play(list(messages), until="2026-03-20 00:00").states["u:ana"].refused


def test_a_refusal_dates_from_when_it_was_said() -> None:
    said = late(track("unsubscribed", "2026-03-02 10:00"), "2026-03-04 10:00")
    assert refused(said) == {"*": at("2026-03-02 10:00")}


@pytest.mark.parametrize(
    ("gave", "lifts"), [("2026-03-03 10:00", True), ("2026-03-02 10:00", False), ("2026-03-01 10:00", False)]
)
def test_consent_given_later_lifts_a_refusal_that_came_in_late(gave: str, lifts: bool) -> None:
    said = late(track("consent_withdrawn", "2026-03-02 10:00", topic="news"), "2026-03-04 10:00")
    given = late(track("consent_given", gave, topic="news"), "2026-03-05 10:00")
    assert refused(said, given) == ({} if lifts else {"news": at("2026-03-02 10:00")})


def test_of_several_refusals_the_latest_counts() -> None:
    said = [track("unsubscribed", "2026-03-02 10:00"), track("unsubscribed", "2026-03-04 10:00")]
    given = late(track("consent_given", "2026-03-03 10:00"), "2026-03-05 10:00")
    assert refused(*said, given) == {"*": at("2026-03-04 10:00")}
    older = late(track("unsubscribed", "2026-03-01 10:00"), "2026-03-06 10:00")
    assert refused(*said, older) == {"*": at("2026-03-04 10:00")}


STEPS = {
    "r": "trigger: {event: purchased}\nactions: [{give_consent: news}]\n",
    "s": "trigger: {event: refunded}\nactions: [{withdraw_consent: news}]\n",
    "given": "trigger: {consent_given: news}\nactions: [{notify_sales: x}]\n",
    "withdrawn": "trigger: {consent_withdrawn: news}\nactions: [{notify_sales: x}]\n",
}


def test_a_step_that_changes_nothing_of_it_is_no_event() -> None:
    did = ["purchased", "purchased", "refunded", "refunded", "purchased"]
    messages = [track(name, f"2026-03-02 {hour}:00") for hour, name in enumerate(did, 10)]
    decided = play(messages, until="2026-03-03 00:00", recipes=STEPS)
    assert [(clock(run.at), run.recipe) for run in decided.runs if run.recipe not in {"r", "s"}] == [
        ("2026-03-02 10:00", "given"),
        ("2026-03-02 12:00", "withdrawn"),
        ("2026-03-02 14:00", "given"),
    ]
    assert (decided.states["u:ana"].given, decided.states["u:ana"].refused) == ({"news"}, {})


@pytest.mark.parametrize("refused_topic", ["news", "*"])
def test_consent_given_before_a_refusal_has_no_effect(refused_topic: str) -> None:
    said = track("consent_withdrawn", "2026-03-03 10:00", topic=refused_topic)
    given = late(track("consent_given", "2026-03-02 10:00", topic="news"), "2026-03-04 10:00")
    state = play([said, given], until="2026-03-20 00:00").states["u:ana"]
    assert (state.given, state.refused) == (set(), {refused_topic: at("2026-03-03 10:00")})
