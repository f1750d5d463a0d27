"""Attributes: what counts as a change (semantics: triggers)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.playing import play, runs
from tests.oracle.making import identify

CHANGED = {"r": "trigger: {attribute_changed: city}\nactions: [{add_tag: x}]\n"}


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("Bonn", "Bonn", False),
        ("Bonn", "BONN", True),
        (10, 10.0, False),
        (10, "10", True),
        (1, True, True),
        (None, None, False),
        ("Bonn", None, True),
    ],
)
def test_a_value_that_is_written_otherwise_is_another(before: Any, after: Any, changes: bool) -> None:
    told = [identify("2026-03-01 09:00", city=before), identify("2026-03-02 09:00", city=after)]
    entered = [when for when, _, _ in runs(play(told, until="2026-03-03 00:00", recipes=CHANGED))]
    assert ("2026-03-02 09:00" in entered) is changes
