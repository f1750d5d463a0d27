from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from autoflow.ingest.files import BATCH, RefusedRow, RowIds, read_ndjson
from autoflow.model.event import Incoming
from autoflow.model.problems import AutoflowError

SEEN = b'{"type":"track","userId":"ana","event":"seen"}'


def read(path: Path) -> tuple[list[Incoming], list[RefusedRow]]:
    batches = list(read_ndjson(path, history=True))
    return [message for each in batches for message in each.messages], [
        row for each in batches for row in each.refused
    ]


def written(path: Path, *lines: bytes, between: bytes = b"\n") -> Path:
    path.write_bytes(between.join(lines))
    return path


def test_blank_lines_are_passed_over_and_lines_are_counted(tmp_path: Path) -> None:
    file = written(
        tmp_path / "a", b"\xef\xbb\xbf" + SEEN, b"", b"   ", b"nonsense", SEEN, b"{}", between=b"\r\n"
    )
    messages, refused = read(file)
    assert [message.name for message in messages] == ["seen", "seen"]
    assert all(message.history for message in messages)
    assert [row.line for row in refused] == [4, 6]


def test_a_gzipped_file_reads_the_same_whatever_its_name(tmp_path: Path) -> None:
    plain = written(tmp_path / "plain", SEEN, b"x", SEEN)
    packed = tmp_path / "packed.ndjson"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read(packed) == read(plain)


def test_batches_hold_a_thousand_rows_and_tell_how_far_they_are(tmp_path: Path) -> None:
    lines = [SEEN if number % 3 else b"x" for number in range(2 * BATCH + 1)]
    file = written(tmp_path / "a", *lines)
    batches = list(read_ndjson(file, history=False))
    assert [len(each.messages) + len(each.refused) for each in batches] == [BATCH, BATCH, 1]
    assert batches[-1].read == file.stat().st_size


@pytest.mark.parametrize("size", [40_000, 3_000_000])
def test_an_overlong_line_is_refused_and_the_next_one_read(tmp_path: Path, size: int) -> None:
    file = written(tmp_path / "a", SEEN, b"y" * size, SEEN, b"z" * size)
    messages, refused = read(file)
    assert len(messages) == 2
    assert refused == [RefusedRow(2, "The message is larger than 32 KB."), RefusedRow(4, refused[1].reason)]


def test_rows_without_an_id_get_one_from_their_content(tmp_path: Path) -> None:
    other = SEEN.replace(b"ana", b"ben")
    first, _ = read(written(tmp_path / "a", SEEN, other, SEEN, b"x", SEEN))
    again, _ = read(written(tmp_path / "b", SEEN, SEEN, SEEN, other))
    ids = [message.message_id for message in first]
    assert len(set(ids)) == 4
    assert {message.message_id for message in again} == set(ids)


def test_an_id_of_its_own_is_kept(tmp_path: Path) -> None:
    line = json.dumps({**json.loads(SEEN), "messageId": "m1"}).encode()
    messages, _ = read(written(tmp_path / "a", line, line))
    assert [message.message_id for message in messages] == ["m1", "m1"]


def test_twins_are_numbered() -> None:
    ids = RowIds()
    found = [ids.of(b"a"), ids.of(b"b"), ids.of(b"a"), ids.of(b"a")]
    assert found[2] == f"{found[0]}/2"
    assert found[3] == f"{found[0]}/3"
    assert found[1] != found[0]


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    content = gzip.compress(b"\n".join([SEEN] * 5_000))
    file = tmp_path / "broken.gz"
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(AutoflowError, match=r"broken\.gz breaks off or is damaged"):
        read(file)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(AutoflowError, match="cannot be read: No such file"):
        read(tmp_path / "nothing")


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert read(written(tmp_path / "a")) == ([], [])
