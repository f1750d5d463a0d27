"""Engine and witness decide the same: who enters, how it ends, every message, who is in which segment."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from autoflow.language.workspace import load_sources
from tests.oracle import retail
from tests.oracle.engine import engine, witness
from tests.oracle.making import at
from tests.oracle.scenarios import Scenario, scenarios

WORKSPACE = Path(__file__).resolve().parents[2]


@pytest.mark.retail
def test_on_real_purchases() -> None:
    """Every tenth customer through the core alone, a month beyond the last purchase."""
    messages = [message for message in retail.messages() if int(message["userId"]) % 10 == 0]
    files, end = load_sources(WORKSPACE), at("2012-01-09 00:00")
    decided = engine(files).run(messages, end)
    assert len(decided.messages) > 2_000
    assert decided == witness(files, messages, end)


@pytest.mark.stress
@settings(max_examples=3_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(scenarios())
def test_on_whatever_can_be_written(scenario: Scenario) -> None:
    files, messages, end = scenario
    expected = witness(files, messages, end)
    assert engine(files).run(messages, end) == expected
    assert engine(files).run(messages, end, None) == expected
