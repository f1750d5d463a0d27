"""Scores: points folded in, rule by rule (semantics: scores)."""

from __future__ import annotations

from autoflow.kinds.scores import Rule, score
from autoflow.kinds.view import View
from autoflow.kinds.where import EVERY
from autoflow.model.contact import Record
from autoflow.model.event import Event
from autoflow.model.values import MILLION

NOW = 1_767_000_000_000_000
PURCHASE = Event(1, NOW, NOW, "purchased", {})


def test_each_rule_is_folded_in_by_itself() -> None:
    """Three points are taken from nothing, which the floor forbids, and then four are given."""
    rules = tuple(Rule("purchased", EVERY, points * MILLION) for points in (-3, 4))
    record = Record("u:ana", "ana")
    floored, free = score("lead", rules, 0, None), score("free", rules, None, None)
    for each in (floored, free):
        each.observe(record.memory, PURCHASE, View(record, NOW, "UTC"))
    assert floored.value(View(record, NOW, "UTC")) == 4 * MILLION
    assert free.value(View(record, NOW, "UTC")) == MILLION
