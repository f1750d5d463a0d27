"""Files of messages, read in batches: one Segment-spec message a line, plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO, NamedTuple, cast

from autoflow.ingest.fitting import Fitting
from autoflow.ingest.refusals import RefusedError
from autoflow.ingest.segment import MOST_BYTES, read_line
from autoflow.model.event import Incoming
from autoflow.model.problems import AutoflowError

BATCH = 1_000
_PIECE = 1 << 20
_BOM = b"\xef\xbb\xbf"


class RefusedRow(NamedTuple):
    """A row that was not taken: its line in the file, from 1, and why."""

    line: int
    reason: str


class Batch(NamedTuple):
    """Some rows of a file. `read` is how many bytes of the file (as it lies on disk) have been read so far."""

    messages: list[Incoming]
    refused: list[RefusedRow]
    left_out: int
    read: int


class RowIds:
    """Message ids for rows that bring none: the row's content, and which of its twins it is.

    The same file gives the same ids, so that importing it again changes nothing, and twins in it all count.
    Keeps eight bytes for each such row.
    """

    def __init__(self) -> None:
        self._once: set[int] = set()
        self._more: dict[int, int] = {}

    def of(self, row: bytes) -> str:
        """The id of the next row with this content."""
        digest = blake2b(row, digest_size=16)
        short = int.from_bytes(digest.digest()[:8])
        if short not in self._once:
            self._once.add(short)
            return f"row/{digest.hexdigest()}"
        ordinal = self._more[short] = self._more.get(short, 1) + 1
        return f"row/{digest.hexdigest()}/{ordinal}"


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The file's bytes, unpacked where it is gzipped, and the file itself. Raises `AutoflowError`."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if not packed:
                yield raw, raw
                return
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield cast("IO[bytes]", unpacked), raw
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        fix = "Get the file again: what came before is in, and importing it again adds the rest."
        raise AutoflowError(f"{path} breaks off or is damaged.", fix) from error
    except OSError as error:
        raise AutoflowError(f"{path} cannot be read: {error.strerror or error}.") from error


def read_ndjson(path: Path, *, history: bool, fitting: Fitting | None = None) -> Iterator[Batch]:
    """The messages of a file, `BATCH` lines at a time; with a `fitting` those alone that fit it.

    Blank lines are passed over. Raises `AutoflowError`.
    """
    ids = RowIds()
    messages: list[Incoming] = []
    refused: list[RefusedRow] = []
    with opened(path) as (content, raw):
        for number, line in _lines(content):
            try:
                message = _message(line, ids, history=history)
                if fitting is not None:
                    fitting.check(message)
                messages.append(message)
            except RefusedError as error:
                refused.append(RefusedRow(number, str(error)))
            if len(messages) + len(refused) == BATCH:
                yield Batch(messages, refused, 0, raw.tell())
                messages, refused = [], []
        yield Batch(messages, refused, 0, raw.tell())


def _message(line: bytes | None, ids: RowIds, *, history: bool) -> Incoming:
    if line is None:
        raise RefusedError(f"The message is larger than {MOST_BYTES // 1024} KB.")
    return read_line(line, history=history, message_id=ids.of)


def _lines(content: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines that are not blank; None for one that is too long to be held."""
    number, rest, overlong = 0, b"", False
    while piece := content.read(_PIECE):
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        for line in lines:
            number += 1
            if overlong:
                overlong = False
                yield number, None
                continue
            bare = line.removeprefix(_BOM).strip() if number == 1 else line.strip()
            if bare:
                yield number, bare
        if len(rest) > 2 * MOST_BYTES:  # never hold more than a piece of a line without an end
            rest, overlong = b"", True
    bare = rest.removeprefix(_BOM).strip() if number == 0 else rest.strip()
    if overlong or bare:
        yield number + 1, None if overlong else bare
