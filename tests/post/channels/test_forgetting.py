"""What channels keep in files, they can take out of them again, whatever has become of the files since."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from autoflow.language.settings.settings import Webhook
from autoflow.post.channels.audiences import AudienceFolder
from autoflow.post.channels.base import Keeps, Outgoing
from autoflow.post.channels.maildir import Maildir
from autoflow.post.channels.sales import SalesFiles
from autoflow.post.channels.webhooks import WebhookCalls


def test_mails_go_from_whatever_folder_they_were_moved_to(tmp_path: Path) -> None:
    mailbox = Maildir(tmp_path / "mailbox")
    mailbox.send([Outgoing(key, "a@b.test", b"mail") for key in ("ana/1", "ana/2", "ana/3", "bo/1")])
    ana1, ana2 = (next((tmp_path / "mailbox/new").glob(f"{name}*")) for name in _names("ana/1", "ana/2"))
    (tmp_path / "mailbox/.Archive/cur").mkdir(parents=True)
    ana1.rename(tmp_path / "mailbox/.Archive/cur" / f"{ana1.name}:2,S")
    ana2.rename(tmp_path / "mailbox/cur" / f"{ana2.name}:2,")
    mailbox.forget({"ana/1", "ana/2", "ana/3", "ana/never"}, {"ana"})
    left = [path.name for path in (tmp_path / "mailbox").rglob("*") if path.is_file()]
    assert left == _names("bo/1")


def _names(*keys: str) -> list[str]:
    from autoflow.post.channels.maildir import file_name

    return [file_name(key) for key in keys]


def test_people_go_from_every_audience(tmp_path: Path) -> None:
    folder = AudienceFolder(tmp_path)
    for audience in ("fans", "vip"):
        folder.send(
            [
                Outgoing(
                    f"{audience}/{who}", audience, {"change": "add", "contact": who, "email": f"{who}@b.test"}
                )
                for who in ("ana", "=ana", "bo")
            ]
        )
    (tmp_path / "notes.csv").write_text("what,ever\n1,ana\n")
    folder.forget(set(), {"=ana", "never"})
    assert "=ana" not in (tmp_path / "fans.csv").read_text() + (tmp_path / "vip.csv").read_text()
    assert (tmp_path / "fans.csv").read_text().count("\n") == 3
    assert (tmp_path / "notes.csv").read_text() == "what,ever\n1,ana\n"
    AudienceFolder(tmp_path / "never").forget(set(), {"ana"})
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        AudienceFolder(tmp_path / "file").forget(set(), {"ana"})


def test_lines_go_and_what_people_wrote_stays(tmp_path: Path) -> None:
    path = tmp_path / "sales.ndjson"
    with closing(SalesFiles({"sales": path, "never": tmp_path / "never.ndjson"})) as files:
        files.send([Outgoing(key, "sales", {"message": key}) for key in ("ana/1", "bo/1", "ana/2")])
        with path.open("a") as file:
            file.write('# ours\n{"key": "ana/3", "mess')
        files.forget({"ana/1", "ana/2", "ana/3"}, {"ana"})
        assert path.read_text() == '{"key": "bo/1", "message": "bo/1"}\n# ours\n'
        files.forget({"ana/1"}, {"ana"})
        files.send([Outgoing("bo/2", "sales", {"message": "x"}), Outgoing("bo/1", "sales", {"message": "x"})])
    assert [json.loads(line)["key"] for line in path.read_text().splitlines() if line[0] != "#"] == [
        "bo/1",
        "bo/2",
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(tmp_path.iterdir()) == [path]


def test_calls_that_were_written_into_a_file_go_as_well(tmp_path: Path) -> None:
    hooks = {"crm": Webhook(file="crm.ndjson")}
    with closing(WebhookCalls(hooks, tmp_path)) as calls:
        assert isinstance(calls, Keeps)
        calls.send(
            [Outgoing(key, "crm", {"payload": {}, "contact": key, "at": 0}) for key in ("ana/1", "bo/1")]
        )
        calls.forget({"ana/1"}, {"ana"})
    assert [json.loads(line)["key"] for line in (tmp_path / "crm.ndjson").read_text().splitlines()] == [
        "bo/1"
    ]
