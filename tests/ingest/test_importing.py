from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autoflow.ingest.files import BATCH
from autoflow.ingest.importing import Imported, import_file
from autoflow.model.clock import VirtualClock
from autoflow.model.instants import parse_instant
from autoflow.model.problems import AutoflowError
from autoflow.store.database import Database, open_database

NOW = parse_instant("2026-03-10 12:00")
CLOCK = VirtualClock(NOW)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database("sqlite:///store.db", tmp_path, create=True)
    yield opened
    opened.close()


def messages(number: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "type": "track",
            "userId": f"c{each % 7}",
            "event": "seen",
            "timestamp": "2026-03-06T14:00:00Z",
            "messageId": f"m{each}",
            **more,
        }
        for each in range(number)
    ]


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def log(database: Database) -> list[tuple[Any, ...]]:
    return database.all(
        "SELECT seq, contact, at, occurred_at, history, name, properties FROM event ORDER BY seq"
    )


def test_importing_twice_changes_nothing(tmp_path: Path, database: Database) -> None:
    rows = messages(20) + messages(3, messageId=None, properties={"x": 1})
    file = written(tmp_path / "a.ndjson", rows)
    assert import_file(database, file, clock=CLOCK) == Imported(23, 0, [])
    before = log(database)
    assert import_file(database, file, clock=VirtualClock(NOW + 10**12)) == Imported(0, 23, [])
    assert log(database) == before


def test_an_interrupted_import_is_finished_by_importing_again(tmp_path: Path, database: Database) -> None:
    rows = messages(2 * BATCH + 5)
    whole = written(tmp_path / "whole.ndjson", rows)

    class StoppedError(Exception):
        pass

    def stop(read: int, size: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        import_file(database, whole, clock=CLOCK, progress=stop)
    assert len(log(database)) == BATCH
    assert import_file(database, whole, clock=CLOCK) == Imported(BATCH + 5, BATCH, [])
    assert len(log(database)) == len(rows)


def test_it_is_history_unless_it_may_enter(tmp_path: Path, database: Database) -> None:
    file = written(tmp_path / "a.ndjson", messages(1))
    import_file(database, file, clock=CLOCK)
    import_file(
        database, written(tmp_path / "b.ndjson", messages(1, messageId="live")), enter=True, clock=CLOCK
    )
    assert [row[4] for row in log(database)] == [1, 0]


def test_progress_ends_with_the_size_of_the_file(tmp_path: Path, database: Database) -> None:
    file = written(tmp_path / "a.ndjson", messages(2 * BATCH))
    told: list[tuple[int, int]] = []
    import_file(database, file, clock=CLOCK, progress=lambda read, size: told.append((read, size)))
    size = file.stat().st_size
    assert told[-1] == (size, size)


def test_refused_rows_do_not_hold_up_the_others(tmp_path: Path, database: Database) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text("x\n" + json.dumps(messages(1)[0]) + "\n{}\n")
    imported = import_file(database, file, clock=CLOCK)
    assert imported.accepted == 1
    assert [row.line for row in imported.refused] == [1, 3]


def test_a_table_needs_a_mapping(tmp_path: Path, database: Database) -> None:
    with pytest.raises(AutoflowError, match="nothing says what its columns are"):
        import_file(database, tmp_path / "a.csv", clock=CLOCK)


def test_importing_rows_without_a_time_twice_changes_nothing(tmp_path: Path, database: Database) -> None:
    file = written(tmp_path / "a.ndjson", messages(5, timestamp=None, messageId=None))
    import_file(database, file, clock=CLOCK)
    assert import_file(database, file, clock=VirtualClock(NOW + 3 * 86_400_000_000)) == Imported(0, 5, [])
