"""A whole file into the store, a batch a transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from autoflow.ingest.files import RefusedRow, read_ndjson
from autoflow.ingest.fitting import Fitting
from autoflow.ingest.mapping import CsvMapping
from autoflow.ingest.table import read_csv
from autoflow.language.settings.settings import Settings
from autoflow.model.clock import Clock
from autoflow.model.problems import AutoflowError
from autoflow.store.database import Database
from autoflow.store.log import append
from autoflow.store.wake import ring

NOTHING_DECLARED = Settings()


class Imported(NamedTuple):
    """What became of the rows. `duplicates` had come before; `left_out` by the mapping's `where`."""

    accepted: int
    duplicates: int
    refused: list[RefusedRow]
    left_out: int = 0


def import_file(
    database: Database,
    path: Path,
    mapping: CsvMapping | None = None,
    *,
    settings: Settings = NOTHING_DECLARED,
    enter: bool = False,
    clock: Clock,
    progress: Callable[[int, int], None] | None = None,
) -> Imported:
    """Append a file of Segment-spec messages, or with a `mapping` a CSV file, to the log.

    It is history: it counts, and nobody enters a recipe, unless `enter` (then what occurred within the last
    24 hours does; language.md, rule 5). Every row is known by its id, or by its content where it has none, so
    importing a file again, also after an interruption, adds only what is missing. `progress` is told bytes read
    and bytes in all. A row with a value that is not of the type that `settings` declare is refused, so that it can be
    mended and brought in then. Raises `AutoflowError`; what was read before stays.
    """
    if mapping is None and path.suffix.lower() in {".csv", ".tsv"}:
        raise AutoflowError(
            f"{path} is a table, and nothing says what its columns are.", "Add --mapping FILE."
        )
    batches = (
        read_ndjson(path, history=not enter, fitting=Fitting(settings))
        if mapping is None
        else read_csv(path, mapping, history=not enter)
    )
    accepted = duplicates = left_out = 0
    refused: list[RefusedRow] = []
    size = path.stat().st_size if path.exists() else 0
    for batch in batches:
        if batch.messages:
            appended = append(database, batch.messages, clock.now())
            accepted += appended.accepted
            duplicates += appended.duplicates
        refused += batch.refused
        left_out += batch.left_out
        if progress is not None:
            progress(min(batch.read, size), size)
    if accepted:
        ring(database)
    return Imported(accepted, duplicates, refused, left_out)
