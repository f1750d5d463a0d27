"""The engine decides what the witness decides (P2), and how its input is cut into calls changes nothing (P4)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.oracle.engine import must_agree
from tests.oracle.scenarios import Scenario, scenarios

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.parametrize("part", range(8))  # so that several workers share them
@settings(max_examples=250, suppress_health_check=SLOW)
@given(scenarios())
def test_on_whatever_can_be_written(part: int, scenario: Scenario) -> None:
    must_agree(*scenario)


@pytest.mark.stress
@pytest.mark.parametrize("part", range(100))  # each begins anew, and so comes to other places
@settings(max_examples=1_000, suppress_health_check=SLOW)
@given(scenarios())
def test_on_whatever_can_be_written_at_length(part: int, scenario: Scenario) -> None:
    must_agree(*scenario)
