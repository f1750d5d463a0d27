"""Engine and witness decide the same of real purchases; of random ones see tests/core."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoflow.language.workspace import load_sources
from tests.oracle import retail
from tests.oracle.engine import engine, witness
from tests.oracle.making import at

WORKSPACE = Path(__file__).resolve().parents[2]


@pytest.mark.retail
def test_on_real_purchases() -> None:
    """Every tenth customer through the core alone, a month beyond the last purchase."""
    messages = [message for message in retail.messages() if int(message["userId"]) % 10 == 0]
    files, end = load_sources(WORKSPACE), at("2012-01-09 00:00")
    decided = engine(files).run(messages, end)
    assert len(decided.messages) > 2_000
    assert decided == witness(files, messages, end)
