from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autoflow.cli.group import cli
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from tests.cli.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The starter workspace on 2026-03-10 at noon, without a store."""
    made = Shop(tmp_path / "shop", VirtualClock(parse_instant("2026-03-10 12:00")))
    result = CliRunner().invoke(cli, ["init", str(made.folder)], catch_exceptions=False)
    assert result.exit_code == 0
    return made


@pytest.fixture
def bring(shop: Shop) -> Callable[..., Path]:
    """Write messages to a file and import it."""

    def bring_in(*messages: dict[str, Any]) -> Path:
        file = shop.write("history.ndjson", "".join(json.dumps(each) + "\n" for each in messages))
        shop.run("import", file)
        return file

    return bring_in
