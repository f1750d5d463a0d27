from __future__ import annotations

import errno
import mailbox
import os
from pathlib import Path
from typing import Any

import pytest

from autoflow.post.channels.base import ChannelDown, Outgoing
from autoflow.post.channels.maildir import Maildir, file_name

TEXT = b"Subject: Hi\r\n\r\nHello\r\n"


def mails(*keys: str) -> list[Outgoing]:
    return [Outgoing(key, "ana@example.com", TEXT) for key in keys]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_mail_program_finds_the_mails(tmp_path: Path) -> None:
    opened = Maildir(tmp_path / "deep" / "mailbox")
    results = opened.send(mails("k1", "k2"))
    assert [result.outcome for result in results] == ["sent", "sent"]
    box = mailbox.Maildir(opened.folder, create=False)
    assert [message["Subject"] for message in box] == ["Hi", "Hi"]
    assert files(opened.folder) == sorted(f"new/{file_name(key)}" for key in ("k1", "k2"))
    assert (opened.folder / "new" / file_name("k1")).read_bytes() == TEXT
    assert file_name("k1").endswith(".eml")


def test_a_key_is_delivered_once(tmp_path: Path) -> None:
    Maildir(tmp_path).send(mails("k1", "k1"))
    again = Maildir(tmp_path)
    assert [result.outcome for result in again.send(mails("k1", "k2"))] == ["sent", "sent"]
    again.send(mails("k2"))
    assert len(files(tmp_path)) == 2


def test_a_mail_that_was_read_is_not_delivered_again(tmp_path: Path) -> None:
    Maildir(tmp_path).send(mails("k1"))
    name = file_name("k1")
    (tmp_path / "new" / name).rename(tmp_path / "cur" / f"{name}:2,S")
    Maildir(tmp_path).send(mails("k1"))
    assert files(tmp_path) == [f"cur/{name}:2,S"]


def test_what_a_crash_left_in_tmp_is_no_mail_and_no_hindrance(tmp_path: Path) -> None:
    Maildir(tmp_path).send(mails("k0"))
    (tmp_path / "tmp" / file_name("k1")).write_bytes(TEXT[:7])
    Maildir(tmp_path).send(mails("k1"))
    assert (tmp_path / "new" / file_name("k1")).read_bytes() == TEXT
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("call", ["fsync", "open", "replace"])
@pytest.mark.parametrize("after", range(4))
def test_a_full_disk_takes_the_channel_down_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, after: int
) -> None:
    opened = Maildir(tmp_path)
    opened.send(mails("k0"))
    fail_after(monkeypatch, call, after)
    try:
        opened.send(mails("k1", "k2"))
    except ChannelDown as down:
        assert "No space left" in str(down)  # noqa: PT017 - some of these faults come too late to matter
    monkeypatch.undo()
    assert [result.outcome for result in opened.send(mails("k1", "k2"))] == ["sent", "sent"]
    assert files(tmp_path) == sorted(f"new/{file_name(key)}" for key in ("k0", "k1", "k2"))
    assert {path.read_bytes() for path in tmp_path.rglob("*.eml")} == {TEXT}


def fail_after(monkeypatch: pytest.MonkeyPatch, call: str, times: int) -> None:
    left = [times]
    where: Any = Path if call == "replace" else os
    real = getattr(where, call)

    def fails(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(where, call, fails)


def test_what_is_no_mail_is_refused(tmp_path: Path) -> None:
    assert Maildir(tmp_path).send([Outgoing("k1", "x", {})])[0].outcome == "rejected"


def test_nobody_else_may_read_the_mails(tmp_path: Path) -> None:
    Maildir(tmp_path / "mailbox").send(mails("k1"))
    assert (tmp_path / "mailbox" / "new" / file_name("k1")).stat().st_mode & 0o077 == 0
