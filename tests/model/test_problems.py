from __future__ import annotations

import pytest

from autoflow.model.problems import did_you_mean


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("purchasd", ["purchased", "refunded"], "purchased"),
        ("Purchased", ["purchased"], "purchased"),
        ("lapsed", ["lapsed-buyers", "vip"], "lapsed-buyers"),
        ("win-back-hello", ["win-back"], "win-back"),
        ("por", ["free", "pro"], "pro"),
        ("now", ["new", "old"], "new"),
        ("nope", ["income"], None),
        ("event", ["reentry"], None),
        ("opened", ["entered"], None),
        ("shout", ["sort"], None),
        ("anything", [], None),
    ],
)
def test_only_what_is_near_is_proposed(word: str, known: list[str], near: str | None) -> None:
    assert did_you_mean(word, known) == near
