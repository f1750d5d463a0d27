from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from autoflow.store.database import Database, open_database
from tests.engine.sources import workspace
from tests.engine.world import World

URL = "sqlite:///store.db"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty store."""
    with closing(open_database(URL, tmp_path, create=True)) as opened:
        yield opened


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes worlds, each in a folder of its own, from files or from the shop of `tests.engine.sources`."""
    with ExitStack() as stack:
        made: list[World] = []

        def make(files: Mapping[str, str] | None = None, *, mail: bool = True) -> World:
            folder = tmp_path / f"world{len(made)}"
            one = World(folder, files if files is not None else workspace(), mail=mail)
            made.append(one)
            stack.callback(one.close)
            return one

        yield make
