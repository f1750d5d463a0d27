from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoflow.post.channels import sales
from autoflow.post.channels.base import ChannelDown, Outgoing
from autoflow.post.channels.sales import SalesFiles


def notices(*keys: str, to: str = "sales", payload: Mapping[str, object] | None = None) -> list[Outgoing]:
    return [Outgoing(key, to, payload or {"message": f"Call {key}"}) for key in keys]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_notice_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "sales.ndjson"
    opened = SalesFiles({"sales": path, "vip": tmp_path / "vip.ndjson"})
    results = opened.send([*notices("k1"), *notices("k2", to="vip", payload={"message": "東京", "at": 5})])
    assert [result.outcome for result in results] == ["sent", "sent"]
    assert lines(path) == [{"key": "k1", "message": "Call k1"}]
    assert lines(tmp_path / "vip.ndjson") == [{"key": "k2", "message": "東京", "at": 5}]
    opened.close()


def test_a_key_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "sales.ndjson"
    for _ in range(2):
        opened = SalesFiles({"sales": path})
        opened.send(notices("k1", "k1", "k2"))
        opened.send(notices("k2", "k3"))
        opened.close()
    assert [line["key"] for line in lines(path)] == ["k1", "k2", "k3"]


@given(cut=st.integers(0, 80))
def test_a_line_torn_by_a_crash_is_written_anew(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("sales") / "sales.ndjson"
    first = SalesFiles({"sales": path})
    first.send(notices("k1", "k2"))
    first.close()
    os.truncate(path, min(cut, path.stat().st_size))
    again = SalesFiles({"sales": path})
    again.send(notices("k1", "k2", "k3"))
    again.close()
    assert [line["key"] for line in lines(path)] == ["k1", "k2", "k3"]


def test_a_file_moved_away_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "sales.ndjson"
    opened = SalesFiles({"sales": path})
    opened.send(notices("k1"))
    path.rename(tmp_path / "old.ndjson")
    opened.send(notices("k2"))
    opened.close()
    assert [line["key"] for line in lines(path)] == ["k2"]
    assert [line["key"] for line in lines(tmp_path / "old.ndjson")] == ["k1"]


def test_only_the_tail_is_read_and_the_line_at_its_edge_is_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sales.ndjson"
    opened = SalesFiles({"sales": path})
    opened.send(notices(*[f"k{n}" for n in range(50)]))
    opened.close()
    monkeypatch.setattr(sales, "TAIL", 100)
    again = SalesFiles({"sales": path})
    again.send(notices("k48", "k49", "k50"))
    again.close()
    assert [line["key"] for line in lines(path)] == [f"k{n}" for n in range(51)]


def test_lines_of_people_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sales.ndjson"
    path.write_text('# called them\n[1]\n{"key": 7}\n')
    opened = SalesFiles({"sales": path})
    opened.send(notices("k1"))
    opened.close()
    assert path.read_text().startswith('# called them\n[1]\n{"key": 7}\n{"key": "k1"')


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales, "MOST_KEYS", 10)
    opened = SalesFiles({"sales": tmp_path / "s"})
    for n in range(40):
        opened.send(notices(f"k{n}", f"k{n - 1}"))
    opened.close()
    assert [line["key"] for line in lines(tmp_path / "s")] == ["k0", "k-1", *(f"k{n}" for n in range(1, 40))]


@pytest.mark.parametrize("call", ["fsync", "write"])
def test_a_full_disk_takes_the_channel_down_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "sales.ndjson"
    opened = SalesFiles({"sales": path})
    opened.send(notices("k1"))
    real_write = os.write

    def full(file: int, data: bytes = b"") -> int:
        if data:
            real_write(file, bytes(data)[:9])  # a part of it still went in
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(ChannelDown, match="No space left"):
        opened.send(notices("k2", "k3"))
    monkeypatch.undo()
    opened.send(notices("k2", "k3"))
    opened.close()
    assert [line["key"] for line in lines(path)] == ["k1", "k2", "k3"]


def test_what_is_no_notice_is_refused_alone(tmp_path: Path) -> None:
    opened = SalesFiles({"sales": tmp_path / "s"})
    wrong = [Outgoing("k1", "nobody", {}), Outgoing("k2", "sales", b"x"), *notices("k3")]
    assert [result.outcome for result in opened.send(wrong)] == ["rejected", "rejected", "sent"]
    opened.close()
