from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

RETAIL = Path(__file__).resolve().parents[2] / "shared" / "data" / "online-retail.csv.gz"

# No deadline: how long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("autoflow", deadline=None, print_blob=True)
settings.load_profile("autoflow")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if RETAIL.exists():
        return
    absent = pytest.mark.skip(reason="the real purchases (../shared/data/online-retail.csv.gz) are absent")
    for item in items:
        if item.get_closest_marker("retail"):
            item.add_marker(absent)


@pytest.fixture(scope="session")
def retail_csv() -> Path:
    """The real purchases; a test that asks for them is marked `retail`."""
    return RETAIL
