"""Whatever can be drawn can be walked, and some things hold of it in any case."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings

from tests.oracle.naive import Naive
from tests.oracle.scenarios import Scenario, scenarios


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(scenarios())
def test_every_scenario_can_be_walked(scenario: Scenario) -> None:
    outcome = Naive(scenario.files).run(scenario.messages, None, scenario.end)
    keys = Counter(message.key for message in outcome.messages)
    assert not [key for key, times in keys.items() if times > 1]
    assert all(message.at <= scenario.end for message in outcome.messages)
    assert all((entry.ended is None) == (entry.outcome == "running") for entry in outcome.entries)
